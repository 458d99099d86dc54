package io.ringtrace.sip.counters;

import java.util.concurrent.atomic.AtomicLongArray;

/** One shard's counts of what it refused of one trunk. Its shard's thread writes; any thread reads. */
public final class RefusalTally {
    private final AtomicLongArray counts = new AtomicLongArray(RefusalReason.values().length);

    RefusalTally() {}

    public void add(RefusalReason why) {
        int at = index(why);
        counts.setOpaque(at, counts.getPlain(at) + 1);
    }

    public long count(RefusalReason why) {
        return counts.getOpaque(index(why));
    }

    @SuppressWarnings("EnumOrdinal") // an index into this process's own array, never written down
    private static int index(RefusalReason why) {
        return why.ordinal();
    }
}

package io.ringtrace.sip.counters;

import java.util.concurrent.atomic.AtomicLongArray;

/** One shard's counts of the calls of one trunk, or to one gateway. Its shard's thread writes; any thread reads. */
public final class CallTally {
    /** Final statuses from 200 to 699, and 0 for a gateway that gave none. */
    public static final int STATUSES = 700;

    /** What took how long. */
    public enum Delay {
        /** INVITE in to first 18x or final out; of a gateway, INVITE out to first 18x or final in. */
        POST_DIAL,
        /** What of it was the gateway's. */
        POST_DIAL_THEIRS,
        /** The rest. */
        POST_DIAL_OURS,
        /** INVITE to its final response. */
        FINAL;

        static final int COUNT = values().length;
    }

    private final AtomicLongArray finals = new AtomicLongArray(STATUSES);
    private final DelayHistogram[] delays = new DelayHistogram[Delay.COUNT];

    CallTally() {
        for (int i = 0; i < Delay.COUNT; i++) {
            delays[i] = new DelayHistogram();
        }
    }

    /** An INVITE got its final status; 0 when it got none. */
    public void ended(int status) {
        int at = status >= 200 && status < STATUSES ? status : 0;
        finals.setOpaque(at, finals.getPlain(at) + 1);
    }

    public void took(Delay what, long millis) {
        delay(what).add(millis);
    }

    /** How many got that final status, or 0 for none. */
    public long count(int status) {
        return finals.getOpaque(status);
    }

    @SuppressWarnings("EnumOrdinal") // an index into this process's own array, never written down
    public DelayHistogram delay(Delay what) {
        return delays[what.ordinal()];
    }
}

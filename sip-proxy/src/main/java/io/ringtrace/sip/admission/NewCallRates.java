package io.ringtrace.sip.admission;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** How many new calls a second trunks send, over all shards: counted in whole seconds. Thread-safe, never waits. */
public final class NewCallRates {
    private final Map<String, Meter> meters = new ConcurrentHashMap<>();

    /** The second, by the clock that the callers use, and what came in it: as one number. */
    private static final class Meter {
        private static final int COUNT_BITS = 24;
        private static final long COUNT = (1L << COUNT_BITS) - 1;
        private final AtomicLong current = new AtomicLong();
        private volatile long last;

        void arrived(long second) {
            while (true) {
                long known = current.get();
                boolean same = known >>> COUNT_BITS == second;
                long next = same ? Math.min((known & COUNT) + 1, COUNT) : 1;
                if (current.compareAndSet(known, second << COUNT_BITS | next)) {
                    if (!same) {
                        last = known >>> COUNT_BITS == second - 1 ? known & COUNT : 0;
                    }
                    return;
                }
            }
        }

        long perSecond(long second) {
            long known = current.get();
            long of = known >>> COUNT_BITS;
            return of == second ? Math.max(last, known & COUNT) : of == second - 1 ? known & COUNT : 0;
        }
    }

    /** A new call has come by that trunk. As many are remembered as there were trunks. */
    public void arrived(String trunk, long nowMillis) {
        meters.computeIfAbsent(trunk, _ -> new Meter()).arrived(nowMillis / 1000);
    }

    /** How many came in the last whole second, or in this one when that is more already. */
    public long perSecond(String trunk, long nowMillis) {
        Meter meter = meters.get(trunk);
        return meter == null ? 0 : meter.perSecond(nowMillis / 1000);
    }
}

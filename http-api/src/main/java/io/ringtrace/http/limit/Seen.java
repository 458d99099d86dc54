package io.ringtrace.http.limit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Who was here within the last hour. The table is fixed, 2 MB: a newcomer takes the place of whoever has the same, who then counts as new
 * once more. Thread-safe, never waits.
 */
final class Seen {
    private static final int SLOTS = 1 << 18;
    private static final int BITS = 20;
    private static final long MINUTES = (1L << BITS) - 1;
    private static final long NEWEST = 60;

    /** The hash, its last bits replaced by the minute of the last time. */
    private final AtomicLongArray last = new AtomicLongArray(SLOTS);

    private final SeededHash hash = new SeededHash();

    /**
     * @param nowNanos of a monotonic clock that began at 0
     */
    boolean before(String who, long nowNanos) {
        long hashed = hash.of(who);
        long kept = last.get(slot(hashed));
        long age = (minute(nowNanos) - kept) & MINUTES;
        return kept != 0 && kept >>> BITS == hashed >>> BITS && age <= NEWEST;
    }

    void note(String who, long nowNanos) {
        long hashed = hash.of(who);
        last.set(slot(hashed), (hashed & ~MINUTES) | (minute(nowNanos) & MINUTES));
    }

    private static int slot(long hashed) {
        return (int) hashed & (SLOTS - 1);
    }

    private static long minute(long nowNanos) {
        return TimeUnit.NANOSECONDS.toMinutes(nowNanos);
    }
}

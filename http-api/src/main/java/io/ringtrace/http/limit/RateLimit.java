package io.ringtrace.http.limit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A token bucket for each caller, as the generic cell rate algorithm: one long per caller says when its bucket is full again. The table is
 * fixed: callers whose hashes meet share a bucket, and a seed of its own keeps anybody from arranging that. Thread-safe, never waits.
 */
public final class RateLimit {
    private static final int SLOTS = 1 << 16;

    private final AtomicLongArray fullAgainAt = new AtomicLongArray(SLOTS);
    private final SeededHash hash = new SeededHash();
    private final long interval;
    private final long tolerance;

    /**
     * @param most how many may come in each period
     * @param burst how many may come at once before that rate holds
     */
    public RateLimit(int most, Duration period, int burst) {
        this.interval = Math.max(1, period.toNanos() / most);
        this.tolerance = interval * (burst - 1L);
    }

    /**
     * @param nowNanos of a monotonic clock that began at 0
     * @return 0 when let in, else how long to wait, in nanoseconds
     */
    public long admit(String caller, long nowNanos) {
        int slot = slot(caller);
        while (true) {
            long full = fullAgainAt.get(slot);
            long wait = full - nowNanos - tolerance;
            if (wait > 0) {
                return wait;
            }
            if (fullAgainAt.compareAndSet(slot, full, Math.max(full, nowNanos) + interval)) {
                return 0;
            }
        }
    }

    /** What {@link #admit} would say; lets nobody in. */
    long waitOf(String caller, long nowNanos) {
        return Math.max(0, fullAgainAt.get(slot(caller)) - nowNanos - tolerance);
    }

    private int slot(String caller) {
        return (int) (hash.of(caller) >>> 48);
    }
}

package io.ringtrace.http.listener;

import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A token bucket for each caller, as the generic cell rate algorithm: one long per caller says when its bucket is full again. The table is
 * fixed: callers whose hashes meet share a bucket, and a seed of its own keeps anybody from arranging that. Thread-safe, never waits.
 */
final class RateLimit {
    private static final int SLOTS = 1 << 16;

    private final AtomicLongArray fullAgainAt = new AtomicLongArray(SLOTS);
    private final long seed = new SecureRandom().nextLong();
    private final long interval;
    private final long tolerance;

    RateLimit(int perSecond, int burst) {
        this.interval = Math.max(1, TimeUnit.SECONDS.toNanos(1) / perSecond);
        this.tolerance = interval * (burst - 1L);
    }

    /**
     * @param nowNanos of a monotonic clock that began at 0
     * @return 0 when let in, else how long to wait, in nanoseconds
     */
    long admit(String caller, long nowNanos) {
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

    private int slot(String caller) {
        long hash = seed;
        for (int i = 0; i < caller.length(); i++) {
            hash = (hash ^ caller.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        return (int) (hash >>> 48);
    }
}

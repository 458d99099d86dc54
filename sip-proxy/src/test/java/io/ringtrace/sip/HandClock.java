package io.ringtrace.sip;

import io.ringtrace.attribution.LeaseClock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Both clocks of a proxy, moved by a test's hand. */
final class HandClock implements LeaseClock, LongSupplier {
    private static final long WALL_AT_START = 1_700_000_000_000L;
    private final AtomicLong monotonicMillis = new AtomicLong(5_000);

    private final AtomicLong wallSteps = new AtomicLong();

    /** The wall clock is set to another time. */
    void stepsWall(long millis) {
        wallSteps.addAndGet(millis);
    }

    void advance(long millis) {
        monotonicMillis.addAndGet(millis);
    }

    @Override
    public long getAsLong() {
        return monotonicMillis.get();
    }

    @Override
    public long nowMillis() {
        return WALL_AT_START + monotonicMillis.get() + wallSteps.get();
    }

    @Override
    public boolean mayAllocate() {
        return true;
    }
}

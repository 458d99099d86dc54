package io.ringtrace.store;

import io.ringtrace.attribution.LeaseClock;

/** A lease clock that runs with the machine's, and never backwards. */
public final class RunningClock implements LeaseClock {
    private final long base = System.currentTimeMillis() - System.nanoTime() / 1_000_000;

    @Override
    public long nowMillis() {
        return base + System.nanoTime() / 1_000_000;
    }

    @Override
    public boolean mayAllocate() {
        return true;
    }
}

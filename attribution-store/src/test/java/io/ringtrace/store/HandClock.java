package io.ringtrace.store;

import io.ringtrace.attribution.LeaseClock;
import java.util.concurrent.atomic.AtomicLong;

/** A lease clock that tests set by hand, or let run with the machine's. */
public final class HandClock implements LeaseClock {
    private final AtomicLong base;
    private final boolean running;

    private HandClock(long base, boolean running) {
        this.base = new AtomicLong(base);
        this.running = running;
    }

    public static HandClock at(long millis) {
        return new HandClock(millis, false);
    }

    public static HandClock running() {
        return new HandClock(System.currentTimeMillis() - System.nanoTime() / 1_000_000, true);
    }

    public void advance(long millis) {
        base.addAndGet(millis);
    }

    @Override
    public long nowMillis() {
        return running ? base.get() + System.nanoTime() / 1_000_000 : base.get();
    }

    @Override
    public boolean mayAllocate() {
        return true;
    }
}

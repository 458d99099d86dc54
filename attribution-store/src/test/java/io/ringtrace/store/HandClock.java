package io.ringtrace.store;

import io.ringtrace.attribution.LeaseClock;
import java.util.concurrent.atomic.AtomicLong;

/** A lease clock that stands until a test moves it. */
public final class HandClock implements LeaseClock {
    private final AtomicLong now;
    private volatile boolean mayAllocate = true;

    public HandClock(long now) {
        this.now = new AtomicLong(now);
    }

    public void advance(long millis) {
        now.addAndGet(millis);
    }

    public void set(long millis) {
        now.set(millis);
    }

    public void forbidAllocation() {
        mayAllocate = false;
    }

    @Override
    public long nowMillis() {
        return now.get();
    }

    @Override
    public boolean mayAllocate() {
        return mayAllocate;
    }
}

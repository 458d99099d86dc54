package io.ringtrace.store.record;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Lets the database give way to calls for as long as many are recorded: nobody waits for a record, but somebody for the next call. While few
 * are, leases alone ask something of it, and those are waited for. The drain's thread.
 */
final class CallsFirst {
    /** Events in a batch: with the drain's rests, from about 50 calls a second on. */
    static final int MANY_EVENTS = 100;

    static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Consumer<Boolean> giveWay;
    private final LongSupplier nanoTime;
    private boolean givesWay;
    private long lastManyAt;

    CallsFirst(Consumer<Boolean> giveWay, LongSupplier nanoTime) {
        this.giveWay = giveWay;
        this.nanoTime = nanoTime;
    }

    /** The drain has found so many events to be written, or none. */
    void found(int events) {
        if (events >= MANY_EVENTS) {
            lastManyAt = nanoTime.getAsLong();
            tell(true);
        } else if (givesWay && nanoTime.getAsLong() - lastManyAt >= QUIET_NANOS) {
            tell(false);
        }
    }

    /** Nothing is looked for any more. */
    void end() {
        tell(false);
    }

    private void tell(boolean on) {
        if (givesWay != on) {
            givesWay = on;
            giveWay.accept(on);
        }
    }
}

package io.ringtrace.store.record;

import java.time.Duration;

/** How long the drain waits before it tries again: twice as long each time, up to a bound. Used by one thread. */
final class DrainPause {
    private static final Duration FIRST = Duration.ofMillis(100);
    static final Duration LONGEST = Duration.ofSeconds(2);

    private Duration next = FIRST;

    /** The pause that is due now; the one after it is longer. */
    Duration next() {
        Duration now = next;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return now;
    }

    /** Something succeeded. */
    void reset() {
        next = FIRST;
    }
}

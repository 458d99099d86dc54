package io.ringtrace.attribution;

/** The one clock of leases and call records: the database's time, carried on by the monotonic clock, never backwards. Thread-safe, never waits. */
public interface LeaseClock {
    /** Unix milliseconds. */
    long nowMillis();

    /** False while this node's time is more than one second off or not yet known: it must not allocate. */
    boolean mayAllocate();
}

package io.ringtrace.store.lease;

/**
 * The lease clock's rule, without a clock: what time it is, given measurements of the database's time and a monotonic clock.
 *
 * <ul>
 *   <li>Up to one second off, the next measurement is simply followed; where that would go backwards, time stands still instead.
 *   <li>Over one second off, this node keeps its own time and may not allocate: either the database's wall clock was stepped, or this
 *       machine was asleep. Off by less again, it goes on.
 *   <li>Is the database ahead, and steadily, for as long as the longest lifetime, and has every guarantee given on the old time run out
 *       by the monotonic clock too, its time is taken over: pools may have had longer lifetimes, and other nodes may have gone on by the
 *       old time for a while. Is it behind, the clock cannot follow, since it never goes backwards;
 *       the database must be set right or the server started again.
 * </ul>
 *
 * Used by one thread for measurements; the state it makes is immutable and read by any.
 */
final class LeaseTime {
    static final long ALARM_MILLIS = 500;
    static final long MOST_OFF_MILLIS = 1_000;
    /** A measurement that took longer says too little. */
    private static final long LONGEST_ROUND_TRIP_NANOS = 1_000_000_000L;

    private static final long NANOS = 1_000_000L;
    private static final long UNMEASURED = Long.MIN_VALUE;
    /** Six measurements that did not come: the monotonic clock alone is trusted no longer. */
    private static final long LONGEST_UNMEASURED_NANOS = 60_000_000_000L;

    private static final long LONGEST_UNMEASURED_MILLIS = LONGEST_UNMEASURED_NANOS / NANOS;

    /**
     * @param offsetNanos database time minus monotonic time
     * @param measuredAtNanos the last good measurement; by the monotonic clock
     * @param offMillis the database's time minus ours at that measurement, before it was followed
     * @param steppedAtNanos since when the database is this far off; meaningful only while it is
     */
    record State(long offsetNanos, long measuredAtNanos, long offMillis, long steppedAtNanos, boolean measured) {
        long millisAt(long nanos) {
            return Math.floorDiv(nanos + offsetNanos, NANOS);
        }

        boolean off() {
            return Math.abs(offMillis) > MOST_OFF_MILLIS;
        }

        boolean mayAllocateAt(long nanos) {
            return measured && !off() && nanos - measuredAtNanos <= LONGEST_UNMEASURED_NANOS;
        }
    }

    private LeaseTime() {}

    /** Until the database was asked: this machine's wall clock, for records only. */
    static State unmeasured(long wallMillis, long nanos) {
        return new State(wallMillis * NANOS - nanos, UNMEASURED, 0, 0, false);
    }

    /**
     * As at a server's first measurement, by what it knew before it was started: is the database ahead of that, it was stepped meanwhile,
     * and the former time goes on until it may be taken over. Is it behind, nothing is given away too soon by following it.
     *
     * @param latestMillis the latest that the lease time can be at that moment
     */
    static State first(State measured, long nanos, long latestMillis) {
        long off = measured.millisAt(nanos) - latestMillis;
        return off <= MOST_OFF_MILLIS
                ? measured
                : new State(latestMillis * NANOS - nanos, measured.measuredAtNanos(), off, nanos, true);
    }

    /**
     * @param databaseMicros what the database said
     * @param sentNanos when it was asked, by the monotonic clock
     * @param receivedNanos when its answer came
     * @param longestLifetimeMillis of all pools
     * @param guaranteed whether a number is still guaranteed on the old time; asked for only when {@link #waitedOut}
     */
    static State measured(
            State before,
            long databaseMicros,
            long sentNanos,
            long receivedNanos,
            long longestLifetimeMillis,
            boolean guaranteed) {
        long roundTrip = receivedNanos - sentNanos;
        if (roundTrip > LONGEST_ROUND_TRIP_NANOS) {
            return before;
        }
        long offset = databaseMicros * 1_000 - (sentNanos + roundTrip / 2);
        if (!before.measured()) {
            return new State(offset, receivedNanos, 0, 0, true);
        }
        long difference = offset - before.offsetNanos();
        long off = difference / NANOS;
        if (Math.abs(off) <= MOST_OFF_MILLIS) {
            // Within what the round trip leaves open, the measurement says nothing new.
            boolean follow = Math.abs(difference) > roundTrip / 2;
            return new State(follow ? offset : before.offsetNanos(), receivedNanos, off, 0, true);
        }
        boolean steady = before.off() && Math.abs(off - before.offMillis()) <= MOST_OFF_MILLIS;
        long steppedAt = steady ? before.steppedAtNanos() : receivedNanos;
        return steady && waitedOut(before, receivedNanos, longestLifetimeMillis) && !guaranteed
                ? new State(offset, receivedNanos, 0, 0, true)
                : new State(before.offsetNanos(), receivedNanos, off, steppedAt, true);
    }

    /** Whether the database has been ahead for the longest lifetime of all pools, so that its time may be taken over soon. */
    static boolean waitedOut(State state, long nanos, long longestLifetimeMillis) {
        return state.offMillis() > MOST_OFF_MILLIS
                && nanos - state.steppedAtNanos() >= (longestLifetimeMillis + MOST_OFF_MILLIS) * NANOS;
    }

    /** No node presents anything on the old time after this moment of it: by then each has met the step, or trusts its clock no longer. */
    static long lastPresentedMillis(State state) {
        return state.millisAt(state.steppedAtNanos()) + LONGEST_UNMEASURED_MILLIS + MOST_OFF_MILLIS;
    }
}

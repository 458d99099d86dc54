package io.ringtrace.sip.transport;

import java.util.concurrent.TimeUnit;

/**
 * Whether what a shard has to send leaves at the end of a round, which is a read batch, a task or a tick. Each departure is a system call, and wakes
 * whoever the messages are for. So those that nobody waits for, such as a 180 or the ACK to a 2xx, stay for the next departure while these follow
 * one another closely. One shard's thread.
 */
final class Departures {
    /** So long after a departure the next round is one in any case. */
    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long CLOSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    /** One departure's share of the mean. */
    private static final int WEIGHT = 8;

    private boolean awaited;
    private long lastAt;
    private long meanGapNanos = LONGEST_WAIT_NANOS;

    Departures(long nowNanos) {
        lastAt = nowNanos;
    }

    /** A message is to be sent that somebody waits for. */
    void awaited() {
        awaited = true;
    }

    /** At a round's end: true when what waits leaves now. */
    boolean due(long nowNanos) {
        long gap = Math.min(nowNanos - lastAt, LONGEST_WAIT_NANOS);
        if (!awaited && meanGapNanos < CLOSE_NANOS && gap < LONGEST_WAIT_NANOS) {
            return false;
        }
        awaited = false;
        lastAt = nowNanos;
        meanGapNanos += (gap - meanGapNanos) / WEIGHT;
        return true;
    }
}

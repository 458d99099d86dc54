package io.ringtrace.sip.transport;

import java.util.concurrent.TimeUnit;

/**
 * When the datagrams leave that nobody waits for, such as a 180, the ACK to a 2xx, a BYE or its answer. Each departure is a system call and wakes whom
 * the datagrams are for, and several of one length for one peer cost little more than one ({@link Trains}). So a shard that has many of them gathers
 * them for some milliseconds; one that has few lets each leave at the end of its round, which is a read batch, a task or a tick. One shard's thread.
 */
final class Departures {
    /** At the first round's end that comes so long after the last departure. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** So many wait no longer. */
    private static final int MOST = 32;
    /** To gather pays when one comes each so often in the mean. */
    private static final long CLOSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    /** One departure's share of the mean. */
    private static final int WEIGHT = 8;
    /** When nothing else came while they waited, it may be for these that everybody waited. So long none are gathered. */
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private int waiting;
    private boolean gathering;
    private long lastAt;
    private long restsUntil;
    private long meanGapNanos = LONGEST_NANOS;

    Departures(long nowNanos) {
        lastAt = nowNanos;
        restsUntil = nowNanos;
    }

    /** One more is to be sent; true when it may be gathered, and false when it leaves like any other. */
    boolean gathers() {
        waiting++;
        return gathering;
    }

    /** Whether there are many of them. */
    boolean hasMany() {
        return gathering;
    }

    /** At a round's end: true when what was gathered leaves now. */
    boolean due(long nowNanos) {
        if (waiting == 0) {
            return false;
        }
        long gap = Math.min(nowNanos - lastAt, LONGEST_NANOS);
        if (gathering && waiting < MOST && gap < LONGEST_NANOS) {
            return false;
        }
        meanGapNanos += (gap / waiting - meanGapNanos) / WEIGHT;
        gathering = meanGapNanos < CLOSE_NANOS && nowNanos - restsUntil >= 0;
        waiting = 0;
        lastAt = nowNanos;
        return true;
    }

    /** Nothing has woken the shard but its alarm. */
    void nothingElseCame(long nowNanos) {
        if (gathering && waiting > 0) {
            gathering = false;
            restsUntil = nowNanos + REST_NANOS;
        }
    }
}

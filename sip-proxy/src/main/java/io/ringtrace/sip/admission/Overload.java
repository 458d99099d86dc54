package io.ringtrace.sip.admission;

/**
 * Whether a shard has more to do than it can: measured by how full the kernel's queues of datagrams are that it has not read yet, by how
 * late its ticks come, and by how full the ring is in which other shards hand it messages. At some fill of a queue new calls are refused,
 * few at first and more the fuller it is, so that there is always room for what belongs to running calls; by lateness from a quarter of a
 * second on, and all of them at half a second, when callers begin to send again what was not answered (T1, RFC 3261 §17.1.1.2). Everything
 * within calls goes on. Its shard's thread alone.
 */
public final class Overload {
    private static final double WEIGHT = 1.0 / 16;
    /** A pause that was longer than this is over sooner than the load would be. */
    private static final double LONGEST_SAMPLE_MILLIS = 1_000;

    private static final double FIRST_MILLIS = 250;
    private static final double ALL_MILLIS = 500;
    private static final double FIRST_FILL = 0.5;
    private static final double ALL_FILL = 0.9;
    private static final double FIRST_UNREAD = 0.35;
    private static final double ALL_UNREAD = 0.85;
    /** What a pause left unread is soon read. */
    private static final double WEIGHT_OF_UNREAD = 0.15;

    private static final int PERCENT = 100;

    private final boolean on;
    private final long tickMillis;
    private long lastTick = Long.MIN_VALUE;
    private double lagMillis;
    private double fill;
    private double unread;

    /**
     * @param on whether new calls are refused by load at all
     * @param tickMillis how long it may take from one tick to the next
     */
    public Overload(boolean on, long tickMillis) {
        this.on = on;
        this.tickMillis = tickMillis;
    }

    /** A tick came. */
    public void ticked(long nowMillis) {
        if (lastTick != Long.MIN_VALUE) {
            double late = Math.clamp((double) (nowMillis - lastTick - tickMillis), 0, LONGEST_SAMPLE_MILLIS);
            lagMillis += (late - lagMillis) * WEIGHT;
        }
        lastTick = nowMillis;
    }

    /** So many messages of other shards wait. */
    public void waiting(int messages, int most) {
        fill = (double) messages / most;
    }

    /** @param share at this tick, how full the fullest of the kernel's receive queues is, from 0 to 1 */
    public void unread(double share) {
        unread += (share - unread) * WEIGHT_OF_UNREAD;
    }

    /** How late ticks come, smoothed over the last ones. */
    public long lagMillis() {
        return (long) lagMillis;
    }

    /** True while some new calls are to be refused: then {@link #refuses} says which. */
    public boolean shedding() {
        return on && (unread > FIRST_UNREAD || lagMillis > FIRST_MILLIS || fill > FIRST_FILL);
    }

    /** Which share of new calls is refused, in percent, rounded up; 0 while none is. */
    public int lossPercent() {
        return shedding() ? (int) Math.clamp(Math.ceil(PERCENT * share()), 1, PERCENT) : 0;
    }

    /** @param draw from 0 inclusive to 1 exclusive, at random */
    public boolean refuses(double draw) {
        return draw < share();
    }

    private double share() {
        double byLag = (lagMillis - FIRST_MILLIS) / (ALL_MILLIS - FIRST_MILLIS);
        double byFill = (fill - FIRST_FILL) / (ALL_FILL - FIRST_FILL);
        double byUnread = (unread - FIRST_UNREAD) / (ALL_UNREAD - FIRST_UNREAD);
        return Math.max(Math.max(byLag, byFill), byUnread);
    }
}

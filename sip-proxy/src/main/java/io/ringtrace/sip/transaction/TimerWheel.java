package io.ringtrace.sip.transaction;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A hashed timer wheel: starting and stopping a timer costs a few field writes and no garbage. A plain field of a shard, used by its thread
 * alone; it has no clock, the shard tells it the time.
 *
 * <p>A slot is an array and no chain of its entries: most of these have long been in the collector's old generation when they fire, and each of
 * them that a neighbour's end writes to is one that the next collection has to read.
 */
public final class TimerWheel {
    public static final int TICK_MILLIS = 10;
    /** The shard tells the time at least this often, and each {@link #TICK_MILLIS} as long as messages come. */
    public static final int LONGEST_TICK_MILLIS = 15;

    private static final int SLOTS = 4096;

    /** Something that is to happen later. It stands in at most one wheel at a time. */
    public abstract static class Entry {
        private @Nullable Slot slot;
        private int index;
        private long dueTick;

        /** Called by the shard's thread when the time has come; the entry may be started again. */
        protected abstract void fired();

        public final boolean running() {
            return slot != null;
        }

        /** Stops it; does nothing when it is not running. */
        public final void stop() {
            Slot at = slot;
            if (at != null) {
                at.remove(this);
            }
        }
    }

    /** Entries in the order in which they were started, with gaps where one was stopped. */
    private static final class Slot {
        private static final @Nullable Entry[] NO_ROOM = {};
        private static final int FEWEST = 8;
        /** An array that is longer is not kept when nothing is in it any more. */
        private static final int MOST_KEPT = 1024;

        private @Nullable Entry[] entries = NO_ROOM;
        private int end;
        private int running;

        void append(Entry entry, long dueTick) {
            if (end == entries.length) {
                makeRoom();
            }
            entries[end] = entry;
            entry.slot = this;
            entry.index = end++;
            entry.dueTick = dueTick;
            running++;
        }

        void remove(Entry entry) {
            entries[entry.index] = null;
            entry.slot = null;
            if (--running == 0) {
                end = 0;
                if (entries.length > MOST_KEPT) {
                    entries = NO_ROOM;
                }
            }
        }

        /** Closes the gaps, in a longer array when they are few. */
        private void makeRoom() {
            boolean longer = 2 * running >= entries.length;
            @Nullable Entry[] closed = longer ? new Entry[Math.max(FEWEST, 2 * entries.length)] : entries;
            int to = 0;
            for (int from = 0; from < end; from++) {
                Entry entry = entries[from];
                if (entry != null) {
                    closed[to] = entry;
                    entry.index = to++;
                }
            }
            Arrays.fill(closed, to, closed.length, null);
            entries = closed;
            end = to;
        }
    }

    private final Slot[] slots = new Slot[SLOTS];
    /** Those of one slot that are due, while they fire. */
    private @Nullable Entry[] due = new Entry[64];

    private long nowMillis;
    /** What was due then has fired. */
    private long currentTick;

    public TimerWheel(long nowMillis) {
        this.nowMillis = nowMillis;
        this.currentTick = Math.floorDiv(nowMillis, TICK_MILLIS);
        Arrays.setAll(slots, _ -> new Slot());
    }

    /** The time of the last {@link #advance}: monotonic milliseconds. */
    public long nowMillis() {
        return nowMillis;
    }

    /** Starts the entry, in place of its former run. It fires at the first advance that is at least this much later. */
    public void start(Entry entry, long delayMillis) {
        entry.stop();
        long dueTick = Math.ceilDiv(nowMillis + Math.max(delayMillis, 1), TICK_MILLIS);
        slots[(int) (dueTick & (SLOTS - 1))].append(entry, dueTick);
    }

    /**
     * Fires everything that is due. After a stall each timer fires once, and what it starts counts from now. What a timer throws ends the
     * advance; the next one fires the others.
     */
    public void advance(long toMillis) {
        if (toMillis <= nowMillis) {
            return;
        }
        nowMillis = toMillis;
        long toTick = Math.floorDiv(toMillis, TICK_MILLIS);
        currentTick = Math.max(currentTick, toTick - SLOTS);
        while (currentTick < toTick) {
            fire(slots[(int) ((currentTick + 1) & (SLOTS - 1))], toTick);
            currentTick++;
        }
    }

    private void fire(Slot slot, long toTick) {
        int count = 0;
        for (int i = 0; i < slot.end; i++) {
            Entry entry = slot.entries[i];
            if (entry != null && entry.dueTick <= toTick) {
                if (count == due.length) {
                    due = Arrays.copyOf(due, 2 * count);
                }
                due[count++] = entry;
            }
        }
        for (int i = 0; i < count; i++) {
            Entry entry = due[i];
            due[i] = null;
            // One that has fired may have stopped this one, or started it again.
            if (entry != null && entry.running() && entry.dueTick <= toTick) {
                entry.stop();
                entry.fired();
            }
        }
    }
}

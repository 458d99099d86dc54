package io.ringtrace.sip.transaction;

import org.jspecify.annotations.Nullable;

/**
 * A hashed timer wheel: starting and stopping a timer costs a few field writes and no garbage. A plain field of a shard, used by its thread
 * alone; it has no clock, the shard tells it the time.
 */
public final class TimerWheel {
    public static final int TICK_MILLIS = 10;
    private static final int SLOTS = 4096;

    /** Something that is to happen later. It stands in at most one wheel at a time. */
    public abstract static class Entry {
        private @Nullable Entry previous;
        private @Nullable Entry next;
        private long dueTick;

        /** Called by the shard's thread when the time has come; the entry may be started again. */
        protected abstract void fired();

        public final boolean running() {
            return next != null;
        }

        /** Stops it; does nothing when it is not running. */
        public final void stop() {
            Entry after = next;
            Entry before = previous;
            if (after != null && before != null) {
                before.next = after;
                after.previous = before;
                next = null;
                previous = null;
            }
        }
    }

    private static final class ListHead extends Entry {
        ListHead() {
            clear();
        }

        void clear() {
            super.previous = this;
            super.next = this;
        }

        @Nullable
        Entry first() {
            Entry first = super.next;
            return first == this ? null : first;
        }

        void append(Entry entry) {
            Entry last = super.previous;
            if (last == null) {
                throw new IllegalStateException("a list head is always linked");
            }
            entry.previous = last;
            entry.next = this;
            last.next = entry;
            super.previous = entry;
        }

        @Override
        protected void fired() {
            throw new IllegalStateException("a list head is no timer");
        }
    }

    private final ListHead[] slots = new ListHead[SLOTS];
    private final ListHead expired = new ListHead();
    private long nowMillis;
    private long currentTick;

    public TimerWheel(long nowMillis) {
        this.nowMillis = nowMillis;
        this.currentTick = Math.floorDiv(nowMillis, TICK_MILLIS);
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new ListHead();
        }
    }

    /** The time of the last {@link #advance}: monotonic milliseconds. */
    public long nowMillis() {
        return nowMillis;
    }

    /** Starts the entry, in place of its former run. It fires at the first advance that is at least this much later, up to a tick late. */
    public void start(Entry entry, long delayMillis) {
        entry.stop();
        long due = Math.ceilDiv(nowMillis + Math.max(delayMillis, 1), TICK_MILLIS);
        entry.dueTick = Math.max(due, currentTick + 1);
        slots[(int) (entry.dueTick & (SLOTS - 1))].append(entry);
    }

    /** Fires everything that is due. After a stall each timer fires once, and what it starts counts from now. */
    public void advance(long toMillis) {
        if (toMillis <= nowMillis) {
            return;
        }
        nowMillis = toMillis;
        long toTick = Math.floorDiv(toMillis, TICK_MILLIS);
        long ticks = Math.min(toTick - currentTick, SLOTS);
        long tick = toTick - ticks;
        while (tick < toTick) {
            tick++;
            takeExpired(slots[(int) (tick & (SLOTS - 1))], toTick);
        }
        currentTick = toTick;
        for (Entry entry = expired.first(); entry != null; entry = expired.first()) {
            entry.stop();
            entry.fired();
        }
    }

    private void takeExpired(ListHead slot, long tick) {
        Entry entry = slot.first();
        while (entry != null && entry != slot) {
            Entry following = entry.next;
            if (entry.dueTick <= tick) {
                entry.stop();
                expired.append(entry);
            }
            entry = following;
        }
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.sip.transaction.TimerWheel;
import java.util.Arrays;

/**
 * Which calls of a shard have ended lately, so that a crossing or repeated BYE makes no second end. As many as calls in half a minute, and so
 * kept as numbers that no collector looks at, in two tables by turns: an id stays at least as long as is said, and less than twice that.
 * Beyond {@link #MOST} the older table is forgotten sooner; such a BYE records its call's end once more, and the earlier one stands. Its
 * shard's thread alone.
 */
final class EndedCalls {
    /** In each of both tables. */
    static final int MOST = 1 << 20;

    private final TimerWheel wheel;
    private final long keptMillis;
    private Ids recent = new Ids();
    private Ids former = new Ids();
    private long turnsAt;

    EndedCalls(TimerWheel wheel, long keptMillis) {
        this.wheel = wheel;
        this.keptMillis = keptMillis;
        this.turnsAt = wheel.nowMillis() + keptMillis;
    }

    void add(CallId call) {
        turn();
        if (recent.size == MOST) {
            swap();
        }
        recent.add(call.high(), call.low());
    }

    boolean contains(CallId call) {
        turn();
        return recent.contains(call) || former.contains(call);
    }

    private void turn() {
        long now = wheel.nowMillis();
        if (now >= turnsAt) {
            swap();
            if (now >= turnsAt + keptMillis) {
                former.clear();
            }
            turnsAt = now + keptMillis;
        }
    }

    private void swap() {
        Ids oldest = former;
        former = recent;
        recent = oldest;
        recent.clear();
    }

    /** A hash table with open addresses; the low half of a call id is random, and its high half is never 0. */
    private static final class Ids {
        private static final int FIRST_PLACES = 1024;
        /** Two for each place: the halves of an id. */
        private long[] halves = new long[2 * FIRST_PLACES];

        private int size;

        boolean contains(CallId call) {
            return halves[placeOf(call.high(), call.low())] != 0;
        }

        void add(long high, long low) {
            int place = placeOf(high, low);
            if (halves[place] == 0) {
                halves[place] = high;
                halves[place + 1] = low;
                size++;
                if (size > halves.length / 4) {
                    grow();
                }
            }
        }

        /** A table that has become much too large is halved. */
        void clear() {
            if (size < halves.length / 16 && halves.length > 2 * FIRST_PLACES) {
                halves = new long[halves.length / 2];
            } else {
                Arrays.fill(halves, 0);
            }
            size = 0;
        }

        /** Where the id stands, or would. */
        private int placeOf(long high, long low) {
            int place = 2 * (int) low & (halves.length - 1);
            while (halves[place] != 0 && (halves[place] != high || halves[place + 1] != low)) {
                place = (place + 2) & (halves.length - 1);
            }
            return place;
        }

        private void grow() {
            long[] old = halves;
            halves = new long[2 * old.length];
            size = 0;
            for (int i = 0; i < old.length; i += 2) {
                if (old[i] != 0) {
                    add(old[i], old[i + 1]);
                }
            }
        }
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transaction.HashChains;
import io.ringtrace.sip.transaction.TimerWheel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shard's calls, by call id, and the answered ones by their Call-ID too; of those that have ended their ids alone, for a little while. Bounded;
 * its shard's thread alone.
 */
final class LiveCalls {
    private final TimerWheel wheel;
    private final int most;
    private final long seed;
    private final HashChains<LiveCall> all = new HashChains<>() {
        // The low half of a call id is random.
        @Override
        protected long hash(LiveCall call) {
            return call.callId.low();
        }

        @Override
        protected @Nullable LiveCall next(LiveCall call) {
            return call.nextInBucket;
        }

        @Override
        protected void link(LiveCall call, @Nullable LiveCall next) {
            call.nextInBucket = next;
        }
    };
    private final HashChains<LiveCall> bySipCallId = new HashChains<>() {
        @Override
        protected long hash(LiveCall call) {
            return call.sipCallIdHash;
        }

        @Override
        protected @Nullable LiveCall next(LiveCall call) {
            return call.nextBySipCallId;
        }

        @Override
        protected void link(LiveCall call, @Nullable LiveCall next) {
            call.nextBySipCallId = next;
        }
    };
    private final EndedCalls ended;
    private @Nullable Watch watch;

    /** Who supervises answered calls. */
    interface Watch {
        /** Sets the call's timer, after its answer and after each sign of life. */
        void watch(LiveCall call);

        /** The call's timer has fired. */
        void due(LiveCall call);
    }

    /**
     * @param lingerMillis how long an ended call is remembered
     * @param seed secret, so that nobody can aim for one bucket
     */
    LiveCalls(TimerWheel wheel, int most, long lingerMillis, long seed) {
        this.wheel = wheel;
        this.most = most;
        this.ended = new EndedCalls(wheel, lingerMillis);
        this.seed = seed;
    }

    void watchedBy(Watch supervision) {
        watch = supervision;
    }

    /** Sets the timer of an answered call. */
    void watch(LiveCall call) {
        if (watch != null) {
            watch.watch(call);
        }
    }

    boolean full() {
        return all.size() >= most;
    }

    int size() {
        return all.size();
    }

    @Nullable
    LiveCall find(CallId callId) {
        LiveCall at = all.first(callId.low());
        while (at != null && !at.callId.equals(callId)) {
            at = at.nextInBucket;
        }
        return at;
    }

    LiveCall add(CallId callId) {
        LiveCall call = new LiveCall(this, callId);
        all.add(call);
        return call;
    }

    /** The dialog of an answered call is known from now on. */
    void hasDialog(LiveCall call, LiveDialog dialog) {
        call.dialog = dialog;
        call.sipCallIdHash = dialog.callIdHash(seed);
        bySipCallId.add(call);
    }

    /** The answered call with that Call-ID, as long as its dialog is known; null for none. */
    @Nullable
    LiveCall findBySipCallId(SipMessage request) {
        LiveCall at = bySipCallId.first(request.hash(request.callId(), seed));
        while (at != null && !(at.dialog != null && at.dialog.hasCallIdOf(request))) {
            at = at.nextBySipCallId;
        }
        return at;
    }

    /** The call is over. */
    void end(LiveCall call) {
        call.ended = true;
        remove(call);
        ended(call.callId);
        // It is counted; without an answer it may go on, for that may still come.
        call.tally = null;
    }

    /** The same for a call that is not known here. */
    void ended(CallId callId) {
        ended.add(callId);
    }

    /** Of a call that is not here: true for a while after its end. */
    boolean hasEnded(CallId callId) {
        return ended.contains(callId);
    }

    /** An ended call goes on. There are no more of these than branches that may still be answered, whether the table is full or not. */
    void endedNoMore(LiveCall call) {
        all.add(call);
        call.removed = false;
        call.ended = false;
        call.endedBefore = true;
    }

    /** Keeps the call for so long and no longer. */
    void keepFor(LiveCall call, long millis) {
        wheel.start(call, millis);
    }

    void remove(LiveCall call) {
        call.stop();
        call.givePlacesBack();
        call.removed = true;
        bySipCallId.remove(call);
        all.remove(call);
    }

    void expired(LiveCall call) {
        if (watch != null) {
            watch.due(call);
        }
    }

    /** Some of the calls, at most so many. */
    List<LiveCallView> views(int most) {
        return all.some(most, _ -> true).stream().map(LiveCall::view).toList();
    }
}

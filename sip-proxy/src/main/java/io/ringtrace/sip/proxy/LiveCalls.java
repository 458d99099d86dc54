package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.sip.transaction.TimerWheel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shard's calls, by call id. Bounded; its shard's thread alone. */
final class LiveCalls {
    private static final int FEWEST_BUCKETS = 1024;
    private final TimerWheel wheel;
    private final int most;
    private @Nullable LiveCall[] buckets = new LiveCall[FEWEST_BUCKETS];
    private int size;
    private int ended;
    private @Nullable Watch watch;

    /** Who supervises answered calls. */
    interface Watch {
        /** Sets the call's timer, after its answer and after each sign of life. */
        void watch(LiveCall call);

        /** The call's timer has fired. */
        void due(LiveCall call);
    }

    LiveCalls(TimerWheel wheel, int most) {
        this.wheel = wheel;
        this.most = most;
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
        return size >= most;
    }

    /** Calls that have not ended; the table holds ended ones too, for a little while. */
    int running() {
        return size - ended;
    }

    @Nullable
    LiveCall find(CallId callId) {
        LiveCall at = buckets[bucket(callId)];
        while (at != null && !at.callId.equals(callId)) {
            at = at.nextInBucket;
        }
        return at;
    }

    LiveCall add(CallId callId) {
        if (size >= buckets.length) {
            grow();
        }
        LiveCall call = new LiveCall(this, callId);
        int bucket = bucket(callId);
        call.nextInBucket = buckets[bucket];
        buckets[bucket] = call;
        size++;
        return call;
    }

    /** Keeps an ended call for so long and no longer. */
    void keepEnded(LiveCall call, long millis) {
        call.ended = true;
        ended++;
        call.givePlacesBack();
        call.forget();
        wheel.start(call, millis);
    }

    /** Keeps the call for so long and no longer. */
    void keepFor(LiveCall call, long millis) {
        wheel.start(call, millis);
    }

    void remove(LiveCall call) {
        call.stop();
        call.givePlacesBack();
        call.removed = true;
        int bucket = bucket(call.callId);
        LiveCall before = null;
        LiveCall at = buckets[bucket];
        while (at != null && at != call) {
            before = at;
            at = at.nextInBucket;
        }
        if (at == null) {
            return;
        }
        if (before == null) {
            buckets[bucket] = at.nextInBucket;
        } else {
            before.nextInBucket = at.nextInBucket;
        }
        size--;
        if (call.ended) {
            ended--;
        }
    }

    void expired(LiveCall call) {
        if (call.ended) {
            remove(call);
        } else if (watch != null) {
            watch.due(call);
        }
    }

    /** The low half of a call id is random. */
    private int bucket(CallId callId) {
        return (int) callId.low() & (buckets.length - 1);
    }

    /** Some of the running calls, at most so many. */
    List<LiveCallView> views(int most) {
        List<LiveCallView> views = new ArrayList<>();
        for (LiveCall first : buckets) {
            for (LiveCall at = first; at != null && views.size() < most; at = at.nextInBucket) {
                if (!at.ended) {
                    views.add(at.view());
                }
            }
        }
        return views;
    }

    private void grow() {
        @Nullable LiveCall[] old = buckets;
        buckets = new LiveCall[old.length * 2];
        for (LiveCall first : old) {
            LiveCall at = first;
            while (at != null) {
                LiveCall next = at.nextInBucket;
                int bucket = bucket(at.callId);
                at.nextInBucket = buckets[bucket];
                buckets[bucket] = at;
                at = next;
            }
        }
    }
}

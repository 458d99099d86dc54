package io.ringtrace.store.record;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one batch holds of one call, at most one event of each kind (of its proofs of life the last one): a row that is written at once. Used by the drain's thread. */
final class EventsOfCall {
    private final CallId callId;
    private CallEvent.@Nullable Began began;
    private CallEvent.@Nullable Progressed progressed;
    private CallEvent.@Nullable Answered answered;
    private CallEvent.@Nullable Ended ended;
    private @Nullable Long aliveAt;

    private EventsOfCall(CallId callId) {
        this.callId = callId;
    }

    /** In the order in which the calls are first met. A call that has a second event of a kind is there once more with it. */
    static Collection<EventsOfCall> merge(List<CallEvent> events) {
        List<EventsOfCall> all = new ArrayList<>();
        Map<CallId, EventsOfCall> latest = HashMap.newHashMap(events.size());
        for (CallEvent each : events) {
            // Ends stand by their precedence, whichever comes first.
            CallEvent event = each instanceof CallEvent.Corrected correction ? correction.end() : each;
            EventsOfCall call = latest.get(event.callId());
            if (call == null || !call.takes(event)) {
                call = new EventsOfCall(event.callId());
                latest.put(event.callId(), call);
                all.add(call);
                boolean taken = call.takes(event);
                if (!taken) {
                    throw new IllegalStateException("a new row has room for every kind of event");
                }
            }
        }
        return all;
    }

    private boolean takes(CallEvent event) {
        switch (event) {
            case CallEvent.Began one when began == null -> began = one;
            case CallEvent.Progressed one when progressed == null -> progressed = one;
            case CallEvent.Answered one when answered == null -> answered = one;
            case CallEvent.Ended one when ended == null -> ended = one;
            case CallEvent.Continued one ->
                aliveAt = aliveAt == null ? one.aliveAtMillis() : Math.max(aliveAt, one.aliveAtMillis());
            case CallEvent.Began _,
                    CallEvent.Progressed _,
                    CallEvent.Answered _,
                    CallEvent.Ended _,
                    CallEvent.Corrected _ -> {
                return false;
            }
        }
        return true;
    }

    CallId callId() {
        return callId;
    }

    CallEvent.@Nullable Began began() {
        return began;
    }

    CallEvent.@Nullable Progressed progressed() {
        return progressed;
    }

    CallEvent.@Nullable Answered answered() {
        return answered;
    }

    CallEvent.@Nullable Ended ended() {
        return ended;
    }

    /** The last proof of life, Unix milliseconds; null when the batch has none. */
    @Nullable
    Long aliveAt() {
        return aliveAt;
    }
}

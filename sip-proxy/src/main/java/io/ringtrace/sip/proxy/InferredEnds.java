package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls whose end we have inferred, and what a BYE that comes all the same makes of it. On its shard's thread. */
final class InferredEnds {
    /** Beyond it the oldest are forgotten: their BYE still corrects the record, and the store tells how long they talked. */
    private static final int MOST = 4_096;

    private final Map<CallId, InferredEnd> byCall = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<CallId, InferredEnd> eldest) {
            return size() > MOST;
        }
    };

    /**
     * @param answeredAt by the monotonic clock
     * @param answeredAtMillis as its record has it
     */
    private record InferredEnd(EndReason reason, boolean resumed, long answeredAt, long answeredAtMillis) {}

    void add(LiveCall call, EndReason reason) {
        byCall.put(call.callId, new InferredEnd(reason, call.resumed, call.answeredAt, call.answeredAtMillis));
    }

    /**
     * How a BYE corrects the end that we had inferred, once; null where we had inferred none.
     *
     * @param arrived when it arrived, by the monotonic clock
     */
    CallEvent.@Nullable Corrected correctedBy(
            CallId callId, EndReason reason, EndedBy by, long arrived, @Nullable String reasonHeader) {
        InferredEnd wrong = byCall.remove(callId);
        if (wrong == null) {
            return null;
        }
        long talkMillis = Math.max(arrived - wrong.answeredAt(), 0);
        return new CallEvent.Corrected(
                callId,
                wrong.answeredAtMillis() + talkMillis,
                wrong.reason(),
                reason,
                by,
                reasonHeader,
                wrong.resumed() ? -1 : talkMillis);
    }
}

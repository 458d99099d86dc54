package io.ringtrace.routing;

import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import java.time.Duration;
import java.util.List;

/** Where a call goes. */
public sealed interface RouteDecision {
    /** Send it to these gateways, in this order, for this destination number. */
    record Forward(List<Gateway> gateways, PhoneNumber destination, Duration ringTimeout, Route route)
            implements RouteDecision {
        public Forward {
            gateways = List.copyOf(gateways);
        }
    }

    /**
     * Answer with this status.
     *
     * @param retryAfterSeconds for 503; 0 for none
     * @param why a sentence for the operator
     */
    record Reject(int status, EndReason reason, int retryAfterSeconds, String why) implements RouteDecision {}
}

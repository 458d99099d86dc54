package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.Router;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.message.SipMessage;

/** RFC 3261 §16.5: whose number was dialed, and where the call therefore goes. One per shard. */
final class TargetSelection {
    private final AttributionLookup lookup;
    private final InviteNumbers numbers = new InviteNumbers();

    /**
     * @param staleMillis how far the directory was behind; 0 for a static number
     */
    record Selected(CallAttempt attempt, AttributionResult attribution, RouteDecision decision, long staleMillis) {
        /** The same call, not let through. */
        Selected refusedWith(RouteDecision.Reject reject) {
            return new Selected(attempt, attribution, reject, staleMillis);
        }
    }

    TargetSelection(AttributionLookup lookup) {
        this.lookup = lookup;
    }

    Selected select(RoutingPlan plan, SipMessage invite, CallId callId, Trunk trunk, long atMillis) {
        CallAttempt attempt = numbers.attempt(invite, callId, trunk);
        PhoneNumber dialed = attempt.dialed();
        AttributionResult attribution = Router.attribute(plan, dialed, lookup, atMillis);
        boolean fromDirectory = dialed != null && !(attribution instanceof AttributionResult.Static);
        long stale = fromDirectory ? lookup.staleMillis() : 0;
        long draw = callId.low() ^ callId.high();
        return new Selected(attempt, attribution, Router.route(plan, attempt, attribution, atMillis, draw), stale);
    }

    /** What is known of an INVITE that could not be worked on, for its record. */
    Selected failed(SipMessage invite, CallId callId, Trunk trunk) {
        String text = invite.text(invite.requestUri().user());
        CallAttempt attempt = new CallAttempt(
                callId,
                trunk,
                null,
                text.substring(0, Math.min(text.length(), InviteNumbers.LONGEST_DIALED_TEXT)),
                null,
                false);
        return new Selected(
                attempt,
                AttributionResult.STORE_UNAVAILABLE,
                new RouteDecision.Reject(Refusal.FAULT.status(), EndReason.DESTINATION_ERROR, 0, "a fault of ours"),
                0);
    }
}

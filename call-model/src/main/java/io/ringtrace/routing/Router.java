package io.ringtrace.routing;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;

/** Decides where a call goes. A pure function of its arguments: the same question always has the same answer. */
public final class Router {
    private static final int RETRY_AFTER_SECONDS = 5;

    private Router() {}

    /**
     * @param atMillis when the INVITE arrived, Unix milliseconds: routes may depend on the time of day
     * @param draw a hash of the call id: spreads calls by percentage, and can be repeated
     */
    public static RouteDecision route(
            RoutingPlan plan, CallAttempt attempt, AttributionResult attribution, long atMillis, long draw) {
        PhoneNumber destination = switch (attribution) {
            case AttributionResult.StoreUnavailable _ -> attempt.trunk().defaultDestination();
            case AttributionResult.Leased _,
                    AttributionResult.Held _,
                    AttributionResult.Expired _,
                    AttributionResult.Overflow _,
                    AttributionResult.NeverLeased _,
                    AttributionResult.Resting _,
                    AttributionResult.Static _,
                    AttributionResult.Unassigned _,
                    AttributionResult.Unknown _ -> attribution.destination();
        };
        if (destination == null) {
            return attribution instanceof AttributionResult.StoreUnavailable
                    ? new RouteDecision.Reject(
                            503, EndReason.REFUSED, RETRY_AFTER_SECONDS, "there is no directory of numbers yet")
                    : new RouteDecision.Reject(
                            404, EndReason.UNKNOWN_PROMO_NUMBER, 0, attempt.dialedText() + " is not a number in use");
        }
        Route route = plan.routeFor(destination, attempt.trunk().name());
        if (route == null) {
            return new RouteDecision.Reject(
                    404,
                    EndReason.REFUSED,
                    0,
                    "no route for destination " + destination + " from trunk "
                            + attempt.trunk().name());
        }
        return new RouteDecision.Forward(route.gateways(), destination, route.ringTimeout(), route);
    }
}

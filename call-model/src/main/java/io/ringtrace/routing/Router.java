package io.ringtrace.routing;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides where a call goes. A pure function of its arguments: the same question always has the same answer. */
public final class Router {
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final int DEFAULT_PORT = 5060;

    private Router() {}

    /** Whose call a dialed number is: the operator's files come first, then the directory. */
    public static AttributionResult attribute(
            RoutingPlan plan, @Nullable PhoneNumber dialed, AttributionLookup lookup, long atMillis) {
        if (dialed == null) {
            return AttributionResult.UNKNOWN;
        }
        StaticNumber fixed = plan.staticNumber(dialed);
        return fixed == null
                ? lookup.lookUp(dialed, atMillis)
                : new AttributionResult.Static(fixed.campaign(), fixed.destination());
    }

    /**
     * @param atMillis when the INVITE arrived, Unix milliseconds: routes may depend on the time of day
     * @param draw a hash of the call id: spreads calls by percentage, and can be repeated
     */
    public static RouteDecision route(
            RoutingPlan plan, CallAttempt attempt, AttributionResult attribution, long atMillis, long draw) {
        return explained(plan, attempt, attribution, atMillis, draw, null);
    }

    /**
     * The same decision, with its reasons.
     *
     * @param trace gets them; null for calls
     */
    static RouteDecision explained(
            RoutingPlan plan,
            CallAttempt attempt,
            AttributionResult attribution,
            long atMillis,
            long draw,
            @Nullable RouteTrace trace) {
        RouteDecision.Reject blocked = blocked(plan, attempt, trace);
        if (blocked != null) {
            return blocked;
        }
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
        if (trace != null && attribution instanceof AttributionResult.StoreUnavailable) {
            trace.add(
                    "the trunk's default destination is " + destination,
                    plan.sources().ofTrunk(attempt.trunk()));
        }
        // Checked where destinations are written, too; the last look is here, because this is where money is lost.
        if (destination.premium() || destination.emergency()) {
            return new RouteDecision.Reject(
                    403,
                    EndReason.REFUSED,
                    0,
                    destination + " is " + (destination.premium() ? "a premium" : "an emergency")
                            + " number, which is never routed to");
        }
        Route route = plan.routeFor(destination, attempt, attribution, atMillis, trace);
        if (route == null) {
            return new RouteDecision.Reject(
                    404,
                    EndReason.REFUSED,
                    0,
                    "no route for destination " + destination + " from trunk "
                            + attempt.trunk().name());
        }
        Route.Share share = route.share(draw);
        List<Gateway> gateways = route.inOrder(share, draw);
        if (trace != null) {
            if (route.shares().size() > 1) {
                trace.add(
                        "this call is drawn into share " + (route.shares().indexOf(share) + 1) + " of "
                                + route.shares().size() + ", which has " + share.percent() + " % of the calls",
                        route.source());
            }
            groups(route, share, trace);
            gateways(plan, route, gateways, destination, trace);
        }
        return new RouteDecision.Forward(gateways, destination, route.ringTimeout(), route);
    }

    /**
     * Where a gateway's 3xx may be followed to: the gateway at that host and port, when a call from that trunk and caller for that number
     * would be routed there anyway. Null for everything else: who answers a call must not choose whom we pay.
     *
     * @param number what the Contact names
     * @param known whose the number is: none of ours is called by way of a redirection
     */
    public static @Nullable Gateway redirected(
            RoutingPlan plan,
            CallAttempt attempt,
            PhoneNumber number,
            String host,
            int port,
            AttributionResult known,
            long atMillis) {
        if (!(known instanceof AttributionResult.Unknown) || number.premium() || number.emergency()) {
            return null;
        }
        Route route = plan.routeFor(number, attempt, known, atMillis, null);
        if (route == null) {
            return null;
        }
        return route.shares().stream()
                .flatMap(share -> share.gateways().stream())
                .filter(gateway -> (gateway.port() == 0 ? DEFAULT_PORT : gateway.port()) == port
                        && gateway.host().equalsIgnoreCase(host))
                .findFirst()
                .orElse(null);
    }

    private static RouteDecision.@Nullable Reject blocked(
            RoutingPlan plan, CallAttempt attempt, @Nullable RouteTrace trace) {
        BlockedCallers.Entry entry = plan.blockedCallers().blocking(attempt.screened());
        if (entry == null) {
            return null;
        }
        String why = "caller " + (attempt.callerWithheld() ? "(withheld)" : attempt.caller()) + " is blocked"
                + (entry.whole() ? "" : ", as all that begin with +" + entry.digits());
        if (trace != null) {
            trace.add(why, entry.source());
        }
        return new RouteDecision.Reject(plan.blockedCallers().status(), EndReason.BLOCKED_CALLER, 0, why);
    }

    private static void groups(Route route, Route.Share share, RouteTrace trace) {
        for (GatewayGroup group : share.groups()) {
            if (!group.fixed()) {
                trace.add(
                        "gateway group " + group.name() + ": by priority, and drawn by weight among "
                                + group.members().stream()
                                        .map(m -> m.gateway().name() + " (priority " + m.priority() + ", weight "
                                                + m.weight() + ")")
                                        .toList(),
                        route.source());
            }
        }
    }

    private static void gateways(
            RoutingPlan plan, Route route, List<Gateway> gateways, PhoneNumber destination, RouteTrace trace) {
        for (int i = 0; i < gateways.size(); i++) {
            Gateway gateway = gateways.get(i);
            trace.add(
                    (i == 0 ? "first to gateway " : "then to gateway ") + gateway.name() + ", " + gateway.host()
                            + (gateway.port() > 0 ? " port " + gateway.port() : "") + " by "
                            + (gateway.transport() == null ? "the transport of its domain" : gateway.transport())
                            + (i + 1 < gateways.size()
                                    ? "; on to the next after "
                                            + gateway.silence().toMillis()
                                            + " ms of silence or one of "
                                            + gateway.failoverStatuses().stream()
                                                    .sorted()
                                                    .toList()
                                    : ""),
                    plan.sources().ofGateway(gateway));
            NumberSteps steps = route.stepsFor(gateway);
            if (steps != null) {
                trace.add(
                        "which gets the number as " + steps.written(destination) + " by number steps " + steps.name(),
                        steps.source());
            }
        }
    }
}

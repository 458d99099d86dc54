package io.ringtrace.routing;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call would go, and why: the answer of {@link Router}, with the reasons that the router itself wrote down. Nothing is sent and nothing
 * recorded. Made by whoever explains, on any thread.
 */
public record RouteExplanation(RouteDecision decision, List<RouteTrace.Step> steps) {
    public RouteExplanation {
        steps = List.copyOf(steps);
    }

    /**
     * @param dialedText the number as the trunk would write it
     * @param callerText the caller's number as the trunk would write it; null for a withheld one
     * @param draw what percentages are drawn by
     */
    public static RouteExplanation of(
            RoutingPlan plan,
            Trunk trunk,
            String dialedText,
            @Nullable String callerText,
            AttributionLookup lookup,
            long atMillis,
            long draw) {
        RouteTrace trace = new RouteTrace();
        trace.add("the call comes by trunk " + trunk.name(), plan.sources().ofTrunk(trunk));
        PhoneNumber dialed = trunk.normalisation().normalise(dialedText);
        trace.add(
                dialed == null
                        ? "the dialed " + dialedText + " is no phone number by the trunk's number format"
                        : "the dialed " + dialedText + " is " + dialed + " by the trunk's number format",
                plan.sources().ofTrunk(trunk));
        PhoneNumber caller = callerText == null ? null : trunk.normalisation().normalise(callerText);
        CallAttempt attempt =
                new CallAttempt(new CallId(0, draw), trunk, dialed, dialedText, caller, callerText == null);
        AttributionResult attribution = Router.attribute(plan, dialed, lookup, atMillis);
        StaticNumber fixed = dialed == null ? null : plan.staticNumber(dialed);
        trace.add(sentence(attribution), fixed == null ? "" : fixed.source());
        return new RouteExplanation(Router.explained(plan, attempt, attribution, atMillis, draw, trace), trace.steps());
    }

    /** What it comes to, in one sentence. */
    public String conclusion() {
        return switch (decision) {
            case RouteDecision.Forward forward ->
                "forwarded to " + forward.destination() + "; it may ring for "
                        + forward.ringTimeout().toSeconds() + " s";
            case RouteDecision.Reject reject -> "refused with " + reject.status() + ": " + reject.why();
        };
    }

    private static String sentence(AttributionResult attribution) {
        String status = attribution.status().text();
        return switch (attribution) {
            case AttributionResult.Leased(var lease) ->
                leased(status, lease.destination(), lease.id(), lease.visitorId());
            case AttributionResult.Held(var lease) ->
                leased(status, lease.destination(), lease.id(), lease.visitorId());
            case AttributionResult.Expired(var lease) -> leased(status, lease.destination(), lease.id(), null);
            case AttributionResult.Overflow _, AttributionResult.NeverLeased _, AttributionResult.Resting _ ->
                status + ": its pool's destination is " + attribution.destination();
            case AttributionResult.Static(String campaign, PhoneNumber destination) ->
                "static: it counts for campaign " + campaign + " and goes to " + destination;
            case AttributionResult.Unassigned _ -> "unassigned: it is ours, but in no pool";
            case AttributionResult.Unknown _ -> "unknown_number: it is none of ours";
            case AttributionResult.StoreUnavailable _ -> "store_unavailable: there is no directory to look in";
        };
    }

    private static String leased(String status, PhoneNumber destination, String lease, @Nullable String visitor) {
        return status + ": lease " + lease + (visitor == null ? "" : " of visitor " + visitor) + " goes to "
                + destination;
    }
}

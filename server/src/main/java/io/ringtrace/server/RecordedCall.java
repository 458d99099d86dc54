package io.ringtrace.server;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.config.PlanDiff;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.Router;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A call as its record tells of it, to be routed once more by any plan. Where the store's lease or pool sent it is taken from the record; its
 * campaign in the store is not known, so routes of such campaigns are passed over.
 */
public record RecordedCall(
        CallId callId,
        String trunk,
        String dialed,
        @Nullable PhoneNumber caller,
        @Nullable PhoneNumber destination,
        boolean store,
        long startMillis) {
    /**
     * @param json a record as the API gives it
     */
    public static RecordedCall of(JsonNode json) {
        String promoNumber = json.path("promo_number").asString("");
        return new RecordedCall(
                CallId.parse(json.path("call_id").asString()),
                json.path("trunk").asString(),
                promoNumber.isEmpty() ? json.path("dialed_text").asString("") : promoNumber,
                numberOrNull(json.path("caller_number")),
                numberOrNull(json.path("destination_number")),
                !json.path("attribution_status").asString("").equals("static"),
                Instant.parse(json.path("start_time").asString()).toEpochMilli());
    }

    private static @Nullable PhoneNumber numberOrNull(JsonNode json) {
        return PhoneNumber.parseOrNull(json.asString(""));
    }

    /** What the plan does with it, in words that are equal when it does the same. */
    public String by(RoutingPlan plan) {
        Trunk found = plan.trunks().stream()
                .filter(t -> t.name().equals(trunk))
                .findFirst()
                .orElse(null);
        if (found == null) {
            return "a stranger's, 403";
        }
        PhoneNumber number = PhoneNumber.parseOrNull(dialed);
        PhoneNumber normalised = number == null ? found.normalisation().normalise(dialed) : number;
        CallAttempt attempt = new CallAttempt(callId, found, normalised, dialed, caller, caller == null);
        AttributionResult attribution =
                Router.attribute(plan, normalised, new Remembered(store ? destination : null), startMillis);
        return switch (Router.route(plan, attempt, attribution, startMillis, callId.low() ^ callId.high())) {
            case RouteDecision.Forward forward ->
                "to " + forward.destination() + " by " + PlanDiff.names(forward.gateways());
            case RouteDecision.Reject reject -> "refused with " + reject.status();
        };
    }

    /** The store, as far as the record remembers it. */
    private record Remembered(@Nullable PhoneNumber destination) implements AttributionLookup {
        @Override
        public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
            return destination == null
                    ? AttributionResult.UNKNOWN
                    : new AttributionResult.NeverLeased(0, 0, destination);
        }

        @Override
        public long staleMillis() {
            return 0;
        }
    }
}

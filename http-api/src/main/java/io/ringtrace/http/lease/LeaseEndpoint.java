package io.ringtrace.http.lease;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Leases;
import io.ringtrace.attribution.MarketingSource;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Caller;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import io.ringtrace.http.text.NumberText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/leases}: numbers for visitors of one network's pools. Thread-safe; called on event loops, never waits. */
public final class LeaseEndpoint {
    private static final Set<String> FIELDS =
            Set.of("pool", "visitor_id", "destination", "marketing_data", "marketing_sources", "new_attribution");

    private final Leases leases;
    private final Pools pools;
    private final VisitorFields visitorFields;
    private final int mostRows;

    public LeaseEndpoint(Leases leases, Pools pools, VisitorFields visitorFields, int mostRows) {
        this.leases = leases;
        this.pools = pools;
        this.visitorFields = visitorFields;
        this.mostRows = mostRows;
    }

    public List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/v1/leases", Access.NETWORK, ErrorShape.OURS, new Work.Later(this::lease)));
    }

    private CompletionStage<Reply> lease(Request request) {
        if (!(request.caller() instanceof Caller.OfNetwork(String network))) {
            return CompletableFuture.completedFuture(Problem.unauthorized("A network token is needed."));
        }
        return LeaseBatch.serve(
                request.body(), mostRows, leases, row -> read(network, row), (ask, answer) -> write(answer));
    }

    private LeaseBatch.Row read(String network, JsonNode row) {
        if (!(row instanceof ObjectNode object)) {
            return wrong("invalid_request", "A request must be an object.");
        }
        JsonFields fields = new JsonFields(object, false);
        fields.onlyThese(FIELDS);
        String poolName = fields.text("pool", 64);
        if (poolName == null && fields.errors().isEmpty()) {
            fields.wrong("pool is missing");
        }
        return read(
                visitorFields,
                fields,
                false,
                _ -> poolName == null ? null : pools.inNetwork(network, poolName),
                () -> error("unknown_pool", "There is no such pool."));
    }

    /**
     * @param fromPage the data stood on a page
     * @param poolOf the pool for the destination asked, null when there is none
     * @param withoutPool the row's answer then
     */
    static LeaseBatch.Row read(
            VisitorFields visitorFields,
            JsonFields fields,
            boolean fromPage,
            Function<@Nullable PhoneNumber, @Nullable RingPool> poolOf,
            Supplier<ObjectNode> withoutPool) {
        String visitorId = fields.text("visitor_id", VisitorFields.LONGEST_VISITOR_ID);
        String destinationText = fields.text("destination", 32);
        Boolean newAttribution = fields.bool("new_attribution");
        ObjectNode marketing = fields.object("marketing_data");
        Map<String, String> marketingData = marketing == null ? Map.of() : texts("marketing_data", marketing, fields);
        Map<String, MarketingSource> said = sources(fields);
        if (!fields.errors().isEmpty()) {
            return wrong("invalid_request", fields.errorText());
        }
        String wrongVisitor = VisitorFields.wrongVisitorId(visitorId);
        if (wrongVisitor != null) {
            return wrong("invalid_visitor", wrongVisitor);
        }
        PhoneNumber destination = destinationText == null ? null : PhoneNumber.parseOrNull(destinationText);
        if (destinationText != null && (destination == null || !destinationText.startsWith("+"))) {
            return wrong("invalid_destination", "destination must be an E.164 number such as +18005550123.");
        }
        RingPool pool = poolOf.apply(destination);
        if (pool == null) {
            return new LeaseBatch.Row.Wrong(withoutPool.get());
        }
        String wrongDestination = visitorFields.wrongDestination(pool, destination);
        if (wrongDestination != null) {
            return wrong("invalid_destination", wrongDestination);
        }
        VisitorFields.Asked asked = visitorFields.asked(
                pool,
                visitorId,
                destination,
                marketingData,
                fromPage
                        ? SentSources.ofPage(marketingData, said)
                        : name -> said.getOrDefault(name, MarketingSource.API),
                fromPage,
                Boolean.TRUE.equals(newAttribution));
        return switch (asked) {
            case VisitorFields.Asked.Wrong(String message) -> wrong("invalid_marketing_data", message);
            case VisitorFields.Asked.Ready(LeaseRequest request) ->
                new LeaseBatch.Row.Ask(request, pool.idFromNetwork(), null);
        };
    }

    private static Map<String, MarketingSource> sources(JsonFields fields) {
        ObjectNode object = fields.object("marketing_sources");
        Map<String, MarketingSource> sources = new LinkedHashMap<>();
        if (object != null) {
            for (Map.Entry<String, String> each :
                    texts("marketing_sources", object, fields).entrySet()) {
                MarketingSource source = MarketingSource.ofTextOrNull(each.getValue());
                if (source == null) {
                    fields.wrong(
                            "every marketing_sources field must be url_parameter, referrer, data_layer, page or api");
                    return Map.of();
                }
                sources.put(each.getKey(), source);
            }
        }
        return sources;
    }

    private static Map<String, String> texts(String name, ObjectNode object, JsonFields errors) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!field.getValue().isString()) {
                errors.wrong("every " + name + " field must be a text");
                return Map.of();
            }
            texts.put(field.getKey(), field.getValue().asString());
        }
        return texts;
    }

    static ObjectNode write(LeaseAnswer answer) {
        return switch (answer) {
            case LeaseAnswer.Granted granted ->
                number(granted.lease().number(), granted.visitorId())
                        .put("lease_id", granted.lease().id())
                        .put("renewed", granted.renewed())
                        .put("changed", granted.changed())
                        .put("overflow", false)
                        .put("guaranteed_for_ms", granted.guaranteedForMillis())
                        .put("held_for_ms", granted.heldForMillis())
                        .put("renew_after_ms", granted.renewAfterMillis());
            case LeaseAnswer.Overflowed(PhoneNumber number, String visitorId, long renewAfter) ->
                withoutLease(number(number, visitorId), true, renewAfter);
            case LeaseAnswer.NoNumber(String visitorId, long renewAfter) ->
                withoutLease(number(null, visitorId), false, renewAfter);
            case LeaseAnswer.Refused(LeaseAnswer.Reason reason, String message) ->
                error(reason.name().toLowerCase(Locale.ROOT), message);
            case LeaseAnswer.Unavailable(String message, long retryAfter) -> {
                ObjectNode row = error("service_unavailable", message);
                row.put("retry_after_ms", retryAfter);
                yield row;
            }
        };
    }

    private static ObjectNode number(@Nullable PhoneNumber number, String visitorId) {
        return Json.object()
                .put("promo_number", number == null ? null : number.toString())
                .put("national_format", number == null ? null : NumberText.formatted(number))
                .put("visitor_id", visitorId);
    }

    private static ObjectNode withoutLease(ObjectNode row, boolean overflow, long renewAfterMillis) {
        return row.putNull("lease_id")
                .put("renewed", false)
                .put("changed", false)
                .put("overflow", overflow)
                .put("guaranteed_for_ms", 0)
                .put("held_for_ms", 0)
                .put("renew_after_ms", renewAfterMillis);
    }

    static LeaseBatch.Row wrong(String code, String message) {
        return new LeaseBatch.Row.Wrong(error(code, message));
    }

    private static ObjectNode error(String code, String message) {
        ObjectNode row = Json.object();
        row.putObject("error").put("code", code).put("message", message);
        return row;
    }
}

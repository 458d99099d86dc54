package io.ringtrace.http.account;

import io.ringtrace.attribution.Destinations;
import io.ringtrace.attribution.Destinations.Change;
import io.ringtrace.attribution.Destinations.Destination;
import io.ringtrace.attribution.Destinations.Rule;
import io.ringtrace.attribution.Destinations.State;
import io.ringtrace.attribution.Destinations.TagPool;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.AskedNetwork;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.NumberPage;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.pool.LocalNumberFields;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/destinations}: the numbers that the tag found on a network's pages, which of them are approved, by which rule, and how their
 * pools are made. Thread-safe; called on virtual threads, waits for the database.
 */
public final class DestinationEndpoints {
    private static final String ALL = "/v1/destinations";
    private static final String ONE = ALL + "/:number";
    private static final String RULE = "/v1/destination_rule";
    private static final String TAG_POOL = "/v1/tag_pool";
    private static final int MOST_CODES = 500;
    private static final int MOST_POOL_SIZE = 1_000_000;
    private static final int MOST_HOLD_HOURS = 8760;

    private final Destinations destinations;
    private final AskedNetwork networks;

    public DestinationEndpoints(Destinations destinations, AskedNetwork networks) {
        this.destinations = destinations;
        this.networks = networks;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                networks.endpoint("GET", ALL, RequestBody.NONE, this::list),
                networks.endpoint("PUT", ONE, RequestBody.JSON, this::decide),
                networks.endpoint("GET", RULE, RequestBody.NONE, (network, _) -> answer(destinations.rule(network))),
                networks.endpoint("PUT", RULE, RequestBody.JSON, this::setRule),
                networks.endpoint(
                        "GET", TAG_POOL, RequestBody.NONE, (network, _) -> answer(destinations.tagPool(network))),
                networks.endpoint("PUT", TAG_POOL, RequestBody.JSON, this::setTagPool));
    }

    private Reply list(String network, Request request) throws StoreUnavailableException {
        String stateText = request.query().get("state");
        State state = stateText == null ? null : state(stateText);
        if (stateText != null && state == null) {
            return Problem.invalid("state must be discovered, approved or refused.");
        }
        return switch (NumberPage.read(request)) {
            case NumberPage.Wrong(Problem problem) -> problem;
            case NumberPage.Asked(long after, int limit) -> list(network, state, after, limit);
        };
    }

    private Reply list(String network, @Nullable State state, long after, int limit) throws StoreUnavailableException {
        List<Destination> found = destinations.list(network, state, after, limit);
        ObjectNode body = Json.object();
        ArrayNode told = body.putArray("destinations");
        found.forEach(one -> write(told.addObject(), one));
        body.put(
                "next_after",
                found.size() < limit ? null : found.getLast().number().toString());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static ObjectNode write(ObjectNode into, Destination one) {
        Long seenAt = one.seenAt();
        return into.put("number", one.number().toString())
                .put("state", one.state().text())
                .put("approved_by", one.approvedBy())
                .put("site", one.site())
                .put(
                        "seen_at",
                        seenAt == null ? null : Instant.ofEpochMilli(seenAt).toString())
                .put("pool", one.pool());
    }

    private static @Nullable State state(String text) {
        for (State state : State.values()) {
            if (state.text().equals(text.toLowerCase(Locale.ROOT))) {
                return state;
            }
        }
        return null;
    }

    private Reply decide(String network, Request request) throws StoreUnavailableException {
        PhoneNumber number = PhoneNumber.parseOrNull(request.path("number").strip());
        if (number == null) {
            return Problem.invalid("The path must name an E.164 number such as +18005550123.");
        }
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> {
                JsonFields fields = new JsonFields(object, false);
                fields.onlyThese(Set.of("state"));
                String text = fields.text("state", 16);
                State state = text == null ? null : state(text);
                if (state == null && fields.errors().isEmpty()) {
                    fields.wrong("state must be discovered, approved or refused");
                }
                if (state == null || !fields.errors().isEmpty()) {
                    yield Problem.invalid(fields.errorText());
                }
                yield switch (destinations.decide(network, number, state)) {
                    case Change.Done(Destination destination) ->
                        Answer.of(200, Answer.JSON, Json.bytes(write(Json.object(), destination)));
                    case Change.Refused(String message) -> Problem.of(400, "never_approved", message);
                    case Change.NoNetwork _ -> AskedNetwork.unknown();
                };
            }
        };
    }

    private static Answer answer(Rule rule) {
        ObjectNode body = Json.object();
        ArrayNode areaCodes = body.putArray("area_codes");
        rule.areaCodes().forEach(code -> areaCodes.add(Integer.toString(code)));
        ArrayNode countries = body.putArray("countries");
        rule.countries().forEach(code -> countries.add(Integer.toString(code)));
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply setRule(String network, Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> {
                JsonFields fields = new JsonFields(object, false);
                fields.onlyThese(Set.of("area_codes", "countries"));
                Rule before = destinations.rule(network);
                List<Integer> areaCodes =
                        codes(object, "area_codes", "[2-9][0-9]{2}", "area codes such as 415", fields);
                List<Integer> countries =
                        codes(object, "countries", "[1-9][0-9]{0,2}", "country codes such as 1", fields);
                if (countries != null && countries.isEmpty()) {
                    fields.wrong("countries must have at least one country code");
                }
                if (!fields.errors().isEmpty()) {
                    yield Problem.invalid(fields.errorText());
                }
                Rule rule = new Rule(
                        areaCodes != null ? areaCodes : before.areaCodes(),
                        countries != null ? countries : before.countries());
                yield destinations.setRule(network, rule) ? answer(rule) : AskedNetwork.unknown();
            }
        };
    }

    /** Null when the body says nothing of it. */
    private static @Nullable List<Integer> codes(
            ObjectNode object, String name, String pattern, String expected, JsonFields fields) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        List<Integer> codes = new ArrayList<>();
        if (value instanceof ArrayNode array && array.size() <= MOST_CODES) {
            for (JsonNode each : array) {
                String text = each.isString() || each.isIntegralNumber() ? each.asString() : "";
                if (!text.matches(pattern)) {
                    fields.wrong(name + " must be " + expected);
                    return codes;
                }
                codes.add(Integer.valueOf(text));
            }
        } else {
            fields.wrong(name + " must be an array of at most " + MOST_CODES + " " + expected);
        }
        return codes;
    }

    private static Answer answer(TagPool pool) {
        ObjectNode body = Json.object()
                .put("advertiser", pool.advertiser())
                .put("campaign", pool.campaign())
                .put("lifetime_seconds", pool.lifetime().toSeconds())
                .put("hold_hours", pool.hold().toHours())
                .put("max_pool_size", pool.maxSize())
                .put("allow_overflow", pool.allowOverflow());
        LocalNumberFields.write(body, pool.localNumbers());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply setTagPool(String network, Request request) throws StoreUnavailableException {
        return switch (Json.parseObject(request.body())) {
            case Json.Parsed.Wrong(String message) -> Problem.of(400, "malformed_json", message);
            case Json.Parsed.Document(ObjectNode object) -> {
                JsonFields fields = new JsonFields(object, false);
                TagPool pool = read(object, fields, destinations.tagPool(network));
                if (!fields.errors().isEmpty()) {
                    yield Problem.invalid(fields.errorText());
                }
                yield destinations.setTagPool(network, pool) ? answer(pool) : AskedNetwork.unknown();
            }
        };
    }

    private static TagPool read(ObjectNode object, JsonFields fields, TagPool before) {
        fields.onlyThese(Set.of(
                "advertiser",
                "campaign",
                "lifetime_seconds",
                "hold_hours",
                "max_pool_size",
                "allow_overflow",
                "local_number_preferences"));
        String advertiser = fields.id("advertiser");
        String campaign = fields.id("campaign");
        Integer lifetime = fields.integer("lifetime_seconds", 1, MOST_HOLD_HOURS * 3600);
        Integer hold = fields.integer("hold_hours", 1, MOST_HOLD_HOURS);
        Integer size = fields.integer("max_pool_size", 2, MOST_POOL_SIZE);
        Boolean overflow = fields.bool("allow_overflow");
        LocalNumberPreferences localNumbers = LocalNumberFields.read(object, fields, before.localNumbers());
        TagPool pool = new TagPool(
                advertiser != null ? advertiser : before.advertiser(),
                campaign != null ? campaign : before.campaign(),
                lifetime != null ? Duration.ofSeconds(lifetime) : before.lifetime(),
                hold != null ? Duration.ofHours(hold) : before.hold(),
                size != null ? size : before.maxSize(),
                overflow != null ? overflow : before.allowOverflow(),
                localNumbers);
        if (pool.hold().compareTo(pool.lifetime()) < 0) {
            fields.wrong("hold_hours must be at least lifetime_seconds");
        }
        return pool;
    }
}

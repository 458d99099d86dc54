package io.ringtrace.store.account;

import io.ringtrace.attribution.Destinations.Rule;
import io.ringtrace.attribution.Destinations.State;
import io.ringtrace.attribution.Destinations.TagPool;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.call.PhoneNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** How destinations, rules and the defaults of tag-based pools stand in the database. Stateless. */
final class DestinationRows {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private DestinationRows() {}

    /** What all networks have decided, in memory: a page's request is answered without the database. */
    record Known(Map<String, Map<PhoneNumber, State>> states, Map<String, Rule> rules, Map<String, TagPool> tagPools) {
        static final Known NONE = new Known(Map.of(), Map.of(), Map.of());

        /** Null when nobody has seen or decided it. */
        @Nullable
        State state(String network, PhoneNumber number) {
            return states.getOrDefault(network, Map.of()).get(number);
        }
    }

    static Known read(Connection connection) throws SQLException {
        Map<String, Rule> rules = new HashMap<>();
        Map<String, TagPool> tagPools = new HashMap<>();
        try (PreparedStatement select =
                        connection.prepareStatement("SELECT id_from_network, approval_rule, tag_pool FROM network");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                rules.put(rows.getString(1), rule(rows.getString(2)));
                tagPools.put(rows.getString(1), tagPool(rows.getString(3)));
            }
        }
        Map<String, Map<PhoneNumber, State>> states = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT w.id_from_network, d.number, d.state"
                        + " FROM destination d JOIN network w ON w.id = d.network_id");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                states.computeIfAbsent(rows.getString(1), _ -> new HashMap<>())
                        .put(new PhoneNumber(rows.getLong(2)), state(rows.getString(3)));
            }
        }
        return new Known(states, rules, tagPools);
    }

    static State state(String text) {
        return State.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static Rule rule(@Nullable String json) {
        if (json == null) {
            return Rule.DEFAULT;
        }
        JsonNode object = JSON.readTree(json);
        return new Rule(numbers(object.path("area_codes")), numbers(object.path("countries")));
    }

    private static List<Integer> numbers(JsonNode array) {
        List<Integer> numbers = new ArrayList<>();
        array.forEach(each -> numbers.add(each.asInt()));
        return numbers;
    }

    static String text(Rule rule) {
        ObjectNode object = JSON.createObjectNode();
        rule.areaCodes().forEach(object.putArray("area_codes")::add);
        rule.countries().forEach(object.putArray("countries")::add);
        return object.toString();
    }

    private static TagPool tagPool(@Nullable String json) {
        if (json == null) {
            return TagPool.DEFAULT;
        }
        JsonNode object = JSON.readTree(json);
        return new TagPool(
                object.path("advertiser").asString(),
                object.path("campaign").asString(),
                Duration.ofMillis(object.path("lifetime_ms").asLong()),
                Duration.ofMillis(object.path("hold_ms").asLong()),
                object.path("max_pool_size").asInt(),
                object.path("allow_overflow").asBoolean(),
                new LocalNumberPreferences(
                        object.path("search_radius").asInt(),
                        object.path("within_state").asBoolean(),
                        Fallback.valueOf(object.path("fallback").asString().toUpperCase(Locale.ROOT))));
    }

    static String text(TagPool tagPool) {
        return JSON.createObjectNode()
                .put("advertiser", tagPool.advertiser())
                .put("campaign", tagPool.campaign())
                .put("lifetime_ms", tagPool.lifetime().toMillis())
                .put("hold_ms", tagPool.hold().toMillis())
                .put("max_pool_size", tagPool.maxSize())
                .put("allow_overflow", tagPool.allowOverflow())
                .put("search_radius", tagPool.localNumbers().searchRadiusMiles())
                .put("within_state", tagPool.localNumbers().restrictSearchToState())
                .put("fallback", tagPool.localNumbers().fallback().text())
                .toString();
    }
}

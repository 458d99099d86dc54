package io.ringtrace.store.record;

import io.ringtrace.call.GatewayAttempt;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON columns of call_record: attempts and marketing_data. Thread-safe. */
final class RecordJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RecordJson() {}

    static List<GatewayAttempt> attempts(@Nullable String json) {
        List<GatewayAttempt> attempts = new ArrayList<>();
        if (json != null) {
            for (JsonNode object : JSON.readTree(json)) {
                attempts.add(new GatewayAttempt(
                        object.path("gateway").asString(""),
                        object.path("sent_at").asLong(0),
                        object.path("first_18x_at").asLong(0),
                        object.path("status").asInt(0),
                        text(object.path("reason")),
                        text(object.path("abandoned"))));
            }
        }
        return attempts;
    }

    /** Values that are no text are given as their JSON. */
    static Map<String, String> fields(@Nullable String json) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (json != null) {
            for (Map.Entry<String, JsonNode> field : JSON.readTree(json).properties()) {
                JsonNode value = field.getValue();
                fields.put(field.getKey(), value.isString() ? value.asString() : value.toString());
            }
        }
        return fields;
    }

    /** For many values, with nothing between them. */
    static JsonGenerator generator(Writer to) {
        return JSON.writer().withRootValueSeparator("").createGenerator(to);
    }

    static String line(Map<String, String> fields) {
        return JSON.writeValueAsString(fields);
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.asString() : null;
    }
}

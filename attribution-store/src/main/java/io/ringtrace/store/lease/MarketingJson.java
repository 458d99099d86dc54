package io.ringtrace.store.lease;

import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.MarketingSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON columns of a lease: marketing_data, and marketing_sources, which leaves out what came by {@link MarketingSource#API}. */
final class MarketingJson {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private MarketingJson() {}

    static String values(MarketingData data) {
        return JSON.writeValueAsString(data.values());
    }

    /** Null when there is nothing to say. */
    static @Nullable String sources(MarketingData data) {
        Map<String, String> sources = new HashMap<>();
        for (String name : data.values().keySet()) {
            MarketingSource source = data.source(name);
            if (source != MarketingSource.API) {
                sources.put(name, source.text());
            }
        }
        return sources.isEmpty() ? null : JSON.writeValueAsString(sources);
    }

    static MarketingData read(String values, @Nullable String sources) {
        Map<String, String> read = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : JSON.readTree(values).properties()) {
            read.put(field.getKey(), field.getValue().asString());
        }
        Map<String, MarketingSource> from = new HashMap<>();
        if (sources != null) {
            for (Map.Entry<String, JsonNode> field : JSON.readTree(sources).properties()) {
                MarketingSource source =
                        MarketingSource.ofTextOrNull(field.getValue().asString());
                if (source != null) {
                    from.put(field.getKey(), source);
                }
            }
        }
        return new MarketingData(read, from, Map.of(), Map.of());
    }
}

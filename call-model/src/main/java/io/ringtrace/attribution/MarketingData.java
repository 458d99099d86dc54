package io.ringtrace.attribution;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The marketing data of one visitor as a lease takes it, and the bounds of it, which hold everywhere.
 *
 * @param sources where each value came from, by its name; a value without one came by {@link MarketingSource#API}
 * @param models of all fields of the pool whose values depend on earlier leases, sent or not; all others are {@link AttributionModel#LAST}
 * @param lengths in characters: how long the values gathered of a field by {@link AttributionModel#UNIQUE} may be together
 */
public record MarketingData(
        Map<String, String> values,
        Map<String, MarketingSource> sources,
        Map<String, AttributionModel> models,
        Map<String, Integer> lengths) {
    /** Most fields of a lease, and most that a pool may name. */
    public static final int MOST_FIELDS = 25;

    /** In characters. */
    public static final int LONGEST_NAME = 64;

    /** In characters. */
    public static final int LONGEST_VALUE = 512;

    public static final MarketingData NONE = of(Map.of());

    public MarketingData {
        values = Map.copyOf(values);
        sources = Map.copyOf(sources);
        models = Map.copyOf(models);
        lengths = Map.copyOf(lengths);
    }

    /** Values that a program sent. */
    public static MarketingData of(Map<String, String> values) {
        return new MarketingData(values, Map.of(), Map.of(), Map.of());
    }

    public MarketingSource source(String field) {
        return sources.getOrDefault(field, MarketingSource.API);
    }

    /** How long a value of the field may be, gathered or not. */
    public int length(String field) {
        return lengths.getOrDefault(field, LONGEST_VALUE);
    }

    /** What is wrong with a field as it was sent, in words without a full stop; null when nothing is. */
    public static @Nullable String wrongField(String name, String value) {
        if (name.isBlank() || name.length() > LONGEST_NAME || !clean(name)) {
            return "the name of a marketing data field must be 1 to " + LONGEST_NAME
                    + " characters, none of them a control character";
        }
        return value.length() > LONGEST_VALUE || !clean(value)
                ? "the marketing data field '" + name + "' must be at most " + LONGEST_VALUE
                        + " characters, none of them a control character"
                : null;
    }

    /** The same for all, and for how many there are. */
    public static @Nullable String wrong(Map<String, String> values) {
        if (values.size() > MOST_FIELDS) {
            return tooMany(values.size());
        }
        for (Map.Entry<String, String> field : values.entrySet()) {
            String wrong = wrongField(field.getKey(), field.getValue());
            if (wrong != null) {
                return wrong;
            }
        }
        return null;
    }

    static String tooMany(int fields) {
        return "there may be at most " + MOST_FIELDS + " marketing data fields, not " + fields;
    }

    /** Halves of a surrogate pair cannot be stored. */
    private static boolean clean(String text) {
        return text.chars().noneMatch(Character::isISOControl)
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}

package io.ringtrace.http.text;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a query string, decoded, in their order; of two with one name the last counts. */
public record QueryString(Map<String, String> fields) {
    public static final int MOST_FIELDS = 100;
    private static final QueryString EMPTY = new QueryString(Map.of());

    public QueryString {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** Null when an escape is wrong or there are more than {@link #MOST_FIELDS} fields. */
    public static @Nullable QueryString parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return EMPTY;
        }
        Map<String, String> fields = new LinkedHashMap<>();
        int from = 0;
        int count = 0;
        while (from <= text.length()) {
            int ampersand = text.indexOf('&', from);
            int to = ampersand < 0 ? text.length() : ampersand;
            if (to > from) {
                if (++count > MOST_FIELDS) {
                    return null;
                }
                int equals = text.indexOf('=', from);
                int nameEnd = equals < 0 || equals > to ? to : equals;
                try {
                    fields.put(
                            URLDecoder.decode(text.substring(from, nameEnd), StandardCharsets.UTF_8),
                            nameEnd < to
                                    ? URLDecoder.decode(text.substring(nameEnd + 1, to), StandardCharsets.UTF_8)
                                    : "");
                } catch (IllegalArgumentException _) {
                    return null;
                }
            }
            from = to + 1;
        }
        return new QueryString(fields);
    }

    public @Nullable String get(String name) {
        return fields.get(name);
    }

    /** The name of a field that is not among these; null when all are. */
    public @Nullable String unknownBeside(Set<String> known) {
        for (String name : fields.keySet()) {
            if (!known.contains(name)) {
                return name;
            }
        }
        return null;
    }
}

package io.ringtrace.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A piece of configuration that knows where it stands. Lives only while a configuration is loaded, on the loading thread; defaults and
 * overrides are put into it.
 */
sealed interface YamlNode {
    Position position();

    /** @param keyPosition where the key stands; the value knows its own place */
    record Entry(Position keyPosition, YamlNode value) {}

    record Mapping(Position position, Map<String, Entry> entries) implements YamlNode {
        static Mapping empty(Position position) {
            return new Mapping(position, new LinkedHashMap<>());
        }

        @Nullable
        YamlNode get(String key) {
            Entry entry = entries.get(key);
            return entry == null ? null : entry.value();
        }

        /** The mapping under the key; an empty one where there is none, for those who look on in a tree with mistakes. */
        Mapping mapping(String key) {
            return get(key) instanceof Mapping found ? found : empty(position);
        }

        /** The items under the key; none where there is no list. */
        List<YamlNode> items(String key) {
            return get(key) instanceof Sequence found ? found.items() : List.of();
        }

        @Nullable
        Scalar scalar(String key) {
            return get(key) instanceof Scalar found ? found : null;
        }
    }

    record Sequence(Position position, List<YamlNode> items) implements YamlNode {
        static Sequence empty(Position position) {
            return new Sequence(position, new ArrayList<>());
        }
    }

    /**
     * @param text as it was written, without quotes
     * @param quoted true for every style but the plain one
     */
    record Scalar(Position position, String text, boolean quoted) implements YamlNode {
        Kind kind() {
            if (quoted) {
                return Kind.TEXT;
            }
            return switch (text) {
                case "", "~", "null", "Null", "NULL" -> Kind.NULL;
                case "true", "false" -> Kind.BOOLEAN;
                default -> integer() ? Kind.INTEGER : Kind.TEXT;
            };
        }

        private boolean integer() {
            int from = text.startsWith("-") ? 1 : 0;
            int length = text.length() - from;
            if (length < 1 || length > 18 || (length > 1 && text.charAt(from) == '0')) {
                return false;
            }
            for (int i = from; i < text.length(); i++) {
                if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                    return false;
                }
            }
            return true;
        }
    }

    /** What a plain scalar is when nobody asks for text. A leading zero or plus sign makes text: 011 is a prefix, not nine. */
    enum Kind {
        TEXT,
        INTEGER,
        BOOLEAN,
        NULL
    }

    static String child(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    static String item(String path, int index) {
        return path + "[" + index + "]";
    }
}

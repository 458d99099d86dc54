package io.ringtrace.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Puts options and environment variables over what the file says. An option is a dotted key, such as {@code http.port} or
 * {@code sip.listeners[0].port}; a variable is the key in capitals, {@code RINGTRACE_HTTP_PORT}, for keys outside lists and named entries.
 * A list of plain values is written with commas.
 */
final class Overrides {
    static final String OPTION = "option";
    static final String ENVIRONMENT = "environment";
    private static final String VARIABLE_PREFIX = "RINGTRACE_";
    private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)((?:\\[[0-9]{1,6}])*)");
    private static final Pattern INDEX = Pattern.compile("\\[([0-9]+)]");

    private final JsonNode schema;
    private final Findings findings;

    Overrides(JsonNode schema, Findings findings) {
        this.schema = schema;
        this.findings = findings;
    }

    /** One step into the tree: a key of a mapping, or an index of a list. */
    private sealed interface Step {
        record Key(String name) implements Step {}

        record Index(int index) implements Step {}
    }

    void applyEnvironment(YamlNode.Mapping tree, Map<String, String> environment) {
        Map<String, String> keys = variables();
        Set<String> sections = new LinkedHashSet<>();
        keys.values().forEach(key -> sections.add(variable(key.substring(0, key.indexOf('.'))) + "_"));
        new TreeMap<>(environment).forEach((name, value) -> {
            String key = keys.get(name);
            if (key != null) {
                apply(tree, key, value, ENVIRONMENT);
            } else if (sections.stream().anyMatch(name::startsWith)) {
                Collection<String> known = keys.keySet();
                findings.add(
                        Position.outside(ENVIRONMENT),
                        name,
                        null,
                        "a variable that is named after a key",
                        Suggestion.didYouMean(name, known));
            }
        });
    }

    void applyOptions(YamlNode.Mapping tree, Map<String, String> options) {
        new TreeMap<>(options).forEach((key, value) -> apply(tree, key, value, OPTION));
    }

    /** Names of variables and the keys that they stand for. */
    private Map<String, String> variables() {
        Map<String, String> keys = new TreeMap<>();
        collectVariables("", schema, keys);
        return keys;
    }

    private static void collectVariables(String path, JsonNode schema, Map<String, String> keys) {
        schema.path("properties").properties().forEach(property -> {
            String key = YamlNode.child(path, property.getKey());
            JsonNode value = property.getValue();
            if (value.has("properties")) {
                collectVariables(key, value, keys);
            } else if (!path.isEmpty() && (!value.has("items") || listOfScalars(value))) {
                keys.put(variable(key), key);
            }
        });
    }

    private static String variable(String key) {
        return VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private static boolean listOfScalars(JsonNode schema) {
        return schema.has("items") && !schema.path("items").has("properties");
    }

    private void apply(YamlNode.Mapping tree, String key, String value, String source) {
        List<Step> steps = steps(key);
        if (steps == null) {
            findings.add(Position.outside(source), key, null, "a key such as http.port or sip.listeners[0].port", null);
            return;
        }
        YamlNode node = tree;
        JsonNode at = schema;
        String path = "";
        for (int i = 0; i < steps.size(); i++) {
            boolean last = i == steps.size() - 1;
            switch (steps.get(i)) {
                case Step.Key(String name) -> {
                    if (!(node instanceof YamlNode.Mapping mapping)) {
                        refuse(source, key, path + " is no mapping");
                        return;
                    }
                    at = ConfigSchema.child(at, name);
                    path = YamlNode.child(path, name);
                    Position position = Position.outside(source);
                    if (last) {
                        mapping.entries().put(name, new YamlNode.Entry(position, value(value, at, position)));
                    } else {
                        node = mapping.entries()
                                .computeIfAbsent(
                                        name, _ -> new YamlNode.Entry(position, YamlNode.Mapping.empty(position)))
                                .value();
                    }
                }
                case Step.Index(int index) -> {
                    if (!(node instanceof YamlNode.Sequence sequence)
                            || index >= sequence.items().size()) {
                        refuse(source, key, path + " has no entry " + index);
                        return;
                    }
                    at = at.path("items");
                    path = YamlNode.item(path, index);
                    if (last) {
                        sequence.items().set(index, value(value, at, Position.outside(source)));
                    } else {
                        node = sequence.items().get(index);
                    }
                }
            }
        }
    }

    private void refuse(String source, String key, String why) {
        findings.add(Position.outside(source), key, null, "the key of something that exists", why);
    }

    private static @Nullable List<Step> steps(String key) {
        List<Step> steps = new ArrayList<>();
        for (String part : key.split("\\.", -1)) {
            Matcher matcher = STEP.matcher(part);
            if (!matcher.matches()) {
                return null;
            }
            steps.add(new Step.Key(matcher.group(1)));
            Matcher index = INDEX.matcher(matcher.group(2));
            while (index.find()) {
                steps.add(new Step.Index(Integer.parseInt(index.group(1))));
            }
        }
        return steps;
    }

    private static YamlNode value(String text, JsonNode schema, Position position) {
        if (!listOfScalars(schema)) {
            return new YamlNode.Scalar(position, text, false);
        }
        YamlNode.Sequence list = YamlNode.Sequence.empty(position);
        for (String item : text.isBlank() ? new String[0] : text.split(",", -1)) {
            list.items().add(new YamlNode.Scalar(position, item.strip(), false));
        }
        return list;
    }
}

package io.ringtrace.config;

import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Says in our own words what the schema validator found. */
final class SchemaSentence {
    private SchemaSentence() {}

    static void add(com.networknt.schema.Error error, ConfigSchema.Located at, Findings findings) {
        YamlNode node = at.node();
        switch (error.getKeyword()) {
            case "required" -> missing(at, error.getProperty(), findings);
            case "additionalProperties" -> unknownKey(at, error.getProperty(), findings);
            case "propertyNames" -> badName(at, error.getProperty(), findings);
            case "uniqueItems" ->
                findings.addAt(node, at.key(), null, ConfigSchema.title(at.schema()), "each one only once");
            case "enum" -> {
                List<String> allowed = StreamSupport.stream(
                                at.schema().path("enum").spliterator(), false)
                        .map(JsonNode::asString)
                        .toList();
                String value = ConfigSchema.shown(node, at.schema());
                findings.addAt(
                        node,
                        at.key(),
                        value,
                        allowed.size() == 1 ? "'" + allowed.getFirst() + "'" : "one of " + String.join(", ", allowed),
                        value == null ? shape(node) : Suggestion.didYouMean(value, allowed));
            }
            case "type" ->
                findings.addAt(
                        node,
                        at.key(),
                        ConfigSchema.shown(node, at.schema()),
                        ConfigSchema.title(at.schema()),
                        typeMend(node, at.schema()));
            case "minProperties", "maxProperties" ->
                findings.addAt(node, at.key(), null, ConfigSchema.title(at.schema()), "exactly one of them");
            case "minItems", "maxItems" -> {
                int size = node instanceof YamlNode.Sequence list ? list.items().size() : 0;
                findings.addAt(
                        node,
                        at.key(),
                        null,
                        ConfigSchema.title(at.schema()),
                        size == 0 ? "the list is empty" : "the list has " + size);
            }
            default ->
                findings.addAt(
                        node, at.key(), ConfigSchema.shown(node, at.schema()), ConfigSchema.title(at.schema()), null);
        }
    }

    private static void missing(ConfigSchema.Located at, String key, Findings findings) {
        findings.add(
                at.node().position(),
                YamlNode.child(at.key(), key),
                null,
                ConfigSchema.title(ConfigSchema.child(at.schema(), key)),
                "the key is missing");
    }

    /** What stands under an unknown key is not shown: it may be a misspelt secret. */
    private static void unknownKey(ConfigSchema.Located at, String key, Findings findings) {
        List<String> known = ConfigSchema.keys(at.schema());
        findings.add(
                keyPosition(at.node(), key),
                YamlNode.child(at.key(), key),
                null,
                "one of the keys " + Suggestion.list(known),
                Suggestion.didYouMean(key, known));
    }

    private static void badName(ConfigSchema.Located at, String name, Findings findings) {
        findings.add(
                keyPosition(at.node(), name),
                at.key(),
                name,
                ConfigSchema.title(at.schema().path("propertyNames")),
                null);
    }

    private static Position keyPosition(YamlNode node, String key) {
        return node instanceof YamlNode.Mapping mapping
                ? Objects.requireNonNull(mapping.entries().get(key)).keyPosition()
                : node.position();
    }

    private static @Nullable String typeMend(YamlNode node, JsonNode schema) {
        boolean number = schema.path("type").asString("").equals("integer");
        if (number
                && node instanceof YamlNode.Scalar s
                && s.quoted()
                && s.text().matches("[0-9]+")) {
            return "without quotes";
        }
        return shape(node);
    }

    static @Nullable String shape(YamlNode node) {
        return switch (node) {
            case YamlNode.Mapping _ -> "a mapping stands here";
            case YamlNode.Sequence _ -> "a list stands here";
            case YamlNode.Scalar s ->
                s.kind() == YamlNode.Kind.NULL ? "nothing stands here; give a value or remove the key" : null;
        };
    }
}

package io.ringtrace.config;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The published JSON Schema {@code ringtrace.schema.json}: validates a tree and gives it its defaults. What a key may hold, its default
 * and its description stand there and nowhere else; each part's {@code title} says what was expected. Immutable, thread-safe.
 */
final class ConfigSchema {
    private static final String RESOURCE = "ringtrace.schema.json";

    private final JsonNode root;
    private final Map<FileKind, JsonNode> byKind = new EnumMap<>(FileKind.class);
    private final Schema validator;

    ConfigSchema() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + RESOURCE + " is missing");
            }
            root = new JsonMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (FileKind kind : FileKind.values()) {
            byKind.put(kind, of(kind, root));
        }
        // keywords of ours, and one that says nothing about what is valid
        Dialect dialect = Dialect.builder(Dialects.getDraft202012())
                .keywords(Stream.of("formatMinimum", "formatMaximum", "writeOnly")
                        .map(NonValidationKeyword::new)
                        .toList())
                .build();
        validator = SchemaRegistry.withDialect(dialect).getSchema(root);
    }

    JsonNode root() {
        return root;
    }

    /** The schema of one kind of file: that of the whole, with the sections that such a file may have. */
    JsonNode root(FileKind kind) {
        return Objects.requireNonNull(byKind.get(kind));
    }

    private static JsonNode of(FileKind kind, JsonNode whole) {
        if (kind == FileKind.MAIN) {
            return whole;
        }
        ObjectNode part = JsonNodeFactory.instance.objectNode();
        part.set("$schema", whole.path("$schema"));
        part.put("$id", whole.path("$id").asString().replace("ringtrace.schema.json", kind.text() + ".schema.json"));
        part.put("title", "a mapping with the keys " + String.join(", ", kind.sections()));
        part.put(
                "description",
                kind == FileKind.PART
                        ? "A file of a folder that a Ringtrace configuration includes."
                        : "A file of the folder " + kind.text() + "/ of a Ringtrace configuration.");
        part.put("type", "object");
        part.put("additionalProperties", false);
        ObjectNode sections = part.putObject("properties");
        whole.path("properties").properties().forEach(section -> {
            if (kind.mayHave(section.getKey())) {
                sections.set(section.getKey(), section.getValue());
            }
        });
        return part;
    }

    /** What may stand under the key; a missing node for an unknown key. */
    static JsonNode child(JsonNode schema, String key) {
        JsonNode named = schema.path("properties").path(key);
        return named.isMissingNode() ? schema.path("additionalProperties") : named;
    }

    static List<String> keys(JsonNode schema) {
        return List.copyOf(schema.path("properties").propertyNames());
    }

    /** True where a scalar is taken as it was written, so that 011 and +1800… need no quotes. */
    static boolean takesText(JsonNode schema) {
        JsonNode type = schema.path("type");
        return schema.has("enum")
                || type.asString("").equals("string")
                || StreamSupport.stream(type.spliterator(), false)
                        .anyMatch(t -> t.asString().equals("string"));
    }

    /** Puts the default of every absent key that has one. */
    void fillDefaults(YamlNode.Mapping tree) {
        fillDefaults(tree, root);
    }

    private void fillDefaults(YamlNode node, JsonNode schema) {
        switch (node) {
            case YamlNode.Mapping mapping -> {
                for (Map.Entry<String, JsonNode> property :
                        schema.path("properties").properties()) {
                    JsonNode value = property.getValue().get("default");
                    if (value != null) {
                        mapping.entries()
                                .computeIfAbsent(
                                        property.getKey(), _ -> new YamlNode.Entry(Position.DEFAULT, fromJson(value)));
                    }
                }
                mapping.entries().forEach((key, entry) -> fillDefaults(entry.value(), child(schema, key)));
            }
            case YamlNode.Sequence sequence ->
                sequence.items().forEach(item -> fillDefaults(item, schema.path("items")));
            case YamlNode.Scalar _ -> {}
        }
    }

    private static YamlNode fromJson(JsonNode json) {
        if (json.isObject()) {
            YamlNode.Mapping mapping = YamlNode.Mapping.empty(Position.DEFAULT);
            json.properties()
                    .forEach(p -> mapping.entries()
                            .put(p.getKey(), new YamlNode.Entry(Position.DEFAULT, fromJson(p.getValue()))));
            return mapping;
        }
        if (json.isArray()) {
            List<YamlNode> items = new ArrayList<>();
            json.forEach(item -> items.add(fromJson(item)));
            return new YamlNode.Sequence(Position.DEFAULT, items);
        }
        return new YamlNode.Scalar(Position.DEFAULT, json.asString(), json.isString());
    }

    /** Adds a finding for everything that is not as the schema asks. */
    void check(YamlNode.Mapping tree, Findings findings) {
        for (Error error : validator.validate(toJson(tree, root))) {
            SchemaSentence.add(error, locate(tree, error.getInstanceLocation()), findings);
        }
        checkFormats(tree, root, "", findings);
    }

    private static JsonNode toJson(YamlNode node, JsonNode schema) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (node) {
            case YamlNode.Mapping mapping -> {
                ObjectNode object = make.objectNode();
                mapping.entries().forEach((key, entry) -> object.set(key, toJson(entry.value(), child(schema, key))));
                yield object;
            }
            case YamlNode.Sequence sequence -> {
                ArrayNode array = make.arrayNode(sequence.items().size());
                sequence.items().forEach(item -> array.add(toJson(item, schema.path("items"))));
                yield array;
            }
            case YamlNode.Scalar scalar ->
                switch (scalar.kind()) {
                    case NULL -> make.nullNode();
                    case TEXT -> make.stringNode(scalar.text());
                    case BOOLEAN ->
                        takesText(schema)
                                ? make.stringNode(scalar.text())
                                : make.booleanNode(scalar.text().equals("true"));
                    case INTEGER ->
                        takesText(schema)
                                ? make.stringNode(scalar.text())
                                : make.numberNode(Long.parseLong(scalar.text()));
                };
        };
    }

    /** The node that an error is about, with its key and its schema. */
    record Located(YamlNode node, String key, JsonNode schema) {}

    private Located locate(YamlNode.Mapping tree, NodePath path) {
        YamlNode node = tree;
        String key = "";
        JsonNode schema = root;
        for (int i = 0; i < path.getNameCount(); i++) {
            switch (node) {
                case YamlNode.Mapping mapping -> {
                    String name = path.getName(i);
                    YamlNode value = mapping.get(name);
                    if (value == null) {
                        throw new IllegalStateException("the validator names the unknown place " + path);
                    }
                    node = value;
                    key = YamlNode.child(key, name);
                    schema = child(schema, name);
                }
                case YamlNode.Sequence sequence -> {
                    int index = Integer.parseInt(path.getName(i));
                    node = sequence.items().get(index);
                    key = YamlNode.item(key, index);
                    schema = schema.path("items");
                }
                case YamlNode.Scalar _ ->
                    throw new IllegalStateException("the validator names the unknown place " + path);
            }
        }
        return new Located(node, key, schema);
    }

    private static void checkFormats(YamlNode node, JsonNode schema, String key, Findings findings) {
        switch (node) {
            case YamlNode.Mapping mapping ->
                mapping.entries()
                        .forEach((name, entry) ->
                                checkFormats(entry.value(), child(schema, name), YamlNode.child(key, name), findings));
            case YamlNode.Sequence sequence -> {
                for (int i = 0; i < sequence.items().size(); i++) {
                    checkFormats(sequence.items().get(i), schema.path("items"), YamlNode.item(key, i), findings);
                }
            }
            case YamlNode.Scalar scalar -> {
                if (schema.has("format") && !findings.isWrong(scalar)) {
                    Formats.Complaint complaint = Formats.complaint(scalar.text(), schema);
                    if (complaint != null) {
                        findings.addAt(scalar, key, shown(scalar, schema), title(schema), complaint.mend());
                    }
                }
            }
        }
    }

    static String title(JsonNode schema) {
        return schema.path("title").asString();
    }

    /** The value as a finding may show it. */
    static @Nullable String shown(YamlNode node, JsonNode schema) {
        boolean secret = schema.path("writeOnly").asBoolean(false);
        return node instanceof YamlNode.Scalar scalar && !secret && scalar.kind() != YamlNode.Kind.NULL
                ? scalar.text()
                : null;
    }
}

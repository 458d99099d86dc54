package io.ringtrace.config;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Puts the sections of further files into the main file's tree: named entries stand once over all files, lists follow one another. Every
 * node keeps the place where it stands.
 */
final class TreeMerge {
    private final YamlNode.Mapping tree;
    private final ConfigSchema schema;
    private final Findings findings;

    TreeMerge(YamlNode.Mapping tree, ConfigSchema schema, Findings findings) {
        this.tree = tree;
        this.schema = schema;
        this.findings = findings;
    }

    /** False when a section could not be used. */
    boolean add(YamlNode.Mapping part, FileKind kind) {
        JsonNode root = schema.root(kind);
        boolean used = true;
        for (Map.Entry<String, YamlNode.Entry> named : part.entries().entrySet()) {
            String section = named.getKey();
            YamlNode.Entry entry = named.getValue();
            JsonNode sectionSchema = root.path("properties").path(section);
            if (sectionSchema.isMissingNode()) {
                unknown(section, entry, kind);
                used = false;
            } else if (!hasShape(entry.value(), section, sectionSchema)) {
                used = false;
            } else if (!section.equals("include")) { // which is its file's own matter
                merge(tree, section, section, entry, sectionSchema);
            }
        }
        return used;
    }

    private void unknown(String section, YamlNode.Entry entry, FileKind kind) {
        String home = FileKind.home(section);
        boolean main = FileKind.MAIN.mayHave(section)
                && !schema.root().path("properties").path(section).isMissingNode();
        findings.add(
                entry.keyPosition(),
                section,
                null,
                "one of the keys " + Suggestion.list(ConfigSchema.keys(schema.root(kind))),
                !home.isEmpty()
                        ? "it stands in files of " + home + ", of an included folder, or in the main file"
                        : main
                                ? "it stands in the main file alone"
                                : Suggestion.didYouMean(section, ConfigSchema.keys(schema.root(kind))));
    }

    private boolean hasShape(YamlNode value, String key, JsonNode wanted) {
        boolean good = wanted.path("type").asString("").equals("array")
                ? value instanceof YamlNode.Sequence
                : value instanceof YamlNode.Mapping;
        if (!good) {
            findings.addAt(
                    value,
                    key,
                    ConfigSchema.shown(value, wanted),
                    ConfigSchema.title(wanted),
                    SchemaSentence.shape(value));
        }
        return good;
    }

    private void merge(YamlNode.Mapping into, String key, String path, YamlNode.Entry entry, JsonNode wanted) {
        YamlNode.Entry there = into.entries().putIfAbsent(key, entry);
        if (there == null) {
            return;
        }
        if (there.value() instanceof YamlNode.Sequence list && entry.value() instanceof YamlNode.Sequence more) {
            findings.listBegins(
                    entry.value().position().file(), path, list.items().size());
            list.items().addAll(more.items());
            return;
        }
        boolean mappings = there.value() instanceof YamlNode.Mapping && entry.value() instanceof YamlNode.Mapping;
        if (mappings && wanted.has("properties")) {
            mergeKeys((YamlNode.Mapping) there.value(), path, (YamlNode.Mapping) entry.value(), wanted);
        } else if (mappings) {
            named((YamlNode.Mapping) there.value(), path, (YamlNode.Mapping) entry.value());
        } else if (there.value() instanceof YamlNode.Scalar) {
            findings.add(
                    entry.keyPosition(),
                    path,
                    null,
                    "each key once",
                    "it stands at " + there.keyPosition() + " already; remove one of the two");
        }
    }

    private void mergeKeys(YamlNode.Mapping into, String path, YamlNode.Mapping part, JsonNode wanted) {
        part.entries()
                .forEach((key, entry) ->
                        merge(into, key, YamlNode.child(path, key), entry, ConfigSchema.child(wanted, key)));
    }

    private void named(YamlNode.Mapping into, String path, YamlNode.Mapping part) {
        for (Map.Entry<String, YamlNode.Entry> named : part.entries().entrySet()) {
            YamlNode.Entry earlier = into.entries().putIfAbsent(named.getKey(), named.getValue());
            if (earlier != null) {
                findings.add(
                        named.getValue().keyPosition(),
                        YamlNode.child(path, named.getKey()),
                        null,
                        "each name once",
                        "it stands at " + earlier.keyPosition() + " already; remove or rename one of the two");
            }
        }
    }
}

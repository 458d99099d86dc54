package io.ringtrace.config;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Writes docs/reference/configuration.md from the schema. */
final class ReferencePage {
    private final StringBuilder page = new StringBuilder();

    private ReferencePage() {}

    static String of(JsonNode schema) {
        ReferencePage reference = new ReferencePage();
        reference.line("# Configuration reference");
        reference.line("");
        reference.line("Made from `ringtrace.schema.json`; a test fails when it is out of step. Rewrite it by");
        reference.line("`mvn -pl routing-config -am test -Dtest=ReferencePageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dringtrace.rewrite=true`.");
        reference.line("");
        reference.line(
                "An option (`--set http.port=0`) wins over the environment (`RINGTRACE_HTTP_PORT=0`), that over the");
        reference.line(
                "file, that over the default. Variables exist for keys outside lists and named entries; options for all.");
        reference.line("Durations are a number with its unit: `500ms`, `3s`, `5m`, `72h`, `7d`.");
        reference.line("");
        reference.line(
                "A configuration is one file, or that file and the folders `trunks/`, `gateways/`, `routes/` and `numbers/`");
        reference.line(
                "beside it, and the folders that `include` names. All `*.yaml` files of a folder are read, in the order of");
        reference.line(
                "their names, and all `*.csv` files of `numbers/` and of included folders; names that begin with a dot are not.");
        reference.line("A name stands once over all files; lists follow one another.");
        reference.line("");
        reference.line("| file | sections | schema for editors |");
        reference.line("| --- | --- | --- |");
        for (FileKind kind : FileKind.values()) {
            String file = switch (kind) {
                case MAIN -> "`ringtrace.yaml`";
                case PART -> "an included folder's `*.yaml`";
                case TRUNKS, GATEWAYS, ROUTES, NUMBERS -> "`" + kind.text() + "/*.yaml`";
            };
            String sections = kind == FileKind.MAIN
                    ? "all"
                    : String.join(
                            ", ",
                            kind.sections().stream().map(s -> "`" + s + "`").toList());
            String name = kind.text() + ".schema.json";
            reference.line("| " + file + " | " + sections + " | [`" + name + "`](../schema/" + name + ") |");
        }
        reference.line("| `numbers/*.csv` | columns `number`, `destination`, `campaign` | |");
        reference.line("");
        reference.line(
                "A first line `# yaml-language-server: $schema=FILE` makes VS Code (with the YAML extension) and other editors");
        reference.line(
                "complete and check a file. `ringtrace schema --write FOLDER` writes the schemas of the installed version.");
        reference.line("");
        reference.line(
                "What is wrong is told with file, line and column: [every message](wrong-configurations.md). Some of it is a warning,");
        reference.line("which stops nothing: [why](../decisions/0015-errors-warnings-and-what-is-around.md).");
        for (Map.Entry<String, JsonNode> section : schema.path("properties").properties()) {
            reference.line("");
            reference.line("## `" + section.getKey() + "`");
            reference.line("");
            reference.line(section.getValue().path("description").asString());
            reference.line("");
            reference.line("| key | value | default | meaning |");
            reference.line("| --- | --- | --- | --- |");
            if (section.getValue().has("items")
                    && !section.getValue().path("items").has("properties")) {
                reference.row(section.getKey(), section.getValue(), false);
            } else {
                reference.rows(section.getKey(), section.getValue());
            }
        }
        return reference.page.toString();
    }

    private void rows(String path, JsonNode schema) {
        if (schema.path("additionalProperties").isObject()) {
            keys(path + ".NAME", schema.path("additionalProperties"));
        } else if (schema.path("items").has("properties")) {
            keys(path + "[]", schema.path("items"));
        } else {
            keys(path, schema);
        }
    }

    private void keys(String path, JsonNode mapping) {
        for (Map.Entry<String, JsonNode> property : mapping.path("properties").properties()) {
            String key = path + "." + property.getKey();
            JsonNode value = property.getValue();
            if (value.has("properties") || value.path("items").has("properties")) {
                rows(key, value);
                continue;
            }
            boolean required = mapping.path("required")
                    .valueStream()
                    .anyMatch(r -> r.asString().equals(property.getKey()));
            row(key, value, required);
        }
    }

    private void row(String key, JsonNode value, boolean required) {
        line("| `" + key + "` | " + value(value) + " | " + defaultOf(value, required) + " | "
                + value.path("description").asString() + " |");
    }

    private static String value(JsonNode schema) {
        if (schema.has("enum")) {
            return String.join(
                    ", ",
                    schema.path("enum")
                            .valueStream()
                            .map(v -> "`" + v.asString() + "`")
                            .toList());
        }
        String title = schema.path("title").asString();
        return schema.has("items")
                ? title + ", each " + schema.path("items").path("title").asString()
                : title;
    }

    private static String defaultOf(JsonNode schema, boolean required) {
        if (required) {
            return "must be given";
        }
        JsonNode value = schema.get("default");
        return value == null ? "" : "`" + (value.isString() ? value.asString() : value.toString()) + "`";
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}

package io.ringtrace.config;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON Schemas by which editors complete and check a configuration, one for each kind of file. Printed by the command {@code schema}, and
 * kept in docs/schema by a test.
 */
public final class PublishedSchemas {
    private PublishedSchemas() {}

    /** The text of each schema, by its file's name, such as {@code routes.schema.json}. */
    public static Map<String, String> all() {
        ConfigSchema schema = new ConfigSchema();
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        Map<String, String> texts = new LinkedHashMap<>();
        for (FileKind kind : FileKind.values()) {
            texts.put(
                    kind.text() + ".schema.json",
                    JsonMapper.shared().writer().with(printer).writeValueAsString(schema.root(kind)) + "\n");
        }
        return texts;
    }
}

package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReferencePageTest {
    private static final Path HOME = Path.of(System.getProperty("ringtrace.home", ".."));
    private static final Path PAGE = HOME.resolve("docs/reference/configuration.md");
    private static final Path SCHEMAS = HOME.resolve("docs/schema");

    @Test
    void theReferencePageIsInStepWithTheSchema() throws IOException {
        String expected = ReferencePage.of(new ConfigSchema().root());
        if (Boolean.getBoolean("ringtrace.rewrite")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, expected);
        }
        assertThat(PAGE)
                .as("rewrite it with -Dringtrace.rewrite=true")
                .content()
                .isEqualTo(expected);
    }

    @Test
    void thePublishedSchemasAreInStep() throws IOException {
        for (Map.Entry<String, String> schema : PublishedSchemas.all().entrySet()) {
            Path file = SCHEMAS.resolve(schema.getKey());
            if (Boolean.getBoolean("ringtrace.rewrite")) {
                Files.createDirectories(SCHEMAS);
                Files.writeString(file, schema.getValue());
            }
            assertThat(file)
                    .as("rewrite it with -Dringtrace.rewrite=true")
                    .content()
                    .isEqualTo(schema.getValue());
        }
    }

    @Test
    void everyKeyHasATitleAndADescription() {
        List<String> bare = new ArrayList<>();
        collectBare("", new ConfigSchema().root(), bare);

        assertThat(bare).isEmpty();
    }

    private static void collectBare(String path, JsonNode schema, List<String> bare) {
        if (!schema.has("title") || !schema.has("description")) {
            bare.add(path);
        }
        schema.path("properties").properties().forEach(p -> collectBare(path + "." + p.getKey(), p.getValue(), bare));
        for (String part : List.of("items", "additionalProperties")) {
            if (schema.path(part).isObject()) {
                collectBare(path + "." + part, schema.path(part), bare);
            }
        }
    }
}

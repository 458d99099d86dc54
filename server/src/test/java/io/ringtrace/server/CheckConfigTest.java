package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("ringtrace check-config --format json")
class CheckConfigTest {
    @TempDir
    Path folder;

    private record Said(int exitCode, JsonNode answer) {}

    private Said check(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("ringtrace.yaml"), text);
        StringWriter said = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(said, true))
                .execute("check-config", "--format", "json", file.toString());
        return new Said(code, JsonMapper.shared().readTree(said.toString()));
    }

    @Test
    void everyFindingHasItsParts() throws IOException {
        Said said = check("http:\n  port: 70000\nroute: []\n");
        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.answer().path("good").asBoolean()).isFalse();
        JsonNode port = said.answer().path("findings").path(0);
        assertThat(port.path("file").asString()).endsWith("ringtrace.yaml");
        assertThat(port.path("line").asInt()).isEqualTo(2);
        assertThat(port.path("column").asInt()).isEqualTo(9);
        assertThat(port.path("key").asString()).isEqualTo("http.port");
        assertThat(port.path("value").asString()).isEqualTo("70000");
        assertThat(port.path("expected").asString()).isEqualTo("a port of 0 to 65535");
        assertThat(port.path("mend").isNull()).isTrue();
        assertThat(said.answer().path("findings").size()).isEqualTo(2);
    }

    @Test
    void aGoodConfigurationTellsItsVersion() throws IOException {
        Said said = check("http: {port: 0}\n");
        assertThat(said.exitCode()).isZero();
        assertThat(said.answer().path("good").asBoolean()).isTrue();
        assertThat(said.answer().path("version").asString()).hasSize(12);
        assertThat(said.answer().path("findings").isEmpty()).isTrue();
    }
}

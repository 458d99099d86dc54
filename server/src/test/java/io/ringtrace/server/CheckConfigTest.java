package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    private Said check(String text, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("ringtrace.yaml"), text);
        List<String> words = new ArrayList<>(List.of("check-config", "--format", "json", file.toString()));
        words.addAll(List.of(options));
        StringWriter said = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(said, true)).execute(words.toArray(String[]::new));
        return new Said(code, JsonMapper.shared().readTree(said.toString()));
    }

    @Test
    void everyFindingHasItsParts() throws IOException {
        Said said = check("http:\n  port: 70000\nroute: []\n");
        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.answer().path("good").asBoolean()).isFalse();
        JsonNode port = said.answer().path("findings").path(0);
        assertThat(port.path("severity").asString()).isEqualTo("error");
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
    void warningsAreTellingAndNoErrorUnlessStrict() throws IOException {
        String overlap = "trunks:\n  a: {source-networks: [192.0.2.0/24]}\n  b: {source-networks: [192.0.2.7]}\n";
        Said said = check(overlap);
        assertThat(said.exitCode()).isZero();
        assertThat(said.answer().path("good").asBoolean()).isTrue();
        assertThat(said.answer().path("findings").path(0).path("severity").asString())
                .isEqualTo("warning");
        assertThat(check(overlap, "--strict").exitCode()).isEqualTo(2);
    }

    @Test
    void aStoreThatNobodyCanAskIsAWarningUnlessFilesOnlyAreChecked() throws IOException {
        String numbers = """
                store: {data-directory: none}
                static-numbers: [{number: +18005550111, destination: +12135550101, campaign: print}]
                """;
        Said said = check(numbers);
        assertThat(said.exitCode()).isZero();
        assertThat(said.answer().path("findings").path(0).path("expected").asString())
                .contains("which of the 2 numbers");
        assertThat(check(numbers, "--files-only", "--strict").exitCode()).isZero();
        assertThat(folder.resolve("none")).doesNotExist();
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

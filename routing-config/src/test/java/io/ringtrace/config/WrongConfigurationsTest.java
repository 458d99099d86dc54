package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of wrong configurations: each {@code wrong/NAME.yaml}, or folder {@code wrong/NAME}, gets exactly the lines of {@code wrong/NAME.expected}. */
class WrongConfigurationsTest {
    private static final int FEWEST = 40;

    static Stream<String> names() throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(WrongConfigurationsTest.class.getResource("/wrong"));
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files
                    .map(f -> f.getFileName().toString())
                    .filter(f -> !f.endsWith(".expected"))
                    .map(f -> f.endsWith(".yaml") ? f.substring(0, f.length() - ".yaml".length()) : f)
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static Path resource(String name) throws URISyntaxException {
        URL folder = Objects.requireNonNull(WrongConfigurationsTest.class.getResource("/wrong"));
        return Path.of(folder.toURI()).resolve(name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void everyMistakeIsNamedByFileLineColumnKeyValueAndExpectation(String name) throws IOException, URISyntaxException {
        Path folder = resource(name);
        Path file = Files.isDirectory(folder) ? folder.resolve("ringtrace.yaml") : resource(name + ".yaml");
        Written written = new Written(file, Map.of(), Map.of());
        List<String> lines = written.wrong();

        Path sources = Path.of(System.getProperty("ringtrace.home", ".."), "routing-config/src/test/resources/wrong");
        if (Boolean.getBoolean("ringtrace.rewrite")) {
            Files.writeString(sources.resolve(name + ".expected"), String.join("\n", lines) + "\n");
        }
        assertThat(lines).containsExactlyElementsOf(Files.readAllLines(sources.resolve(name + ".expected")));
    }

    @Test
    void theTableIsLongEnough() throws IOException, URISyntaxException {
        assertThat(names().count()).isGreaterThanOrEqualTo(FEWEST);
    }
}

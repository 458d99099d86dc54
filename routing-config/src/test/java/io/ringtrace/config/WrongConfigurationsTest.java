package io.ringtrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of wrong configurations: each {@code wrong/NAME.yaml}, or folder {@code wrong/NAME}, gets exactly the lines of
 * {@code wrong/NAME.expected}. The same makes the page of the documentation. The store and the network around them are told, see
 * {@link ToldSurroundings}.
 */
class WrongConfigurationsTest {
    private static final int FEWEST = 40;
    private static final Path HOME = Path.of(System.getProperty("ringtrace.home", ".."));
    private static final Path SOURCES = HOME.resolve("routing-config/src/test/resources/wrong");
    private static final Path PAGE = HOME.resolve("docs/reference/wrong-configurations.md");

    /** What the checkout does to the rights of files is no finding. */
    @BeforeAll
    static void keysAreOurs() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(resource("../tls"))) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    static Stream<String> names() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(resource(""))) {
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
        return Path.of(folder.toURI()).resolve(name).normalize();
    }

    private static Path main(String name) throws URISyntaxException {
        Path folder = resource(name);
        return Files.isDirectory(folder) ? folder.resolve("ringtrace.yaml") : resource(name + ".yaml");
    }

    private static List<String> lines(String name) throws URISyntaxException {
        Written written = new Written(main(name), Map.of(), Map.of());
        Map<String, String> store = name.contains("store-away") ? null : ToldSurroundings.SOME;
        return written.lines(written.outcome(new ToldSurroundings(store), Surroundings.Purpose.CHECK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void everyMistakeIsNamedByFileLineColumnKeyValueAndExpectation(String name) throws IOException, URISyntaxException {
        List<String> lines = lines(name);
        if (Boolean.getBoolean("ringtrace.rewrite")) {
            Files.writeString(SOURCES.resolve(name + ".expected"), String.join("\n", lines) + "\n");
        }
        assertThat(lines)
                .isNotEmpty()
                .containsExactlyElementsOf(Files.readAllLines(SOURCES.resolve(name + ".expected")));
    }

    @Test
    void theTableIsLongEnough() throws IOException, URISyntaxException {
        assertThat(names().count()).isGreaterThanOrEqualTo(FEWEST);
    }

    @Test
    void thePageOfTheDocumentationIsInStep() throws IOException, URISyntaxException {
        String expected = page();
        if (Boolean.getBoolean("ringtrace.rewrite")) {
            Files.writeString(PAGE, expected);
        }
        assertThat(PAGE)
                .as("rewrite it with -Dringtrace.rewrite=true")
                .content()
                .isEqualTo(expected);
    }

    private static String page() throws IOException, URISyntaxException {
        List<String> names = names().toList();
        StringBuilder page = new StringBuilder("""
                # Wrong configurations, and what is said of them

                %d configurations with the exact lines that `ringtrace check-config`, `serve` and `reload` say of each. Made by
                `WrongConfigurationsTest`, which fails when one of them changes; rewrite it with
                `mvn -pl routing-config -am test -Dtest=WrongConfigurationsTest -Dsurefire.failIfNoSpecifiedTests=false -Dringtrace.rewrite=true`.

                A line is `file:line:column: key: 'value': expected what (why, or how to mend it)`. One with `warning:` after its place does not
                keep the configuration from being used. It is 1 June 2026; the store owns +18005550111 (in a pool), +18005550112 (in the bank) and
                +18005550113 (an overflow number).
                """.formatted(names.size()));
        for (String name : names) {
            page.append("\n## ").append(name.replace('-', ' ')).append('\n');
            for (Path file : files(name)) {
                page.append('\n');
                if (Files.isDirectory(resource(name))) {
                    page.append('`').append(resource(name).relativize(file)).append("`\n\n");
                }
                page.append(file.toString().endsWith(".csv") ? "```csv\n" : "```yaml\n");
                String text = shown(Files.readAllBytes(file));
                page.append(text)
                        .append(text.isEmpty() || text.endsWith("\n") ? "" : "\n")
                        .append("```\n");
            }
            page.append("\n```text\n").append(String.join("\n", lines(name))).append("\n```\n");
        }
        return page.toString();
    }

    private static List<Path> files(String name) throws IOException, URISyntaxException {
        Path folder = resource(name);
        if (!Files.isDirectory(folder)) {
            return List.of(main(name));
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return new ArrayList<>(files.filter(Files::isRegularFile).sorted().toList());
        }
    }

    /** Bytes that are no text are shown as such. */
    private static String shown(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(bytes, StandardCharsets.UTF_8).toCharArray()) {
            boolean plain = c == '\n' || (c >= ' ' && c != 0x7F && c != '\uFFFD');
            text.append(plain ? String.valueOf(c) : c == '\t' ? "␉" : "�");
        }
        return text.toString();
    }
}

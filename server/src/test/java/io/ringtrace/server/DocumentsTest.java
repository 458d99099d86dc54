package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Blocks that name a file ({@code ```yaml trunks/acme.yaml}) are written; check-config and route of the blocks of shell are run on those files,
 * and answer what the block of text after them says; every other command of ours must at least be one.
 */
@DisplayName("What the documents say is so")
class DocumentsTest {
    private static final Path DOCS = Scale.home().resolve("docs");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*) ?(\\S*)\\n(.*?)^```$");
    private static final String INSTALLED = "/etc/ringtrace/ringtrace.yaml";

    @TempDir
    Path folder;

    private record Said(int exitCode, String text) {}

    private static Said run(List<String> words) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        int code = Main.commandLine().setOut(out).setErr(out).execute(words.toArray(String[]::new));
        return new Said(code, said.toString());
    }

    private Said runOnFiles(List<String> words) {
        String config = folder.resolve("ringtrace.yaml").toString();
        List<String> here = new ArrayList<>(words.stream()
                .map(word -> word.equals(INSTALLED) ? config : word)
                .toList());
        if (here.equals(List.of("check-config"))) {
            here.add(config);
        }
        return run(here);
    }

    @ParameterizedTest
    @ValueSource(strings = {"operators-guide.md", "migration-from-kamailio.md"})
    void filesAreGoodCommandsExistAndAnswersCome(String page) throws IOException {
        String answered = "";
        int ran = 0;
        Matcher block = BLOCK.matcher(Files.readString(DOCS.resolve(page)));
        while (block.find()) {
            if (!block.group(2).isEmpty()) {
                Path file = folder.resolve(block.group(2));
                Files.createDirectories(file.getParent());
                Files.writeString(file, block.group(3));
            } else if (block.group(1).equals("sh")) {
                for (List<String> words : commands(block.group(3))) {
                    assertThatCode(() -> Main.commandLine().parseArgs(words.toArray(String[]::new)))
                            .as(words.toString())
                            .doesNotThrowAnyException();
                    if (words.getFirst().equals("check-config") || words.contains("--config")) {
                        Said said = runOnFiles(words);
                        assertThat(said.exitCode()).as(said.text()).isZero();
                        answered = said.text();
                        ran++;
                    }
                }
            } else if (block.group(1).equals("text")) {
                assertThat(answered).contains(block.group(3).lines().toList());
                ran++;
            }
        }
        assertThat(ran).isGreaterThanOrEqualTo(3);
    }

    /** The words after {@code ringtrace} of each command of ours. */
    private static List<List<String>> commands(String shell) {
        List<List<String>> commands = new ArrayList<>();
        for (String line : shell.lines().toList()) {
            String command = line.startsWith("sudo ") ? line.substring(5) : line;
            if (command.startsWith("ringtrace ")) {
                commands.add(List.of(command.substring("ringtrace ".length()).split(" +")));
            }
        }
        return commands;
    }

    @Test
    void thePhrasesOfTheLogStandInTheSources() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (String module : List.of("server", "routing-config", "attribution-store", "sip-proxy", "http-api")) {
            try (Stream<Path> files = Files.walk(Scale.home().resolve(module).resolve("src/main/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    sources.append(Files.readString(file));
                }
            }
        }
        List<String> phrases = new ArrayList<>();
        Matcher phrase =
                Pattern.compile("\\*log:\\* `([^`]+)`").matcher(Files.readString(DOCS.resolve("troubleshooting.md")));
        while (phrase.find()) {
            phrases.add(phrase.group(1));
        }
        assertThat(phrases).hasSizeGreaterThan(3);
        assertThat(sources.toString()).contains(phrases);
    }

    @Test
    void keysThatAreNamedAreKeys() throws IOException {
        String reference = Files.readString(DOCS.resolve("reference/configuration.md"));
        for (String page : List.of("operators-guide.md", "troubleshooting.md", "migration-from-kamailio.md")) {
            Matcher key = Pattern.compile("`((?:sip|store|http|log|blocked-callers)(?:\\.[a-z-]+)+)`")
                    .matcher(Files.readString(DOCS.resolve(page)));
            while (key.find()) {
                assertThat(reference).as(page).containsPattern("`" + Pattern.quote(key.group(1)) + "[`.\\[]");
            }
        }
    }
}

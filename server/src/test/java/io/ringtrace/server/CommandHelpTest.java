package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

@DisplayName("Every command explains itself: --help, manual page, completion")
class CommandHelpTest {
    /** A word of a shell: bare, or within quotes. */
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    /** Made once, for making it takes a while; it forgets what it parsed last. */
    private static final CommandLine ALL = Main.commandLine();

    @TempDir
    Path folder;

    static Stream<String> commands() {
        List<String> names = new ArrayList<>();
        collect(ALL, names);
        return names.stream();
    }

    private static void collect(CommandLine command, List<String> names) {
        names.add(command.getCommandSpec().qualifiedName(" "));
        command.getSubcommands().values().stream()
                .filter(verb -> !verb.getCommandSpec().usageMessage().hidden())
                .forEach(verb -> collect(verb, names));
    }

    private static CommandSpec command(String name) {
        CommandLine line = ALL;
        for (String word : name.split(" ")) {
            line = word.equals("ringtrace")
                    ? line
                    : Objects.requireNonNull(line.getSubcommands().get(word), word);
        }
        return line.getCommandSpec();
    }

    private static String run(String... words) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        assertThat(Main.commandLine().setOut(out).setErr(out).execute(words))
                .as(said.toString())
                .isZero();
        return said.toString();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void itSaysWhatItDoesAndWhatEachOptionMeans(String name) {
        CommandSpec command = command(name);
        assertThat(command.usageMessage().description()).isNotEmpty();
        assertThat(command.args())
                .filteredOn(arg -> !arg.hidden())
                .allSatisfy(arg -> assertThat(arg.description()).as(label(arg)).isNotEmpty());
    }

    private static String label(ArgSpec arg) {
        return arg.paramLabel();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void itHasExamplesOfItsOwnAndTheyAreGood(String name) {
        List<String> examples = Stream.of(command(name).usageMessage().footer())
                .filter(line -> line.startsWith("  ringtrace ") || line.startsWith("  source "))
                .toList();
        assertThat(examples).isNotEmpty().anySatisfy(line -> assertThat(line).contains(name));
        for (String example : examples) {
            for (String part : example.split(" (&&|\\|) | #.*| > .*")) {
                if (part.strip().startsWith("ringtrace ") && !part.contains("COMMAND")) {
                    assertThatCode(() -> ALL.parseArgs(words(part))).as(part).doesNotThrowAnyException();
                }
            }
        }
    }

    private static String[] words(String command) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(command);
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        return words.subList(1, words.size()).toArray(String[]::new);
    }

    @Test
    void helpShowsTheExamples() {
        assertThat(run("calls", "--help")).contains("Examples:\n  ringtrace calls ");
        assertThat(run("numbers", "import", "--help")).contains("Examples:\n  ringtrace numbers import ");
    }

    @Test
    void theManualPagesAreGoodForMan() throws Exception {
        run("manual", folder.toString());
        List<Path> pages;
        try (Stream<Path> files = Files.list(folder)) {
            pages = files.sorted().toList();
        }
        assertThat(pages).hasSizeGreaterThan(10);
        for (Path page : pages) {
            String text = Files.readString(page);
            assertThat(text)
                    .contains(".TH ", ".SH \"NAME\"", ".SH \"SYNOPSIS\"", ".SH \"EXAMPLES\"")
                    .doesNotContain("@|", "%n", "${");
            Process groff = new ProcessBuilder("groff", "-man", "-Tutf8", "-ww", "-z", page.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(groff.waitFor()).as(page + ": " + said).isZero();
            assertThat(said).as("warnings of %s", page).isEmpty();
        }
        assertThat(Files.readString(folder.resolve("ringtrace.1"))).contains("ringtrace\\-calls(1)");
    }

    @Test
    void bashCompletesVerbsAndOptions() throws Exception {
        Path script = Files.writeString(folder.resolve("completion"), run("completion"));
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        ". '" + script + "'; COMP_WORDS=(ringtrace calls --fo); COMP_CWORD=2;"
                                + " _complete_ringtrace; echo \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        assertThat(said).contains("--follow", "--format").doesNotContain("--limit");
    }
}

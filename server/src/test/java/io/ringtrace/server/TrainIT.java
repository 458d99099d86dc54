package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What Java learns in advance")
class TrainIT {
    /** As the program is started: Java reads a cache of the same files only. */
    private static final Path JAR = Path.of("target/ringtrace.jar").toAbsolutePath();

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");

    @TempDir
    static Path folder;

    private static Path cache;

    @BeforeAll
    static void train() throws Exception {
        cache = folder.resolve("ringtrace.aot");
        String said = run(0, List.of("-XX:TieredStopAtLevel=1"), "train", "--calls", "100", cache.toString());
        assertThat(said).contains(cache.toString(), "calls");
    }

    @Test
    void isReadByALaterServer() throws Exception {
        // With this mode Java refuses to start by a cache that it cannot read.
        assertThat(run(0, List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache), "--version"))
                .startsWith("Ringtrace");
    }

    @Test
    void isOfNoUseToAnotherProgram() throws Exception {
        Path other = folder.resolve("other.jar");
        Files.copy(JAR, other);
        List<String> words = List.of(
                JAVA.toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:AOTMode=on",
                "-XX:AOTCache=" + cache,
                "-jar",
                other.toString());
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isNotZero();
    }

    @Test
    void saysWhatWentWrongWhenItCannotBeWritten() throws Exception {
        assertThat(run(
                        1,
                        List.of(),
                        "train",
                        "--calls",
                        "1",
                        folder.resolve("none/ringtrace.aot").toString()))
                .contains("no training", "there is no folder");
    }

    private static String run(int code, List<String> options, String... words) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(JAVA.toString(), "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isEqualTo(code);
        return said;
    }
}

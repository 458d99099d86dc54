package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.Scale;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("mutations")
@DisplayName("Jazzer, guided by what its inputs cover, looks for a datagram that our reader stumbles over")
class ParserSearchTest {
    private static final int INPUTS = Scale.pick(5_000, 300_000);
    private static final int LONGEST_SECONDS = Scale.pick(60, 900);
    /** The same search each time: what is new here is our code. */
    private static final int SEED = 20261128;

    private static Path beside(String name) throws Exception {
        return Path.of(
                Objects.requireNonNull(ParserSearchTest.class.getResource(name)).toURI());
    }

    /** What reached something new is kept there, and the next search begins with it; so is what was found, to be put beside the other inputs. */
    private static final Path KEPT =
            Path.of(System.getProperty("ringtrace.corpus", "target/jazzer")).toAbsolutePath();

    @Test
    void findsNone(@TempDir Path folder) throws Exception {
        Path corpus = Files.createDirectories(KEPT.resolve("corpus"));
        Path out = folder.resolve("out.txt");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + ParserSearch.class.getName(),
                "--instrumentation_includes=io.ringtrace.sip.message.**",
                "-seed=" + SEED,
                "-runs=" + INPUTS,
                "-max_total_time=" + LONGEST_SECONDS,
                "-max_len=4096",
                "-artifact_prefix=" + KEPT + "/found-",
                "-print_final_stats=1",
                corpus.toString(),
                beside("ParserFuzzTestInputs/aDatagramIsReadForwardedAndAnswered")
                        .toString(),
                beside("torture/valid").toString(),
                beside("torture/invalid").toString());
        Process search = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(search.waitFor(LONGEST_SECONDS + 60L, TimeUnit.SECONDS)).isTrue();
        } finally {
            search.destroyForcibly();
        }
        String said = Files.readString(out);
        assertThat(search.exitValue())
                .as(said + "\nThe datagram is kept in " + KEPT + "; it belongs into ParserFuzzTestInputs.")
                .isZero();
        assertThat(said).contains("INITED", "cov:").containsPattern("Done [0-9]+ runs");
        assertThat(corpus).isNotEmptyDirectory();
    }
}

package io.ringtrace.tag;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code node --test} on some files of this module; what it printed is the failure's text. */
final class NodeTests {
    private NodeTests() {}

    static void pass(long mostSeconds, String... files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", "--test", "--test-reporter=spec"));
        command.addAll(List.of(files));
        Path output = Path.of("target", "node-tests-" + files[0].replaceAll("\\W+", "-") + ".txt");
        Files.createDirectories(output.toAbsolutePath().getParent());
        Process node = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(node.waitFor(mostSeconds, TimeUnit.SECONDS))
                    .as("node ended within %s s; so far it printed:%n%s", mostSeconds, read(output))
                    .isTrue();
            assertThat(node.exitValue()).as(() -> read(output)).isZero();
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
    }

    private static String read(Path output) {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(its output cannot be read: " + e.getMessage() + ")";
        }
    }
}

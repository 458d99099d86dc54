package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A file of the tag's browser tests, run against something that runs here. What it prints and its screenshots stay in a folder. */
final class BrowserTest {
    private BrowserTest() {}

    static Path kept(String name) throws Exception {
        return Files.createDirectories(Path.of("target", name).toAbsolutePath());
    }

    /**
     * @param kept told to the test as OUTPUT
     */
    static void pass(String file, Path kept, Map<String, String> environment) throws Exception {
        Path printed = kept.resolve(file + ".txt");
        ProcessBuilder test = new ProcessBuilder("node", "--test", "--test-reporter=spec", "src/test/browser/" + file)
                .directory(Scale.home().resolve("tag").toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        test.environment().putAll(environment);
        test.environment().put("OUTPUT", kept.toString());
        Process node = test.start();
        try {
            assertThat(node.waitFor(180, TimeUnit.SECONDS))
                    .as(() -> read(printed))
                    .isTrue();
            assertThat(node.exitValue()).as(() -> read(printed)).isZero();
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
    }

    private static String read(Path printed) {
        try {
            return Files.readString(printed);
        } catch (IOException e) {
            return "what it printed cannot be read: " + e.getMessage();
        }
    }
}

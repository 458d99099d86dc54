package io.ringtrace.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * What Java has learned of the jar that these tests are built with. A run of all integration tests trains once before the first of them, for each
 * of the servers that they start is ready in half the time then.
 */
public final class TrainedProgram implements LauncherSessionListener {
    static final Path JAR = Path.of("target/ringtrace.jar").toAbsolutePath();
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");
    private static final int CALLS = Scale.of(200, 20_000);
    /** Where servers look for it; only where integration tests run. */
    private static final String CACHE = "ringtrace.aot-cache";

    /** Of one class alone there are not enough servers to make up for it. */
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (System.getProperty(CACHE) != null && System.getProperty("it.test") == null) {
            try {
                cache();
            } catch (IOException e) {
                // TrainIT says so too; all others go on as they are.
                System.err.println(e.getMessage());
            }
        }
    }

    /** The cache for this jar, written now if there is none. */
    public static synchronized Path cache() throws IOException {
        Path cache = Path.of(System.getProperty(CACHE));
        if (!Files.exists(cache) || Files.getLastModifiedTime(cache).compareTo(Files.getLastModifiedTime(JAR)) <= 0) {
            Ended ended = run(
                    List.of("-XX:TieredStopAtLevel=1"),
                    JAR,
                    "train",
                    "--calls",
                    Integer.toString(CALLS),
                    cache.toString());
            if (ended.code() != 0 || !ended.said().contains(cache + " holds what Java learned by ")) {
                throw new IOException("the program could not be trained: " + ended.said());
            }
        }
        return cache;
    }

    record Ended(int code, String said) {}

    /** Runs a jar of the program with a Java of its own. */
    static Ended run(List<String> options, Path jar, String... words) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(JAVA.toString(), "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(180, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("it did not end: " + said);
            }
            return new Ended(process.exitValue(), said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}

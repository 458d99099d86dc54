package io.ringtrace.server.demo;

import io.ringtrace.server.DataFolder;
import io.ringtrace.server.Main;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A Ringtrace server as a process of its own: the same program, the verb {@code serve}. One thread uses it. */
public final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final Path data;
    private final Path log;

    private ServerProcess(Process process, Path data, Path log) {
        this.process = process;
        this.data = data;
        this.log = log;
    }

    /**
     * @param data the data folder that the configuration names
     * @param log gets all that the server prints
     */
    public static ServerProcess start(Path config, Path data, Path log) throws IOException {
        return start(config, data, log, Map.of());
    }

    /** As {@link #start(Path, Path, Path)}, with more variables in its environment. */
    static ServerProcess start(Path config, Path data, Path log, Map<String, String> environment) throws IOException {
        return start(List.of(), List.of(), config, data, log, environment);
    }

    /** As {@link #start(Path, Path, Path)}, with more options for its Java. */
    static ServerProcess startWith(List<String> javaOptions, Path config, Path data, Path log) throws IOException {
        return start(List.of(), javaOptions, config, data, log, Map.of());
    }

    /** As {@link #start}; a server of root's has no capability to read what file rights forbid. */
    public static ServerProcess startUnderFileRights(Path config, Path data, Path log) throws IOException {
        List<String> without = System.getProperty("user.name").equals("root")
                ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search")
                : List.of();
        return start(without, List.of(), config, data, log, Map.of());
    }

    private static ServerProcess start(
            List<String> by,
            List<String> javaOptions,
            Path config,
            Path data,
            Path log,
            Map<String, String> environment)
            throws IOException {
        if (Files.isDirectory(data)) {
            Files.deleteIfExists(data.resolve("http-address"));
        }
        List<String> command = new ArrayList<>(by);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseParallelGC",
                "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(javaOptions);
        command.addAll(program(javaOptions));
        command.addAll(List.of(Main.class.getName(), "serve", "--no-rehearsal", "--config", config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new ServerProcess(process, data, log);
    }

    /** This process's own program; where Java has been trained for the jar that it is built into, that and what was learned. */
    private static List<String> program(List<String> javaOptions) throws IOException {
        String cache = System.getProperty("ringtrace.aot-cache");
        if (cache != null && javaOptions.stream().noneMatch(option -> option.startsWith("-XX:AOT"))) {
            Path learned = Path.of(cache);
            Path jar = learned.resolveSibling("ringtrace.jar");
            if (Files.exists(learned)
                    && Files.exists(jar)
                    && Files.getLastModifiedTime(learned).compareTo(Files.getLastModifiedTime(jar)) > 0) {
                return List.of("-XX:AOTCache=" + learned, "-cp", jar.toString());
            }
        }
        return List.of("-cp", System.getProperty("java.class.path"));
    }

    /** Waits until the server says it is ready, and returns its HTTP address. */
    public URI awaitReady(Duration longest) throws IOException {
        long deadline = System.nanoTime() + longest.toNanos();
        String last = "it has not said where it answers";
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            while (System.nanoTime() < deadline) {
                if (!process.isAlive()) {
                    throw new IOException(
                            "the server ended with exit code " + process.exitValue() + ": " + lastLines());
                }
                URI address = new DataFolder(data).announced();
                if (address != null) {
                    HttpResponse<String> ready = ask(http, address.resolve("/health/ready"));
                    if (ready != null && ready.statusCode() == 200) {
                        return address;
                    }
                    last = ready == null ? "it does not answer at " + address : ready.body();
                }
                Thread.sleep(50);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the server started", e);
        }
        throw new IOException(
                "the server was not ready after " + longest.toSeconds() + " s: " + last + "\n" + lastLines());
    }

    private static @org.jspecify.annotations.Nullable HttpResponse<String> ask(HttpClient http, URI address)
            throws InterruptedException {
        try {
            return http.send(
                    HttpRequest.newBuilder(address)
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException _) {
            return null;
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Waits for it to end by itself; -1 when it has not after so many seconds. */
    public int awaitExit(long seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    /** As by {@code kill}: it stops in its own time. */
    public void terminate() {
        process.destroy();
    }

    /** As by {@code kill -9}: nothing is said or saved. */
    public void kill() {
        process.destroyForcibly();
        await();
    }

    public String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "its log can't be read: " + e.getMessage();
        }
    }

    private void await() {
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks it to stop, and waits. */
    @Override
    public void close() {
        process.destroy();
        await();
        if (process.isAlive()) {
            kill();
        }
    }
}

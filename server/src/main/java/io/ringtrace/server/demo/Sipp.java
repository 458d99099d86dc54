package io.ringtrace.server.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of SIPp with a scenario of scripts/sipp-scenarios: as the carrier or as the destination's gateway. One thread uses it; closing
 * it ends the process.
 */
public final class Sipp implements AutoCloseable {
    private final Process process;
    private final Path folder;

    private Sipp(Process process, Path folder) {
        this.process = process;
        this.folder = folder;
    }

    /**
     * @param address our own address and port, such as {@code 127.0.0.1:5080}; port 0 takes a free one
     * @param callsPerSecond rate at which calls begin
     * @param holdMillis how long the side that hangs up waits
     */
    public record Carrier(
            Path scenario,
            String target,
            String address,
            List<String> injectedLines,
            int calls,
            int callsPerSecond,
            int holdMillis,
            int longestSeconds) {}

    /** What a carrier's run came to. */
    public record Outcome(int exitCode, String errors) {
        public boolean good() {
            return exitCode == 0;
        }
    }

    public static Sipp carrier(Path folder, Carrier run) throws IOException {
        Files.createDirectories(folder);
        Path numbers = folder.resolve("numbers.csv");
        Files.writeString(numbers, "SEQUENTIAL\n" + String.join("\n", run.injectedLines()) + "\n");
        List<String> command = new ArrayList<>(List.of(
                "sipp", run.target(),
                "-sf", run.scenario().resolve("uac.xml").toAbsolutePath().toString(),
                "-inf", numbers.toAbsolutePath().toString(),
                "-m", Integer.toString(run.calls()),
                "-r", Integer.toString(run.callsPerSecond()),
                "-l", Integer.toString(Math.max(run.calls(), 1)),
                "-d", Integer.toString(run.holdMillis()),
                "-timeout", Integer.toString(run.longestSeconds()),
                // Credentials name the Request-URI (RFC 7616 §3.4.6); SIPp would name our address alone.
                "-auth_uri", run.injectedLines().getFirst().split(";", 2)[0] + "@" + run.target(),
                "-nostdin", "-trace_err"));
        command.addAll(at(run.address()));
        return start(folder, command);
    }

    /** Returns when the gateway listens. */
    public static Sipp gateway(Path folder, Path scenario, String address, int holdMillis) throws IOException {
        Files.createDirectories(folder);
        List<String> command = new ArrayList<>(List.of(
                "sipp",
                "-sf",
                scenario.resolve("uas.xml").toAbsolutePath().toString(),
                "-d",
                Integer.toString(holdMillis),
                "-nostdin",
                "-trace_err",
                "-trace_logs"));
        command.addAll(at(address));
        Sipp sipp = start(folder, command);
        sipp.awaitListening(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        return sipp;
    }

    private static List<String> at(String address) {
        int colon = address.lastIndexOf(':');
        String port = address.substring(colon + 1);
        List<String> options = new ArrayList<>(List.of("-i", address.substring(0, colon)));
        if (!port.equals("0")) {
            options.addAll(List.of("-p", port));
        }
        return options;
    }

    private static Sipp start(Path folder, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("screen.txt").toFile())
                .start();
        process.getOutputStream().close();
        return new Sipp(process, folder);
    }

    /** SIPp says nothing when it is ready; the kernel's table of UDP sockets does. */
    private void awaitListening(int port) throws IOException {
        String wanted = ":%04X ".formatted(port);
        for (int tries = 0; tries < 200; tries++) {
            if (!process.isAlive()) {
                throw new IOException("SIPp as the gateway ended at once: " + errors());
            }
            for (String table : List.of("/proc/net/udp", "/proc/net/udp6")) {
                try (Stream<String> lines = Files.lines(Path.of(table))) {
                    if (lines.anyMatch(line -> line.contains(wanted))) {
                        return;
                    }
                }
            }
            pause(25);
        }
        throw new IOException("SIPp as the gateway did not listen on port " + port + " within 5 s");
    }

    /** Waits for the end of the run. */
    public Outcome await(long seconds) throws IOException {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                close();
                return new Outcome(-1, "SIPp had not finished after " + seconds + " s\n" + errors());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            return new Outcome(-1, "interrupted");
        }
        return new Outcome(process.exitValue(), process.exitValue() == 0 ? "" : errors());
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** What the scenario's log actions wrote, line by line. */
    public List<String> log() throws IOException {
        return read("_logs.log").lines().toList();
    }

    /** The first lines of what went wrong. */
    public String errors() throws IOException {
        String errors = read("_errors.log");
        String screen = Files.readString(folder.resolve("screen.txt"));
        return (errors.isEmpty() ? screen.substring(Math.max(0, screen.length() - 600)) : errors)
                .lines()
                .limit(12)
                .reduce("", (a, b) -> a + b + "\n");
    }

    private String read(String ending) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(ending)).sorted().toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(2, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

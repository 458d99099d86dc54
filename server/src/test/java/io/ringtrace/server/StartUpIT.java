package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.ServerProcess;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A server that can't start says why in one sentence")
class StartUpIT {
    @TempDir
    Path folder;

    @Test
    void aWrongConfigurationEndsWithTwoAndOneLineForEachFinding() throws Exception {
        Path config = Files.writeString(folder.resolve("ringtrace.yaml"), """
                sip:
                  listeners:
                    - address: 127.0.0.1
                      port: 70000
                trunks:
                  acme:
                    source-network: [203.0.113.0/24]
                routes:
                  - prefix: "1"
                    gateways: [west]
                """);
        Ended ended = serve(config);
        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.lines())
                .anySatisfy(line ->
                        assertThat(line).contains("ringtrace.yaml:4:13: sip.listeners[0].port: '70000': expected"))
                .anySatisfy(line ->
                        assertThat(line).contains("ringtrace.yaml:7:5: trunks.acme.source-network", "source-networks"))
                .anySatisfy(line ->
                        assertThat(line).contains("ringtrace.yaml:10:16: routes[0].gateways[0]: 'west': expected"))
                .allSatisfy(line -> assertThat(line).contains("ringtrace.yaml:").contains("expected"));
    }

    @Test
    void aSipPortInUse() throws Exception {
        try (SampleHouse house = new SampleHouse(folder);
                DatagramSocket _ = new DatagramSocket(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port(house.sip())))) {
            assertOneSentence(serve(house.config()), "SIP listener " + house.sip(), "in use");
        }
    }

    @Test
    void aProcessorThatThisMachineDoesNotHave() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            String config = Files.readString(house.config());
            assertThat(config).contains("sip:\n");
            Files.writeString(house.config(), config.replace("sip:\n", "sip:\n  processors: [1023]\n"));
            assertOneSentence(serve(house.config()), "processor 1023", "this process may not use it");
        }
    }

    @Test
    void anHttpPortInUse() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            Matcher http = Pattern.compile("http:\\s+address: 127.0.0.1\\s+port: (\\d+)")
                    .matcher(Files.readString(house.config()));
            assertThat(http.find()).isTrue();
            try (ServerSocket taken = new ServerSocket()) {
                taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(http.group(1))));
                assertOneSentence(serve(house.config()), "HTTP listener 127.0.0.1:" + http.group(1), "in use");
            }
        }
    }

    @Test
    void aStoreThatCannotStart() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            Files.createDirectories(house.data());
            Files.writeString(house.data().resolve("mariadb"), "this is no folder");
            assertOneSentence(
                    serve(house.config()), house.data().resolve("mariadb").toString());
        }
    }

    @Test
    void aDataFolderThatIsNone() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            Files.writeString(house.data(), "this is no folder");
            assertOneSentence(serve(house.config()), house.data().toString());
        }
    }

    @Test
    void aSignalToStopThatComesWhileItStartsLeavesNoDatabaseBehind() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            Path log = folder.resolve("out.txt");
            Path pid = house.data().resolve("mariadb").resolve("pid");
            try (ServerProcess server = ServerProcess.start(house.config(), house.data(), log)) {
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (!Files.exists(pid) && System.nanoTime() < deadline) {
                    Thread.sleep(5);
                }
                long database = Long.parseLong(Files.readString(pid).strip());
                assertThat(ProcessHandle.of(database)).isPresent();
                server.terminate();
                assertThat(server.awaitExit(60)).isZero();
                assertThat(Files.readString(log)).contains("told to stop", "stopped");
                assertThat(ProcessHandle.of(database)).isEmpty();
            }
        }
    }

    @Test
    void aMissingJdk() throws Exception {
        Process process = new ProcessBuilder(
                        "bash", "-c", ". " + Scale.home().resolve("scripts/lib/setup.sh") + " && use_jdk25")
                .redirectErrorStream(true)
                .directory(folder.toFile())
                .start();
        // A first run with this machine's JDKs finds one; a second, that may look nowhere, says so.
        assertThat(process.waitFor()).isZero();
        ProcessBuilder blind = new ProcessBuilder(
                        "/bin/bash",
                        "-c",
                        "PATH=" + folder + "; . " + Scale.home().resolve("scripts/lib/setup.sh") + "; use_jdk25")
                .redirectErrorStream(true);
        blind.environment()
                .putAll(Map.of("RINGTRACE_JDK_FOLDERS", folder.resolve("none").toString(), "RINGTRACE_HOME", "."));
        blind.environment().remove("JAVA_HOME");
        blind.environment().remove("RINGTRACE_JAVA_HOME");
        Process none = blind.start();
        String said = new String(none.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(none.waitFor()).isEqualTo(1);
        assertThat(said).contains("a JDK 25 is needed", "RINGTRACE_JAVA_HOME");
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private record Ended(int exitCode, List<String> lines) {}

    private Ended serve(Path config) throws IOException, InterruptedException {
        Path log = folder.resolve("out.txt");
        try (ServerProcess server = ServerProcess.start(config, folder.resolve("data"), log)) {
            int code = server.awaitExit(60);
            return new Ended(code, Files.readAllLines(log));
        }
    }

    private static void assertOneSentence(Ended ended, String... parts) {
        List<String> said = ended.lines().stream()
                .filter(line -> line.startsWith("ringtrace: "))
                .toList();
        assertThat(ended.exitCode()).as(String.join("\n", ended.lines())).isEqualTo(1);
        assertThat(said).as(String.join("\n", ended.lines())).hasSize(1);
        assertThat(said.getFirst()).contains(parts);
        assertThat(ended.lines()).noneMatch(line -> line.startsWith("\tat "));
    }
}

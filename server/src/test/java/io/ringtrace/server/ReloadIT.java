package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("A running server takes new routing, and keeps what it has when the new is wrong")
class ReloadIT {
    @TempDir
    Path folder;

    private record Said(int exitCode, String text) {}

    private static Said run(String... words) {
        StringWriter said = new StringWriter();
        CommandLine line =
                Main.commandLine().setOut(new PrintWriter(said, true)).setErr(new PrintWriter(said, true));
        return new Said(line.execute(words), said.toString());
    }

    private static void awaitStatus(SampleHouse house, String... parts) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            Said status = status(house);
            if (status.text().contains(parts[0]) || System.nanoTime() > deadline) {
                assertThat(status.text()).contains(parts);
                return;
            }
            Thread.sleep(50);
        }
    }

    private static Said status(SampleHouse house) {
        return run("status", "--data-directory", house.data().toString());
    }

    @Test
    void byFileBySignalAndByCommand() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            house.start();
            house.awaitReady(Duration.ofSeconds(90));
            String config = Files.readString(house.config());
            assertThat(status(house).exitCode()).isZero();
            assertThat(status(house).text())
                    .contains("0 live", "1 trunk, 1 gateway, 1 route, 0 static numbers", "OK      directory");
            String data = house.data().toString();
            assertThat(run("trunks", "--data-directory", data).text()).containsPattern("carrier +127.0.0.1/32 +503");
            assertThat(run("gateways", "--data-directory", data).text())
                    .containsPattern("dental-office +" + house.gateway() + " +udp +3000 ms");
            assertThat(run("gateways", "--data-directory", data, "--format", "json")
                            .text())
                    .contains("\"name\" : \"dental-office\"");
            assertThat(run("status", "--data-directory", data, "--format", "json")
                            .text())
                    .contains("\"live_calls\" : 0");

            Files.writeString(
                    house.config(),
                    config + "static-numbers: [{number: +18005550199, destination: +12135550101, campaign: a}]");
            awaitStatus(house, "1 static number\n");

            Said way = run(
                    "route", "+18005550199", "--data-directory", house.data().toString());
            assertThat(way.text()).contains("=> forwarded to +12135550101", "ringtrace.yaml:");

            Files.writeString(house.config(), config.replace("gateways: [dental-office]", "gateways: [nobody]"));
            awaitStatus(
                    house,
                    "THE FILES ARE WRONG",
                    "1 static number\n",
                    "routes[0].gateways[0]: 'nobody': expected the name of a gateway");
            Said refused = run("reload", "--data-directory", house.data().toString());
            assertThat(refused.exitCode()).isEqualTo(2);
            assertThat(refused.text()).contains("'nobody'", "Nothing was changed");

            Files.writeString(house.config(), config.replace("format: nanp", "format: e164"));
            Said applied = run("reload", "--data-directory", house.data().toString());
            assertThat(applied.text()).contains("is in force.");
            assertThat(applied.exitCode()).isZero();
            awaitStatus(house, "it has been mended since", "0 static numbers\n");

            earlierPlan(house);

            new ProcessBuilder("kill", "-HUP", Long.toString(house.server().pid()))
                    .start()
                    .waitFor();
            awaitLog(house, "reload (SIGHUP)");
        }
    }

    private static void earlierPlan(SampleHouse house) {
        String data = house.data().toString();
        assertThat(run("plans", "--data-directory", data).text()).contains("  in force\n", "~ trunk carrier");
        Said same = run("diff", house.config().toString(), "--data-directory", data);
        assertThat(same.text()).contains("The plans are the same.", "0 of 0 calls of the last 24 h");
        assertThat(same.exitCode()).isZero();

        Said back = run("rollback", "--data-directory", data);
        assertThat(back.text()).contains("is in force, until the files change");
        assertThat(status(house).text()).contains("ROLLED BACK from ", "1 static number\n");
        Said other = run("diff", house.config().toString(), "--data-directory", data);
        assertThat(other.text()).contains("~ trunk carrier", "~ static numbers: 0 new, 0 changed, 1 gone");
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(run("rollback", "000000000000", "--data-directory", data).exitCode())
                .isEqualTo(2);

        assertThat(run("reload", "--data-directory", data).text()).contains("is in force.");
        assertThat(status(house).text()).doesNotContain("ROLLED BACK").contains("0 static numbers\n");
    }

    private static void awaitLog(SampleHouse house, String words) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!Files.readString(house.log()).contains(words) && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        assertThat(house.log()).content().contains(words);
    }
}

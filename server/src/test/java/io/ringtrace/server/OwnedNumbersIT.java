package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.server.demo.SampleHouse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayName("A number that the store owns has no place in the files")
class OwnedNumbersIT {
    private static final String BANKED = "+18005550100";
    private static final String OWNED_TWICE =
            "number: '" + BANKED + "': expected a number that the files alone own (the store owns it too";

    @TempDir
    Path folder;

    private record Said(int exitCode, String text) {}

    private static Said run(String... words) {
        StringWriter said = new StringWriter();
        CommandLine line =
                Main.commandLine().setOut(new PrintWriter(said, true)).setErr(new PrintWriter(said, true));
        return new Said(line.execute(words), said.toString());
    }

    private static Said check(SampleHouse house, String... more) {
        return more.length == 0
                ? run("check-config", house.config().toString())
                : run("check-config", house.config().toString(), more[0]);
    }

    private static void awaitStatus(SampleHouse house, String words) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        String data = house.data().toString();
        while (!run("status", "--data-directory", data).text().contains(words) && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        assertThat(run("status", "--data-directory", data).text()).contains(words);
    }

    @Test
    void neitherAtAReloadNorAtAStartAndWhoAsksIsTold() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            house.start();
            house.awaitReady(Duration.ofSeconds(90));
            house.importAccount(
                    Files.writeString(folder.resolve("bank.csv"), "number,rate_center,state\n" + BANKED + ",,\n"));
            String good = Files.readString(house.config());
            assertThat(check(house).exitCode()).isZero();
            listed(house, good);

            Files.writeString(
                    house.config(),
                    good + "static-numbers: [{number: " + BANKED + ", destination: +12135550101, campaign: print}]\n");
            awaitStatus(house, OWNED_TWICE);
            awaitStatus(house, "THE FILES ARE WRONG");
            Said asked = check(house);
            assertThat(asked.exitCode()).isEqualTo(2);
            assertThat(asked.text()).contains(OWNED_TWICE);
            assertThat(check(house, "--files-only").exitCode()).isZero();
            askTheDatabase(house);

            Files.writeString(
                    house.config(),
                    good + "static-numbers: [{number: +18005550199, destination: " + BANKED + ", campaign: print}]\n");
            Said loop = run("reload", "--data-directory", house.data().toString());
            assertThat(loop.exitCode()).isEqualTo(2);
            assertThat(loop.text()).contains("so the call would come back");

            house.server().close();
            Said stopped = check(house);
            assertThat(stopped.exitCode()).as(stopped.text()).isEqualTo(2);
            assertThat(stopped.text()).contains("so the call would come back");
            house.start();
            assertThat(house.server().awaitExit(90)).isEqualTo(2);
            assertThat(house.server().lastLines()).contains("so the call would come back");
        }
    }

    /** Both kinds, each from its owner. */
    private void listed(SampleHouse house, String good) throws Exception {
        Files.writeString(
                house.config(),
                good + "static-numbers: [{number: +18005550199, destination: +12135550101, campaign: print}]\n");
        String data = house.data().toString();
        assertThat(run("reload", "--data-directory", data).exitCode()).isZero();
        Said ofTheFiles = run("numbers", "list", "--static", "--data-directory", data);
        assertThat(ofTheFiles.text().lines().skip(1))
                .singleElement()
                .asString()
                .matches("\\+18005550199 +static +print +\\+12135550101 +\\S*ringtrace\\.yaml:[0-9]+");
        Path table = folder.resolve("print.csv");
        assertThat(run("numbers", "export", "--static", "--csv", table.toString(), "--data-directory", data)
                        .exitCode())
                .isZero();
        assertThat(table).hasContent("number,destination,campaign\n+18005550199,+12135550101,\"print\"\n");
        assertThat(run("numbers", "list", "--network", SampleHouse.NETWORK, "--data-directory", data)
                        .text())
                .contains(BANKED)
                .doesNotContain("+18005550199");
        assertThat(run("numbers", "list", "--data-directory", data).exitCode()).isEqualTo(2);
    }

    /** As where {@code store.url} names a database and no server runs here. */
    private static void askTheDatabase(SampleHouse house) throws Exception {
        ConfigOutcome outcome = new ConfigLoader(Map.of(), Map.of()).load(house.config());
        assertThat(outcome).isInstanceOf(ConfigOutcome.Loaded.class);
        PhoneNumber banked = PhoneNumber.parse(BANKED);
        if (outcome instanceof ConfigOutcome.Loaded loaded) {
            assertThat(Ringtrace.ownedNumbers(
                            loaded.configuration().store(),
                            Map.of(),
                            List.of(banked, PhoneNumber.parse("+18005550199"))))
                    .isEqualTo(Map.of(banked, "bank"));
        }
    }
}

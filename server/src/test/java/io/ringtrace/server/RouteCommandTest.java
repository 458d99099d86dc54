package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("ringtrace route, asking files")
class RouteCommandTest {
    @TempDir
    Path folder;

    private record Said(int exitCode, String text) {}

    private Said route(String... words) throws IOException {
        Path file = Files.writeString(folder.resolve("ringtrace.yaml"), """
                trunks:
                  acme: {source-networks: [203.0.113.0/24], numbers: {format: nanp}}
                gateways:
                  east: {host: 192.0.2.10}
                time-windows:
                  office: {time-zone: America/New_York, weekdays: [mon], from: "09:00", until: "17:00"}
                routes:
                  - {prefix: +1, when: office, gateways: [east]}
                blocked-callers: {prefixes: [+1900]}
                static-numbers:
                  - {number: +18005550199, destination: +12135550101, campaign: print}
                """);
        List<String> all = new ArrayList<>(List.of("route", "--config", file.toString()));
        all.addAll(List.of(words));
        StringWriter said = new StringWriter();
        int code = Main.commandLine()
                .setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(all.toArray(String[]::new));
        return new Said(code, said.toString().replace(file.toString(), "ringtrace.yaml"));
    }

    @Test
    void eachStepNamesTheRuleThatTookPart() throws IOException {
        Said said = route("8005550199", "--trunk", "acme", "--at", "2026-11-23T17:00:00Z");
        assertThat(said.text().lines().toList().subList(0, 6))
                .containsExactly(
                        "1. the call comes by trunk acme   [ringtrace.yaml:2]",
                        "2. the dialed 8005550199 is +18005550199 by the trunk's number format   [ringtrace.yaml:2]",
                        "3. static: it counts for campaign print and goes to +12135550101   [ringtrace.yaml:11]",
                        "4. route for +1 in time window office fits   [ringtrace.yaml:8]",
                        "5. first to gateway east, 192.0.2.10 port 5060 by UDP   [ringtrace.yaml:4]",
                        "=> forwarded to +12135550101; it may ring for 60 s");
        assertThat(said.exitCode()).isZero();
    }

    @Test
    void refusalsSayWhy() throws IOException {
        Said closed = route("8005550199", "--at", "2026-11-22T17:00:00Z");
        assertThat(closed.exitCode()).isEqualTo(1);
        assertThat(closed.text())
                .contains("it is another time   [ringtrace.yaml:8]", "=> refused with 404: no route for destination");

        Said blocked = route("8005550199", "--from", "9005550123");
        assertThat(blocked.text())
                .contains("is blocked, as all that begin with +1900   [ringtrace.yaml:9]", "=> refused with 603");

        assertThat(route("8005550123").text()).contains("store_unavailable", "=> refused with 503");
    }

    @Test
    void anUnknownTrunkIsNamedWithThoseThereAre() throws IOException {
        assertThat(route("8005550199", "--trunk", "other").text()).contains("no trunk other; trunks are [acme]");
    }
}

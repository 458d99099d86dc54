package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.routing.RoutingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("A recorded call, routed once more")
class RecordedCallTest {
    @TempDir
    Path folder;

    private RoutingPlan plan(String routes) throws IOException {
        Path file = Files.writeString(folder.resolve("ringtrace.yaml"), """
                trunks: {acme: {source-networks: [203.0.113.0/24], numbers: {format: nanp}}}
                gateways: {east: {host: 192.0.2.10}, west: {host: 192.0.2.20}}
                static-numbers: [{number: +18005550199, destination: +12135550101, campaign: print}]
                """ + routes);
        return ((ConfigOutcome.Loaded) new ConfigLoader(Map.of(), Map.of()).load(file))
                .configuration()
                .plan();
    }

    private static RecordedCall call(String dialed, String destination, String status, String trunk) {
        return RecordedCall.of(JsonMapper.shared().readTree("""
                {"call_id": "01JD9W3QK0M5T8Z4X6Y7B2C1A0", "trunk": "%s", "promo_number": "%s", "caller_number": "+13125550123",
                 "destination_number": "%s", "attribution_status": "%s", "start_time": "2026-11-23T17:00:00Z"}
                """.formatted(trunk, dialed, destination, status)));
    }

    @Test
    void goesWhereThePlanSendsIt() throws IOException {
        RoutingPlan plan = plan("routes: [{prefix: +1, gateways: [east, west]}]\n");

        assertThat(call("+18005550199", "+12135550101", "static", "acme").by(plan))
                .isEqualTo("to +12135550101 by east, west");
        assertThat(call("+18005550150", "+12125550190", "leased", "acme").by(plan))
                .isEqualTo("to +12125550190 by east, west");
        assertThat(call("+18005550151", "", "unknown_number", "acme").by(plan)).isEqualTo("refused with 404");
        assertThat(call("+18005550199", "+12135550101", "static", "globex").by(plan))
                .isEqualTo("a stranger's, 403");
    }

    @Test
    void hasItsOwnCallerAndHour() throws IOException {
        RoutingPlan plan = plan("""
                time-windows: {noon: {time-zone: America/New_York, from: "12:00", until: "13:00"}}
                routes:
                  - {prefix: +1, caller-prefix: +1312, when: noon, gateways: [west]}
                  - {prefix: +1, gateways: [east]}
                """);

        assertThat(call("+18005550150", "+12125550190", "held", "acme").by(plan))
                .isEqualTo("to +12125550190 by west");
    }
}

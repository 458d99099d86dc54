package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.Sipp;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("proof")
@Tag("house")
@DisplayName("A server killed in the middle of its calls")
class KillIT {
    private static final int CALLS = Scale.of(400, 2000);
    private static final int PER_SECOND = Scale.of(100, 200);
    private static final int NUMBERS = 401;

    @Test
    void everyInviteThatReachedTheGatewayHasExactlyOneRecordAfterKillMinusNineAndARestart(@TempDir Path folder)
            throws Exception {
        try (LeasedHouse leased = new LeasedHouse(folder, NUMBERS);
                Sipp gateway = leased.gateway("load", 1000);
                Sipp carrier = leased.carrier(
                        "load", leased.leasedNumbers(), "127.0.0.1:0", CALLS, PER_SECOND, 1000, Scale.of(18, 40))) {
            Thread.sleep(1000L * CALLS / PER_SECOND / 2);
            leased.house.server().kill();
            leased.restart();
            // Calls of the time without a server fail; what counts is what reached the gateway.
            carrier.await(70);

            TreeSet<String> reached = gateway.log().stream()
                    .filter(line -> line.startsWith("INVITE "))
                    .map(line -> line.split(" ")[1])
                    .collect(Collectors.toCollection(TreeSet::new));
            List<JsonNode> records = leased.recordsOnce(
                    calls -> LeasedHouse.bySipCallId(calls).keySet().containsAll(reached));
            Map<String, List<JsonNode>> bySipCallId = LeasedHouse.bySipCallId(records);

            assertThat(reached).hasSizeGreaterThan(CALLS / 4);
            assertThat(bySipCallId.keySet()).containsAll(reached);
            assertThat(bySipCallId.values()).allSatisfy(same -> assertThat(same).hasSize(1));
            Scale.proof("house-kill", """
                    # kill -9 in the middle of %d calls at %d/s, and a restart

                    Written by `./dev prove house` (`KillIT`).

                    | INVITEs that reached the gateway | of them without a record | with two records | records in all |
                    | --- | --- | --- | --- |
                    | %d | 0 | 0 | %d |
                    """.formatted(CALLS, PER_SECOND, reached.size(), records.size()));
        }
    }
}

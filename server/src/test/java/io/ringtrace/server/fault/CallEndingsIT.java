package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("faults")
@DisplayName("Every way a call can end")
class CallEndingsIT {
    private static final int SEEDS = Scale.of(1, 3);
    private static final int ROUNDS = Scale.of(4, 100);
    /** At small size the one that does more. */
    private static final List<String> FORCES = SEEDS == 1 ? List.of("before-send") : List.of("grouped", "before-send");

    @Test
    void leavesExactlyTheRecordThatBothPartiesWouldWrite(@TempDir Path folder) throws Exception {
        List<String> rows = new ArrayList<>();
        for (String force : FORCES) {
            FaultHouse.Plan plan = new FaultHouse.Plan(false, 0, Map.of("force", force));
            try (FaultHouse house = new FaultHouse(folder.resolve(force), 50, plan)) {
                for (int seed = 1; seed <= SEEDS; seed++) {
                    rows.add(round(house, force, seed));
                }
            }
        }
        Scale.proof("faults-endings", """
                # Every way a call can end: the ledger of both parties against the records

                Written by `./dev prove faults` (`CallEndingsIT`): %s. A row holds the calls of the rows before it in the same house.
                `store.journal.force` costs what lies between its rows: the way of an INVITE from its caller to the gateway, by the clocks of
                the bench, and the CPU time of the server for a call; %s calls/s.

                %s
                """.formatted(
                Ending.QUICK.toString().toLowerCase(Locale.ROOT),
                Ending.QUICK.size() * 1_000 / BETWEEN_ROUNDS_MILLIS,
                Ledger.table(
                        List.of("force", "seed", "INVITE to gateway, median", "99th of 100", "CPU per call"), rows)));
    }

    private static final int BETWEEN_ROUNDS_MILLIS = Scale.of(50, 300);

    private static String round(FaultHouse house, String force, int seed) throws Exception {
        Random random = new Random(seed);
        Set<LedgerCall> before = Set.copyOf(house.ledger.calls());
        Duration cpuBefore = house.cpu();
        for (int round = 0; round < ROUNDS; round++) {
            for (Ending ending : Ending.QUICK) {
                house.place(ending, random.nextInt(100), 200 + random.nextInt(1_000));
            }
            Thread.sleep(BETWEEN_ROUNDS_MILLIS);
        }
        house.ledger.awaitAllOver(Duration.ofSeconds(60));
        Duration cpu = house.cpu().minus(cpuBefore);
        Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(15));
        assertThat(result.lost()).isEmpty();
        assertThat(result.doubled()).isEmpty();
        assertThat(result.wrong()).isEmpty();
        assertThat(result.calls()).isEqualTo(seed * ROUNDS * Ending.QUICK.size());
        double refused =
                house.metric("ringtrace_sip_strangers_total") + house.metric("ringtrace_sip_banned_drops_total");
        long strangers = house.ledger.calls().stream()
                .filter(call -> call.ending == Ending.STRANGER)
                .count();
        assertThat(Math.round(refused))
                .as("strangers are counted, not recorded")
                .isGreaterThanOrEqualTo(strangers);
        List<Long> micros = house.ledger.calls().stream()
                .filter(call -> !before.contains(call) && call.atGatewayAt() > 0)
                .map(call -> (call.atGatewayAt() - call.invitedAt) / 1_000)
                .sorted()
                .toList();
        return "| %s | %d | %d µs | %d µs | %d µs |%s"
                .formatted(
                        force,
                        seed,
                        micros.get(micros.size() / 2),
                        micros.get(micros.size() * 99 / 100),
                        cpu.toNanos() / 1_000 / ROUNDS / Ending.QUICK.size(),
                        result.row());
    }
}

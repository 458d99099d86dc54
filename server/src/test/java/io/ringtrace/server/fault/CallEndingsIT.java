package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("faults")
@DisplayName("Every way a call can end")
class CallEndingsIT {
    private static final int ROUNDS = Scale.of(4, 200);

    @Test
    void leavesExactlyTheRecordThatBothPartiesWouldWrite(@TempDir Path folder) throws Exception {
        try (FaultHouse house = new FaultHouse(folder, 50, FaultHouse.Plan.OWN_STORE)) {
            Random random = new Random(1);
            for (int round = 0; round < ROUNDS; round++) {
                for (Ending ending : Ending.values()) {
                    house.place(ending, random.nextInt(100), 200 + random.nextInt(1_000));
                }
                Thread.sleep(Scale.of(50, 100));
            }
            house.ledger.awaitAllOver(Duration.ofSeconds(60));
            Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(15));
            assertThat(result.lost()).isEmpty();
            assertThat(result.doubled()).isEmpty();
            assertThat(result.wrong()).isEmpty();
            assertThat(result.calls()).isEqualTo(ROUNDS * Ending.values().length);
            Scale.proof("fault-endings", """
                    # Every way a call can end: the ledger of both parties against the records

                    Written by `./dev prove faults` (`CallEndingsIT`): %s.

                    | %s
                    %s
                    """.formatted(
                            Arrays.toString(Ending.values()).toLowerCase(Locale.ROOT), Ledger.HEAD, result.row()));
        }
    }
}

package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("proof")
@Tag("faults")
@DisplayName("Calls while the store is away")
class StoreAwayIT {
    private static final int SEEDS = Scale.of(1, 3);
    private static final int PER_SECOND = Scale.of(20, 50);
    private static final List<Ending> ENDINGS =
            List.of(Ending.CALLER_HANGS_UP, Ending.DESTINATION_HANGS_UP, Ending.BUSY, Ending.CANCELLED_WHILE_RINGING);

    /** How the store is taken away. */
    enum Fault {
        CUT,
        HUNG,
        SLOW,
        KILLED
    }

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Fault.class)
    void goOnFromMemoryAndAreAllRecordedSoonAfterItIsBack(Fault fault) throws Exception {
        List<String> rows = new ArrayList<>();
        for (long outage : outages()) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                rows.add(away(fault, outage, seed));
            }
        }
        Scale.proof("fault-store-" + fault.name().toLowerCase(java.util.Locale.ROOT), """
                # The store %s under %d calls/s: the ledger of both parties against the records

                Written by `./dev prove faults` (`StoreAwayIT`). Drained: from the end of the outage to the moment at which the store has
                a record of every call that began before it.

                | outage | seed | drained after | %s --- | --- |
                %s
                """.formatted(
                fault.name().toLowerCase(java.util.Locale.ROOT), PER_SECOND, Ledger.HEAD, String.join("\n", rows)));
    }

    /** Ten minutes are asked for by {@code -Dringtrace.outage-seconds=600}: they take longer than all else together. */
    private static long[] outages() {
        return Stream.of(System.getProperty("ringtrace.outage-seconds", Integer.toString(Scale.of(4, 60)))
                        .split(","))
                .mapToLong(seconds -> Long.parseLong(seconds) * 1000)
                .toArray();
    }

    private String away(Fault fault, long outageMillis, int seed) throws Exception {
        try (FaultHouse house = new FaultHouse(
                folder.resolve(fault + "-" + outageMillis + "-" + seed), 200, FaultHouse.Plan.FAR_STORE)) {
            Random random = new Random(seed);
            house.load(random, ENDINGS, PER_SECOND, Duration.ofSeconds(1), 1_500);
            begin(house, fault);
            house.load(random, ENDINGS, PER_SECOND, Duration.ofMillis(outageMillis), 1_500);
            int before = house.ledger.calls().size();
            assertThat(house.ledger.calls().stream()
                            .filter(LedgerCall::wasAnswered)
                            .count())
                    .as("calls are answered while the store is away")
                    .isGreaterThan(before / 4);
            house.cable().set(StoreCable.State.GOOD);
            long back = System.nanoTime();
            long allowed = Math.max(10_000, outageMillis / 10);
            house.ledger.awaitAllOver(Duration.ofSeconds(30));
            house.await(
                    "the store has what happened while it was away",
                    Duration.ofMillis(Math.max(1, allowed - (System.nanoTime() - back) / 1_000_000)),
                    records -> records.size() == before
                            && records.stream().allMatch(record -> record.hasNonNull("end_time")));
            long drained = (System.nanoTime() - back) / 1_000_000;
            Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(5));
            assertThat(result.lost()).isEmpty();
            assertThat(result.doubled()).isEmpty();
            assertThat(result.wrong()).isEmpty();
            return "| %d s | %d | ≤ %d ms %s".formatted(outageMillis / 1000, seed, drained, result.row());
        }
    }

    private static void begin(FaultHouse house, Fault fault) {
        switch (fault) {
            case CUT -> house.cable().set(StoreCable.State.CUT);
            case HUNG -> house.cable().set(StoreCable.State.HUNG);
            case SLOW -> house.cable().set(StoreCable.State.SLOW);
            case KILLED -> {
                house.killFarStore();
                house.cable().set(StoreCable.State.CUT);
            }
        }
    }

    @Test
    @DisplayName("commits whose answers are lost are neither lost nor doubled")
    void commitsWhoseAnswersAreLost() throws Exception {
        int cuts = Scale.of(5, 100);
        try (FaultHouse house = new FaultHouse(folder.resolve("commits"), 200, FaultHouse.Plan.FAR_STORE)) {
            Random random = new Random(1);
            house.cable().loseCommits(cuts);
            while (house.cable().commitsLost() < cuts) {
                house.load(random, Arrays.asList(Ending.values()), PER_SECOND, Duration.ofSeconds(1), 500);
            }
            house.ledger.awaitAllOver(Duration.ofSeconds(60));
            Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(20));
            assertThat(result.lost()).isEmpty();
            assertThat(result.doubled()).isEmpty();
            assertThat(result.wrong()).isEmpty();
            Scale.proof("fault-store-commits", """
                    # The connection cut between a commit and its answer: the ledger of both parties against the records

                    Written by `./dev prove faults` (`StoreAwayIT`).

                    | commits whose answer was lost | %s --- |
                    | %d %s
                    """.formatted(Ledger.HEAD, cuts, result.row()));
        }
    }
}

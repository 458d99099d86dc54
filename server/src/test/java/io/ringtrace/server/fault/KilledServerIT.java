package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("faults")
@DisplayName("A server killed by kill -9")
class KilledServerIT {
    private static final int SEEDS = Scale.of(1, 3);
    private static final List<Ending> ENDINGS = List.of(
            Ending.CALLER_HANGS_UP,
            Ending.CALLER_HANGS_UP,
            Ending.DESTINATION_HANGS_UP,
            Ending.REINVITED,
            Ending.FAILED_OVER,
            Ending.CANCELLED_WHILE_RINGING,
            Ending.BUSY,
            Ending.NOT_FOUND);
    /** From the start of the new process; at small size beside other tests. */
    private static final long LONGEST_MILLIS = Scale.of(60_000, 5_000);

    @TempDir
    static Path folder;

    /** At small size one house stands for all. */
    private static @Nullable FaultHouse shared;

    @AfterAll
    static void closeShared() throws IOException {
        if (shared != null) {
            shared.close();
        }
    }

    /** What is done to one house; returns its row. */
    private interface Run {
        String in(FaultHouse house, Random random) throws Exception;
    }

    private static void inEachHouse(String name, String title, Run run) throws Exception {
        List<String> rows = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            String row;
            if (SEEDS == 1) {
                if (shared == null) {
                    shared = new FaultHouse(folder, 400, FaultHouse.Plan.OWN_STORE);
                }
                row = run.in(shared, new Random(seed));
            } else {
                try (FaultHouse house = new FaultHouse(folder.resolve(name + seed), 400, FaultHouse.Plan.OWN_STORE)) {
                    row = run.in(house, new Random(seed));
                }
            }
            rows.add("| " + seed + row);
        }
        Scale.proof(name, """
                # %s: the ledger of both parties against the records

                Written by `./dev prove faults` (`KilledServerIT`). The time is from the start of the new process to the 200 OK of the
                first new call, which is placed again every 300 ms until then.

                %s
                """.formatted(
                title, Ledger.table(List.of("seed", "run", "kills", "first new call answered after, at most"), rows)));
    }

    @Test
    void atSeveralMomentsOfTwentyCallsASecondThatTalkForSeconds() throws Exception {
        int kills = Scale.of(2, 5);
        long hold = Scale.of(2_000, 8_000);
        inEachHouse("faults-kill-moments", "kill -9 at several moments", (house, random) -> {
            long slowest = 0;
            for (int kill = 0; kill < kills; kill++) {
                house.load(random, ENDINGS, 20, Duration.ofMillis(hold / 2 + random.nextLong(hold)), hold);
                house.killServer();
                slowest = Math.max(slowest, house.restartUntilACallIsAnswered());
            }
            return finish(house, "20 calls/s, holds to " + hold + " ms", kills, slowest);
        });
    }

    @Test
    void atAHighRate() throws Exception {
        int rate = Scale.of(100, 1000);
        inEachHouse("faults-kill-rate", "kill -9 at " + rate + " calls/s", (house, random) -> {
            house.load(random, ENDINGS, rate, Duration.ofMillis(1_500 + random.nextLong(1_500)), 1_000);
            house.killServer();
            return finish(house, rate + " calls/s", 1, house.restartUntilACallIsAnswered());
        });
    }

    @Test
    void withinFiftyMillisecondsOfABurstOfByes() throws Exception {
        int calls = Scale.of(60, 400);
        inEachHouse("faults-kill-byes", "kill -9 within 50 ms of a burst of BYEs", (house, random) -> {
            List<LedgerCall> held = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                held.add(house.place(Ending.CALLER_HANGS_UP, 0, LedgerCaller.UNTIL_TOLD));
                Thread.sleep(2);
            }
            awaitAnswers(held);
            held.forEach(house.caller::hangUp);
            Thread.sleep(random.nextInt(50));
            house.killServer();
            return finish(house, calls + " BYEs at once", 1, house.restartUntilACallIsAnswered());
        });
    }

    private static void awaitAnswers(List<LedgerCall> calls) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!calls.stream().allMatch(LedgerCall::wasAnswered)) {
            assertThat(System.nanoTime()).as("all calls are answered in time").isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private static String finish(FaultHouse house, String run, int kills, long slowestMillis) throws Exception {
        house.ledger.awaitAllOver(Duration.ofSeconds(90));
        Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(20));
        assertThat(result.lost()).isEmpty();
        assertThat(result.doubled()).isEmpty();
        assertThat(result.wrong()).isEmpty();
        assertThat(result.answered()).isGreaterThan(result.calls() / 5);
        assertThat(slowestMillis).as("first new call answered, ms").isLessThanOrEqualTo(LONGEST_MILLIS);
        return " | %s | %d | %d ms |%s".formatted(run, kills, slowestMillis, result.row());
    }
}

package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
    private static final String TABLE =
            "| run | kills | first new call answered after, at most | " + Ledger.HEAD + " --- | --- |";

    @TempDir
    Path folder;

    @Test
    void atSeveralMomentsOfTwentyCallsASecondThatTalkForSeconds() throws Exception {
        int kills = Scale.of(2, 5);
        long hold = Scale.of(3_000, 8_000);
        List<String> rows = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            try (FaultHouse house = new FaultHouse(folder.resolve("moments-" + seed), 200, FaultHouse.Plan.OWN_STORE)) {
                Random random = new Random(seed);
                long slowest = 0;
                for (int kill = 0; kill < kills; kill++) {
                    house.load(random, ENDINGS, 20, Duration.ofMillis(hold / 2 + random.nextLong(hold)), hold);
                    house.killServer();
                    slowest = Math.max(slowest, house.restartUntilACallIsAnswered());
                }
                rows.add(finish(house, "20 calls/s, holds to " + hold + " ms, seed " + seed, kills, slowest));
            }
        }
        write("fault-kill-moments", "kill -9 at several moments", rows);
    }

    @Test
    void atAHighRate() throws Exception {
        int rate = Scale.of(100, 1000);
        List<String> rows = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            try (FaultHouse house = new FaultHouse(folder.resolve("rate-" + seed), 400, FaultHouse.Plan.OWN_STORE)) {
                Random random = new Random(seed);
                house.load(random, ENDINGS, rate, Duration.ofMillis(1_500 + random.nextLong(1_500)), 1_000);
                house.killServer();
                long slowest = house.restartUntilACallIsAnswered();
                rows.add(finish(house, rate + " calls/s, seed " + seed, 1, slowest));
            }
        }
        write("fault-kill-rate", "kill -9 at " + rate + " calls/s", rows);
    }

    @Test
    void withinFiftyMillisecondsOfABurstOfByes() throws Exception {
        int calls = Scale.of(60, 400);
        List<String> rows = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            try (FaultHouse house = new FaultHouse(folder.resolve("byes-" + seed), 400, FaultHouse.Plan.OWN_STORE)) {
                Random random = new Random(seed);
                List<LedgerCall> held = new ArrayList<>();
                for (int i = 0; i < calls; i++) {
                    held.add(house.place(Ending.CALLER_HANGS_UP, 0, LedgerCaller.UNTIL_TOLD));
                    Thread.sleep(2);
                }
                awaitAnswers(held);
                held.forEach(house.caller::hangUp);
                Thread.sleep(random.nextInt(50));
                house.killServer();
                long slowest = house.restartUntilACallIsAnswered();
                rows.add(finish(house, calls + " BYEs at once, seed " + seed, 1, slowest));
            }
        }
        write("fault-kill-byes", "kill -9 within 50 ms of a burst of BYEs", rows);
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
        return "| %s | %d | %d ms %s".formatted(run, kills, slowestMillis, result.row());
    }

    private static void write(String name, String title, List<String> rows) throws Exception {
        Scale.proof(name, """
                # %s: the ledger of both parties against the records

                Written by `./dev prove faults` (`KilledServerIT`). The time is from the start of the new process to the first 200 OK.

                %s
                %s
                """.formatted(title, TABLE, String.join("\n", rows)));
    }
}

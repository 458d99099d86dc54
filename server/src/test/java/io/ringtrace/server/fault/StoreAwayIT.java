package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("faults")
@DisplayName("Calls while the store is away")
class StoreAwayIT {
    private static final int SEEDS = Scale.of(1, 3);
    private static final int PER_SECOND = 20;
    private static final List<Ending> ENDINGS =
            List.of(Ending.CALLER_HANGS_UP, Ending.DESTINATION_HANGS_UP, Ending.BUSY, Ending.CANCELLED_WHILE_RINGING);

    /** How the store is taken away. */
    enum Fault {
        CUT,
        HUNG,
        SLOW,
        KILLED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One fault, for so long, in the house of its seed. */
    private record Outage(Fault fault, int seed, long millis) {}

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

    /** What is done to one house. */
    private interface Run<T> {
        T in(FaultHouse house) throws Exception;
    }

    private static <T> T inHouse(String name, Run<T> run) throws Exception {
        if (SEEDS == 1) {
            if (shared == null) {
                shared = new FaultHouse(folder, 200, FaultHouse.Plan.FAR_STORE);
            }
            return run.in(shared);
        }
        try (FaultHouse house = new FaultHouse(folder.resolve(name), 200, FaultHouse.Plan.FAR_STORE)) {
            return run.in(house);
        }
    }

    /** At full size each fault and seed has a house of its own, and all stand side by side: that takes as long as one of them. */
    @Test
    void goOnFromMemoryAndAreAllRecordedSoonAfterItIsBack() throws Exception {
        List<List<Outage>> houses = new ArrayList<>();
        if (SEEDS == 1) {
            houses.add(Stream.of(Fault.values())
                    .map(fault -> new Outage(fault, 1, 2_000))
                    .toList());
        } else {
            for (Fault fault : Fault.values()) {
                for (int seed = 1; seed <= SEEDS; seed++) {
                    houses.add(List.of(new Outage(fault, seed, 60_000), new Outage(fault, seed, 600_000)));
                }
            }
        }
        List<String> rows = sideBySide(houses.stream()
                .<Callable<List<String>>>map(outages -> () -> inOneHouse(outages))
                .toList());
        Scale.proof("faults-store-away", """
                # The store away under %d calls/s: the ledger of both parties against the records

                Written by `./dev prove faults` (`StoreAwayIT`): %d servers, each with its own store, side by side. Cut: connections are
                reset and refused. Hung: nothing passes, nothing is closed. Slow: every answer comes 5 s late. Killed: `kill -9` of the
                database, and cut meanwhile. Drained: from the end of the outage until the store has the finished record of every call;
                calls that were placed in its last moments end within that time. Allowed: 10 s or a tenth of the outage, whichever is
                longer. A house's second row holds the calls of its first. Where there are fewer records than calls, the others got 503
                before they were admitted.

                %s
                """.formatted(
                        PER_SECOND,
                        houses.size(),
                        Ledger.table(List.of("fault", "seed", "outage", "drained after", "allowed"), rows)));
    }

    /** The rows of all houses, in their order. */
    private static List<String> sideBySide(List<Callable<List<String>>> houses) throws InterruptedException {
        List<String> rows = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(houses.size())) {
            for (Future<List<String>> result : threads.invokeAll(houses)) {
                try {
                    rows.addAll(result.get());
                } catch (ExecutionException e) {
                    failures.add(String.valueOf(e.getCause()));
                }
            }
        }
        assertThat(failures).as("beside %s", rows).isEmpty();
        return rows;
    }

    private static List<String> inOneHouse(List<Outage> outages) throws Exception {
        Outage any = outages.getFirst();
        return inHouse(any.fault().text() + any.seed(), house -> {
            Random random = new Random(any.seed());
            List<String> rows = new ArrayList<>();
            for (Outage outage : outages) {
                rows.add(away(house, random, outage));
            }
            return rows;
        });
    }

    private static String away(FaultHouse house, Random random, Outage outage) throws Exception {
        house.load(random, ENDINGS, PER_SECOND, Duration.ofMillis(500), 1_000);
        begin(house, outage.fault());
        long answeredBefore = answered(house);
        int placedBefore = house.ledger.calls().size();
        house.load(random, ENDINGS, PER_SECOND, Duration.ofMillis(outage.millis()), 1_000);
        assertThat(answered(house) - answeredBefore)
                .as("calls are answered while the store is away")
                .isGreaterThan((house.ledger.calls().size() - placedBefore) / 4);
        house.cable().set(StoreCable.State.GOOD);
        long back = System.nanoTime();
        house.ledger.awaitAllOver(Duration.ofSeconds(60));
        long allowed = Math.max(10_000, outage.millis() / 10);
        long drained = house.awaitFinishedRecords(back, allowed);
        Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(10));
        assertThat(result.lost()).isEmpty();
        assertThat(result.doubled()).isEmpty();
        assertThat(result.wrong()).isEmpty();
        return "| %s | %d | %d s | ≤ %d ms | %d ms |%s"
                .formatted(
                        outage.fault().text(), outage.seed(), outage.millis() / 1000, drained, allowed, result.row());
    }

    private static long answered(FaultHouse house) {
        return house.ledger.calls().stream().filter(LedgerCall::wasAnswered).count();
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
    @DisplayName("whose INSERT or COMMIT is carried out and its answer lost are neither lost nor doubled")
    void answersThatAreLost() throws Exception {
        int cuts = Scale.of(5, 100);
        List<Callable<List<String>>> houses = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            int its = seed;
            houses.add(() ->
                    List.of("| " + its + inHouse("answers" + its, house -> losing(house, new Random(its), cuts))));
        }
        List<String> rows = sideBySide(houses);
        Scale.proof("faults-store-answers", """
                # The connection cut between a statement and its answer: the ledger of both parties against the records

                Written by `./dev prove faults` (`StoreAwayIT`) under %d calls/s of every ending.

                %s
                """.formatted(
                PER_SECOND,
                Ledger.table(List.of("seed", "answers to INSERTs of records lost", "answers to COMMITs lost"), rows)));
    }

    private static String losing(FaultHouse house, Random random, int cuts) throws Exception {
        house.cable().loseAnswers(cuts);
        while (house.cable().lost(StoreCable.Statement.INSERT) < cuts
                || house.cable().lost(StoreCable.Statement.COMMIT) < cuts) {
            house.load(random, Ending.QUICK, PER_SECOND, Duration.ofMillis(500), 500);
        }
        house.ledger.awaitAllOver(Duration.ofSeconds(60));
        Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(20));
        assertThat(result.lost()).isEmpty();
        assertThat(result.doubled()).isEmpty();
        assertThat(result.wrong()).isEmpty();
        return " | %d | %d |%s".formatted(cuts, cuts, result.row());
    }
}

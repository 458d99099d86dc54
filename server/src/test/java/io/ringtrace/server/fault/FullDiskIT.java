package io.ringtrace.server.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringtrace.server.Scale;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs the right to mount; skipped without it. */
@Tag("proof")
@Tag("faults")
@DisplayName("The journal on a full file system of 20 MB")
class FullDiskIT {
    private static final int FILE_SYSTEM_MB = 20;
    private static final int SEEDS = Scale.of(1, 3);
    private static final int SHARDS = 2;
    /** Room for two segments of each shard: what it writes and its spare. */
    private static final int TIGHT_KB = SHARDS * 2 * 1024 + 512;

    private static final int PER_SECOND = 400;
    private static final List<Ending> ENDINGS =
            List.of(Ending.CALLER_HANGS_UP, Ending.BUSY, Ending.DESTINATION_HANGS_UP);

    private static final long LONGEST_DRAIN_MILLIS = 120_000;
    private static final String ROOM = "ringtrace_journal_room";

    @TempDir
    Path folder;

    @AfterEach
    void unmount() throws Exception {
        for (int seed = 1; seed <= SEEDS; seed++) {
            for (boolean tight : List.of(true, false)) {
                run("umount", journal(seed, tight).toString());
            }
        }
    }

    private Path house(int seed, boolean tight) {
        return folder.resolve(seed + (tight ? "-tight" : "-whole"));
    }

    private Path journal(int seed, boolean tight) {
        return house(seed, tight).resolve("data").resolve("journal");
    }

    @Test
    void refusesNewCallsRecordsTheEndsOfRunningOnesAndRecoversByItself() throws Exception {
        List<String> rows = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
            rows.add(fills(seed, true));
            if (SEEDS > 1) {
                rows.add(fills(seed, false));
            }
        }
        Scale.proof("faults-full-disk", """
                # The journal on a full file system of %d MB, the store away: the ledger of both parties against the records

                Written by `./dev prove faults` (`FullDiskIT`) with segments of 1 MB and %d shards. 50 calls ran while the disk was full and
                were hung up then. Twice over: the disk is filled, the store comes back. Of the tight ones all but %d KB is taken by somebody
                else, so that each shard has room for the segment that it writes and for its spare alone.

                %s
                """.formatted(
                FILE_SYSTEM_MB,
                SHARDS,
                TIGHT_KB,
                Ledger.table(List.of("seed", "room", "refused by 503", "calls taken again after, at most"), rows)));
    }

    private String fills(int seed, boolean tight) throws Exception {
        Path journal = Files.createDirectories(journal(seed, tight));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + FILE_SYSTEM_MB + "m", "tmpfs", journal.toString()) == 0,
                "mounting is allowed");
        if (tight) {
            Files.write(journal.resolve("somebody-elses-file"), new byte[(FILE_SYSTEM_MB * 1024 - TIGHT_KB) * 1024]);
        }
        FaultHouse.Plan plan = new FaultHouse.Plan(true, SHARDS, Map.of("segment-mb", "1", "size-limit-mb", "1000"));
        try (FaultHouse house = new FaultHouse(house(seed, tight), 200, plan)) {
            Random random = new Random(seed);
            long slowest = 0;
            for (int round = 0; round < 2; round++) {
                slowest = Math.max(slowest, fillAndRecover(house, random));
            }
            // Tens of thousands of calls at full size: first they are all drained, then each is looked at.
            house.awaitFinishedRecords(System.nanoTime(), LONGEST_DRAIN_MILLIS);
            Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(20));
            assertThat(result.lost()).isEmpty();
            assertThat(result.doubled()).isEmpty();
            assertThat(result.wrong()).isEmpty();
            return "| %d | %s | %d | %d ms |%s"
                    .formatted(seed, tight ? "tight" : "whole", refused(house), slowest, result.row());
        }
    }

    /** Returns how long after the store's return a call was answered, in milliseconds. */
    private static long fillAndRecover(FaultHouse house, Random random) throws Exception {
        house.cable().set(StoreCable.State.CUT);
        List<LedgerCall> running = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            running.add(house.place(Ending.CALLER_HANGS_UP, 0, LedgerCaller.UNTIL_TOLD));
            Thread.sleep(2);
        }
        int loaded = 0;
        while (house.metric(ROOM) > 0) {
            house.load(random, ENDINGS, PER_SECOND, Duration.ofMillis(500), 300);
            assertThat(++loaded).as("half seconds until the disk is full").isLessThan(240);
        }
        long refusedBefore = refused(house);
        house.load(random, ENDINGS, PER_SECOND, Duration.ofMillis(500), 300);
        assertThat(refused(house)).as("new calls are refused").isGreaterThan(refusedBefore);
        assertThat(house.metric(ROOM)).as("the alarm metric").isZero();
        running.forEach(house.caller::hangUp);
        house.ledger.awaitAllOver(Duration.ofSeconds(60));
        assertThat(running).allSatisfy(call -> assertThat(call.wasAnswered()).isTrue());

        house.cable().set(StoreCable.State.GOOD);
        long back = System.nanoTime();
        LedgerCall taken = house.place(Ending.CALLER_HANGS_UP, 0, 100);
        while (!taken.wasAnswered()) {
            assertThat(System.nanoTime() - back).as("calls are taken again").isLessThan(30_000_000_000L);
            Thread.sleep(100);
            taken = house.place(Ending.CALLER_HANGS_UP, 0, 100);
            Thread.sleep(50);
        }
        long millis = (taken.finalAt - back) / 1_000_000;
        while (house.metric(ROOM) == 0) {
            assertThat(System.nanoTime() - back).as("the alarm is over").isLessThan(30_000_000_000L);
            Thread.sleep(50);
        }
        house.ledger.awaitAllOver(Duration.ofSeconds(60));
        return millis;
    }

    private static long refused(FaultHouse house) {
        return house.ledger.calls().stream()
                .filter(call -> {
                    synchronized (call) {
                        return call.finalStatus == 503;
                    }
                })
                .count();
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}

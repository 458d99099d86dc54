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
    /** At small size most of the file system is somebody else's, so that it is full sooner. */
    private static final int TAKEN_MB = Scale.of(13, 0);

    private static final int PER_SECOND = Scale.of(250, 400);
    private static final List<Ending> ENDINGS =
            List.of(Ending.CALLER_HANGS_UP, Ending.BUSY, Ending.DESTINATION_HANGS_UP);

    @TempDir
    Path folder;

    @AfterEach
    void unmount() throws Exception {
        run("umount", journal().toString());
    }

    private Path journal() {
        return folder.resolve("data").resolve("journal");
    }

    @Test
    void refusesNewCallsRecordsTheEndsOfRunningOnesAndRecoversByItself() throws Exception {
        Files.createDirectories(journal());
        assumeTrue(
                run(
                                "mount",
                                "-t",
                                "tmpfs",
                                "-o",
                                "size=" + FILE_SYSTEM_MB + "m",
                                "tmpfs",
                                journal().toString())
                        == 0,
                "mounting is allowed");
        if (TAKEN_MB > 0) {
            Files.write(journal().resolve("somebody-elses-file"), new byte[TAKEN_MB << 20]);
        }
        FaultHouse.Plan plan = new FaultHouse.Plan(true, Map.of("segment-mb", 1, "size-limit-mb", 1000));
        try (FaultHouse house = new FaultHouse(folder, 200, plan)) {
            Random random = new Random(1);
            house.cable().set(StoreCable.State.CUT);
            List<LedgerCall> running = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                running.add(house.place(Ending.CALLER_HANGS_UP, 0, LedgerCaller.UNTIL_TOLD));
            }
            int loaded = 0;
            while (refused(house) == 0) {
                house.load(random, ENDINGS, PER_SECOND, Duration.ofSeconds(1), 300);
                assertThat(++loaded).as("seconds until the disk is full").isLessThan(120);
            }
            house.load(random, ENDINGS, PER_SECOND, Duration.ofSeconds(1), 300);
            long refused = refused(house);
            running.forEach(house.caller::hangUp);
            house.ledger.awaitAllOver(Duration.ofSeconds(60));

            house.cable().set(StoreCable.State.GOOD);
            long back = System.nanoTime();
            LedgerCall taken = house.place(Ending.CALLER_HANGS_UP, 0, 100);
            while (!taken.wasAnswered()) {
                assertThat(System.nanoTime() - back).as("calls are taken again").isLessThan(30_000_000_000L);
                Thread.sleep(100);
                taken = house.place(Ending.CALLER_HANGS_UP, 0, 100);
                Thread.sleep(50);
            }
            house.ledger.awaitAllOver(Duration.ofSeconds(60));
            Ledger.Reconciliation result = house.reconcile(Duration.ofSeconds(20));
            assertThat(result.lost()).isEmpty();
            assertThat(result.doubled()).isEmpty();
            assertThat(result.wrong()).isEmpty();
            assertThat(running)
                    .allSatisfy(call -> assertThat(call.wasAnswered()).isTrue());
            Scale.proof("fault-full-disk", """
                    # The journal on a full file system of %d MB, the store away: the ledger of both parties against the records

                    Written by `./dev prove faults` (`FullDiskIT`). 50 calls ran while the disk was full and were hung up then.

                    | refused by 503 | %s --- |
                    | %d %s
                    """.formatted(FILE_SYSTEM_MB, Ledger.HEAD, refused, result.row()));
        }
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

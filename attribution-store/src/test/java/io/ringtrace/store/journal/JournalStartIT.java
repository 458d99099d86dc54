package io.ringtrace.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.store.Scale;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("journal")
@DisplayName("The start of a journal beside what an hour of calls has left")
class JournalStartIT {
    private static final int CALLS = Scale.pick(2_000, 2_200_000);
    private static final int RUNNING_OF = 1_000;
    private static final int SHARDS = 2;
    private static final JournalSettings SETTINGS =
            new JournalSettings(Scale.pick(1, 16) << 20, 8L << 30, Duration.ofHours(1), Duration.ofMillis(15));

    @TempDir
    Path folder;

    @Test
    void readsWhatIsOpenAndRecentAlone() throws Exception {
        write();
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
        }
        List<String> rows = new ArrayList<>();
        rows.add(row("by their indexes", bytes));
        for (Path index : indexes()) {
            Files.delete(index);
        }
        rows.add(row("read through", bytes));
        Scale.prove("journal-start.md", List.of("""
                # The start of a journal beside what it holds

                Written by `./dev prove journal` (`JournalStartIT`): %d calls at 1000/s in %d shards, one in %d still running, the files in the
                machine's cache. The time is of opening the journal: all that calls wait for. The process is the test's, which has compiled
                the code by writing.

                | full segments | journal | calls running | opened after |
                | --- | --- | --- | --- |
                %s""".formatted(CALLS, SHARDS, RUNNING_OF, String.join("\n", rows))));
    }

    private String row(String how, long bytes) throws IOException {
        long began = System.nanoTime();
        try (Journal journal = new Journal(folder, SHARDS, SETTINGS)) {
            assertThat(journal.start()).as("interrupted").isZero();
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertThat(journal.runningCalls()).hasSize(CALLS / RUNNING_OF);
            return "| %s | %d MB | %d | %d ms |".formatted(how, bytes >> 20, CALLS / RUNNING_OF, millis);
        }
    }

    private void write() throws Exception {
        SampleEvents sample = new SampleEvents(5);
        try (Journal journal = new Journal(folder, SHARDS, SETTINGS)) {
            journal.start();
            for (int i = 0; i < CALLS; i++) {
                CallId id = sample.callId();
                long at = SampleEvents.NOON + i;
                int shard = i % SHARDS;
                CallEvent.Began began = sample.began(id, AttributionResult.UNKNOWN);
                record(journal, shard, SampleEvents.at(began, at, 0));
                record(
                        journal,
                        shard,
                        new CallEvent.Answered(id, at + 50, "gateway", 200, 30, List.of(), sample.dialog()));
                if (i % RUNNING_OF != 0) {
                    record(
                            journal,
                            shard,
                            new CallEvent.Ended(
                                    id,
                                    at + 100,
                                    EndReason.CALLER_HANGUP,
                                    EndedBy.CALLER,
                                    0,
                                    0,
                                    null,
                                    50,
                                    true,
                                    List.of()));
                }
            }
            awaitIndexes();
        }
    }

    private static void record(Journal journal, int shard, CallEvent event) throws InterruptedException {
        while (!journal.recorder(shard).acceptsNewCalls()) {
            Thread.sleep(1);
        }
        assertThat(journal.recorder(shard).record(event)).isTrue();
    }

    /** All but the ones that are written. */
    private void awaitIndexes() throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (indexes().size() < full() - SHARDS) {
            assertThat(System.nanoTime()).as("indexes are written").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private int full() {
        int full = 0;
        for (Path file : files(Segment.SUFFIX)) {
            try (Segment segment = Segment.openToRead(file)) {
                full += segment.number() == 0 ? 0 : 1;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return full;
    }

    private List<Path> indexes() {
        return files(SegmentIndex.SUFFIX);
    }

    private List<Path> files(String suffix) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(suffix)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

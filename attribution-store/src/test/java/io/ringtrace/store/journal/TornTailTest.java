package io.ringtrace.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.store.Scale;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("faults")
@DisplayName("A journal whose last bytes are gone")
class TornTailTest {
    private static final JournalSettings SETTINGS =
            new JournalSettings(512 * 1024, 64L << 20, Duration.ofHours(1), Duration.ofMillis(5));
    private static final int LONGEST_CUT = 4096;
    private static final int SEEDS = Scale.pick(1, 3);
    /** At full size every cut from 1 to 4096 bytes is made. */
    private static final int STEP = Scale.pick(97, 1);

    @TempDir
    Path folder;

    @Test
    void keepsEveryEntryThatIsWholeAndGoesOnFromWhereTheDrainWas() throws IOException {
        int cuts = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            cuts += cutsOf(new Random(seed), folder.resolve("journal-" + seed), seed);
        }
        Scale.prove(
                "faults-torn-tail.md",
                List.of(
                        "# The last 1 to 4096 bytes of a journal cut off",
                        "",
                        "Written by `./dev prove faults` (`TornTailTest`). Half of the cuts shorten the file, half of them leave zeros.",
                        "",
                        "| seeds | cuts | whole entries lost | entries read that were torn | starts that failed |",
                        "| --- | --- | --- | --- | --- |",
                        "| " + SEEDS + " | " + cuts + " | 0 | 0 | 0 |"));
    }

    private static int cutsOf(Random random, Path journal, int seed) throws IOException {
        SampleEvents sample = new SampleEvents(seed);
        List<CallEvent> written = new ArrayList<>();
        try (Journal first = new Journal(journal, 1, SETTINGS)) {
            first.start();
            for (int i = 0; i < 200; i++) {
                EndReason[] reasons = EndReason.values();
                CallEvent event = sample.ended(sample.callId(), reasons[random.nextInt(reasons.length)]);
                first.recorder(0).record(event);
                written.add(event);
            }
        }
        Path file = numbered(journal);
        byte[] whole = Files.readAllBytes(file);
        List<Integer> ends = new ArrayList<>();
        try (Segment segment = Segment.openToRead(file)) {
            int at = Segment.HEADER_BYTES;
            for (int i = 0; i < written.size(); i++) {
                at += Segment.footprint(segment.lengthAt(at));
                ends.add(at);
            }
        }
        int end = ends.getLast();
        assertThat(end).as("more is written than is cut").isGreaterThan(LONGEST_CUT + Segment.HEADER_BYTES);
        int cuts = 0;
        for (int cut = 1; cut <= LONGEST_CUT; cut += STEP) {
            int left = end - cut;
            byte[] torn = Arrays.copyOf(whole, cut % 2 == 0 ? left : whole.length);
            Arrays.fill(torn, left, torn.length, (byte) 0);
            emptied(journal);
            Files.write(file, torn);
            int entries = (int) ends.stream().filter(each -> each <= left).count();
            CallEvent later = sample.progressed(sample.callId());
            List<CallEvent> read =
                    readAfterAStart(journal, later, new JournalPosition(catalogNumber(file), ends.getLast()));
            // An entry ends on a boundary of eight bytes; cut within that padding, it is whole.
            assertThat(read)
                    .as("seed %d, cut by %d", seed, cut)
                    .hasSizeBetween(entries, entries + 1)
                    .isEqualTo(written.subList(0, read.size()));
            cuts++;
        }
        return cuts;
    }

    private static long catalogNumber(Path file) throws IOException {
        try (Segment segment = Segment.openToRead(file)) {
            return segment.number();
        }
    }

    /**
     * What is there after a start.
     *
     * @param drained where the drain was before; what it had taken may be among what is gone
     */
    private static List<CallEvent> readAfterAStart(Path folder, CallEvent later, JournalPosition drained)
            throws IOException {
        List<CallEvent> read = new ArrayList<>();
        try (Journal journal = new Journal(folder, 1, SETTINGS)) {
            journal.start();
            assertThat(journal.recorder(0).acceptsNewCalls()).isTrue();
            try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                for (@Nullable JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                    read.add(((JournalEntry.Event) entry).event());
                }
            }
            assertThat(journal.recorder(0).record(later)).isTrue();
            try (ShardReader reader = journal.read(0, drained)) {
                assertThat(reader.next())
                        .isInstanceOfSatisfying(
                                JournalEntry.Event.class,
                                entry -> assertThat(entry.event()).isEqualTo(later));
                assertThat(reader.next()).isNull();
            }
        }
        return read;
    }

    private static Path numbered(Path folder) throws IOException {
        SegmentCatalog catalog = SegmentCatalog.of(folder, _ -> {});
        return catalog.segments(0).firstEntry().getValue();
    }

    private static void emptied(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + Segment.SUFFIX)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }
}

package io.ringtrace.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.InviteKey;
import io.ringtrace.call.RecentInvite;
import io.ringtrace.call.RecentInvites;
import io.ringtrace.call.RunningCall;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisplayName("The indexes of full segments")
class SegmentIndexTest {
    private static final long SEGMENT = 128 * 1024;
    private static final JournalSettings SETTINGS =
            new JournalSettings(SEGMENT, 256 * SEGMENT, Duration.ofHours(1), Duration.ofMillis(5));
    private static final int CALLS = 1_500;
    private static final Pattern READ =
            Pattern.compile("journal: (\\d+) segments were read whole, (\\d+) by their index");

    @TempDir
    Path folder;

    /** What a start finds. */
    private record Found(Set<CallId> interrupted, Set<RunningCall> running, Set<RecentInvite> recent) {}

    private record Start(Found found, int readWhole, int readByIndex) {}

    @Test
    void giveAStartTheSameCallsAsTheSegmentsAndMostSegmentsAreNotRead() throws Exception {
        for (int seed = 1; seed <= 2; seed++) {
            Path written = Files.createDirectory(folder.resolve("written-" + seed));
            write(written, new Random(seed));
            Path without = copy(written, "without-" + seed);
            delete(without, indexes(without));

            Start whole = start(without);
            assertThat(whole.readByIndex()).isZero();
            assertThat(whole.found().interrupted()).hasSizeGreaterThan(20);
            assertThat(whole.found().running()).hasSizeGreaterThan(20);
            assertThat(whole.found().recent()).hasSizeGreaterThan(20);

            Start byIndex = start(copy(written, "with-" + seed));
            assertThat(byIndex.found()).isEqualTo(whole.found());
            assertThat(byIndex.readByIndex()).isGreaterThan(byIndex.readWhole());
        }
    }

    @Test
    void areLeftAsideWhereTheyAreMissingTornOrNotOfTheirSegment() throws Exception {
        Path written = Files.createDirectory(folder.resolve("written"));
        write(written, new Random(7));
        Path without = copy(written, "without");
        delete(without, indexes(without));
        Start whole = start(without);

        Path spoilt = copy(written, "spoilt");
        List<Path> indexes = indexes(spoilt);
        for (int i = 0; i < indexes.size(); i++) {
            Path index = indexes.get(i);
            byte[] bytes = Files.readAllBytes(index);
            switch (i % 4) {
                case 0 -> Files.delete(index);
                case 1 -> Files.write(index, java.util.Arrays.copyOf(bytes, bytes.length - 1 - i % bytes.length / 2));
                case 2 -> {
                    bytes[bytes.length / 2] ^= 1;
                    Files.write(index, bytes);
                }
                default ->
                    Files.copy(
                            written.resolve(
                                    indexes.get((i + 1) % indexes.size()).getFileName()),
                            index,
                            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Start start = start(spoilt);
        assertThat(start.found()).isEqualTo(whole.found());
        assertThat(start.readByIndex()).isLessThan(indexes.size() / 2);
    }

    @Test
    @DisplayName("of a segment whose end was cut off do not count: its torn tail is found")
    void aCutSegmentIsRead() throws Exception {
        Path written = Files.createDirectory(folder.resolve("written"));
        write(written, new Random(9));
        Path first = indexes(written).getFirst();
        SegmentIndex index = SegmentIndex.read(segmentOf(first));
        assertThat(index).isNotNull();
        try (RandomAccessFile bytes = new RandomAccessFile(segmentOf(first).toFile(), "rw")) {
            bytes.seek(index.end() - 8);
            bytes.write(new byte[8]);
        }
        Path without = copy(written, "without");
        delete(without, indexes(without));
        assertThat(start(written).found()).isEqualTo(start(without).found());
    }

    @Test
    void goWithTheirSegments() throws Exception {
        JournalSettings forgetful = new JournalSettings(SEGMENT, 256 * SEGMENT, Duration.ZERO, Duration.ofMillis(5));
        write(folder, new Random(4));
        assertThat(indexes(folder)).isNotEmpty();
        try (Journal journal = new Journal(folder, 2, forgetful)) {
            journal.start();
            for (int shard = 0; shard < 2; shard++) {
                try (ShardReader reader = journal.read(shard, JournalPosition.START)) {
                    while (reader.next() != null) {
                        // To the end.
                    }
                    journal.drained(shard, reader.position());
                }
            }
            until(() -> indexes(folder).size() <= 2);
        }
    }

    /** Calls of ten minutes, in every state in which a death can find them, some of them in another shard after it. */
    private static void write(Path to, Random random) throws Exception {
        SampleEvents sample = new SampleEvents(random.nextLong());
        try (Journal journal = new Journal(to, 2, SETTINGS)) {
            journal.start();
            for (int i = 0; i < CALLS; i++) {
                long at = SampleEvents.NOON + i * 400L;
                CallId call = new CallId(at << 16 | random.nextInt(0x10000), random.nextLong());
                int shard = random.nextInt(2);
                boolean lasts = random.nextInt(20) == 0;
                record(journal, shard, began(call, at, sample, random));
                int state = lasts ? random.nextInt(5) : 4;
                if (state >= 1) {
                    record(journal, shard, new CallEvent.Progressed(call, at + 20, "gateway", 180, at));
                }
                boolean answered = state >= 2 && random.nextInt(4) > 0;
                if (answered) {
                    record(
                            journal,
                            shard,
                            new CallEvent.Answered(call, at + 50, "gateway", 200, 30, List.of(), sample.dialog()));
                }
                if (state == 3) {
                    record(
                            journal,
                            random.nextInt(2),
                            new CallEvent.Continued(call, at + 70_000, at + 50, at + 60_000, List.of(sample.dialog())));
                }
                if (state == 4) {
                    record(journal, lasts ? 1 - shard : shard, ended(call, at + 100, answered ? 0 : 486, random));
                }
            }
            // The keeper indexes one full segment after the other.
            until(() -> segmentsWithoutIndex(to) <= 2);
        }
    }

    private static CallEvent.Began began(CallId call, long at, SampleEvents sample, Random random) {
        CallEvent.Began like = sample.began(call, AttributionResult.UNKNOWN);
        return new CallEvent.Began(
                call,
                at,
                like.sipCallId(),
                like.trunk(),
                like.caller(),
                like.callerWithheld(),
                like.dialedText(),
                like.dialed(),
                like.attribution(),
                like.destination(),
                like.configVersion(),
                0,
                new InviteKey(random.nextLong(), random.nextLong()));
    }

    private static CallEvent.Ended ended(CallId call, long at, int statusSent, Random random) {
        boolean interrupted = random.nextInt(50) == 0;
        return new CallEvent.Ended(
                call,
                at,
                interrupted ? EndReason.INTERRUPTED : EndReason.CALLER_HANGUP,
                EndedBy.CALLER,
                statusSent,
                0,
                null,
                50,
                true,
                List.of());
    }

    private static void record(Journal journal, int shard, CallEvent event) {
        until(journal.recorder(shard)::acceptsNewCalls);
        assertThat(journal.recorder(shard).record(event)).isTrue();
    }

    private static Start start(Path of) throws IOException {
        Logger logger = (Logger) LoggerFactory.getLogger(JournalRepair.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Level level = logger.getLevel();
        logger.setLevel(Level.DEBUG);
        try (Journal journal = new Journal(of, 2, SETTINGS)) {
            journal.start();
            Set<CallId> interrupted = new HashSet<>();
            RecentInvites byEvents = new RecentInvites();
            for (int shard = 0; shard < 2; shard++) {
                try (ShardReader reader = journal.read(shard, JournalPosition.START)) {
                    for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                        if (entry instanceof JournalEntry.Event(var _, CallEvent event)) {
                            byEvents.see(event);
                        }
                        if (entry instanceof JournalEntry.Event(var _, CallEvent.Ended ended)
                                && ended.reason() == EndReason.INTERRUPTED) {
                            interrupted.add(ended.callId());
                        }
                    }
                }
            }
            assertThat(journal.recentInvites())
                    .as("most entries were read no further than their head")
                    .containsExactlyInAnyOrderElementsOf(byEvents.found());
            Matcher read = log.list.stream()
                    .map(line -> READ.matcher(line.getFormattedMessage()))
                    .filter(Matcher::find)
                    .findFirst()
                    .orElseThrow();
            return new Start(
                    new Found(
                            interrupted, new HashSet<>(journal.runningCalls()), new HashSet<>(journal.recentInvites())),
                    Integer.parseInt(read.group(1)),
                    Integer.parseInt(read.group(2)));
        } finally {
            logger.detachAppender(log);
            logger.setLevel(level);
        }
    }

    private Path copy(Path from, String name) throws IOException {
        Path to = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private static void delete(Path from, List<Path> files) throws IOException {
        for (Path file : files) {
            Files.delete(from.resolve(file.getFileName()));
        }
    }

    private static List<Path> indexes(Path of) {
        try (Stream<Path> files = Files.list(of)) {
            return files.filter(file -> file.toString().endsWith(SegmentIndex.SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path segmentOf(Path index) {
        return index.resolveSibling(index.getFileName().toString().replace(SegmentIndex.SUFFIX, "") + Segment.SUFFIX);
    }

    private static int segmentsWithoutIndex(Path of) {
        List<Path> without = new ArrayList<>();
        try (Stream<Path> files = Files.list(of)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(Segment.SUFFIX)).toList()) {
                if (!Files.exists(SegmentIndex.fileOf(file))) {
                    try (Segment segment = Segment.openToRead(file)) {
                        if (segment.number() != 0) {
                            without.add(file);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return without.size();
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 20 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

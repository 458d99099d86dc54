package io.ringtrace.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.RunningCall;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@DisplayName("The journal")
class JournalTest {
    private static final long SEGMENT = 128 * 1024;
    private static final JournalSettings SETTINGS =
            new JournalSettings(SEGMENT, 64 * SEGMENT, Duration.ofHours(1), Duration.ofMillis(5));

    @TempDir
    Path folder;

    private final SampleEvents sample = new SampleEvents(11);

    @Test
    void whatWasRecordedIsReadInOrderWhileItIsBeingWritten() throws IOException {
        try (Journal journal = started(SETTINGS)) {
            CallRecorder recorder = journal.recorder(0);
            List<CallEvent> written = new ArrayList<>();
            List<CallEvent> read = new ArrayList<>();
            try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                assertThat(reader.next()).isNull();
                for (int i = 0; i < 3000; i++) {
                    CallEvent event = sample.event();
                    until(recorder::acceptsNewCalls);
                    assertThat(recorder.record(event)).isTrue();
                    written.add(event);
                    if (i % 7 == 0) {
                        readAll(reader, read);
                    }
                }
                readAll(reader, read);
            }
            assertThat(read).isEqualTo(written);
            assertThat(segmentFiles()).hasSizeGreaterThan(5);
        }
    }

    @Test
    void shardsAreReadEachForItself() throws IOException {
        try (Journal journal = new Journal(folder, 2, SETTINGS)) {
            journal.start();
            CallEvent first = sample.event();
            CallEvent second = sample.event();
            journal.recorder(0).record(first);
            journal.recorder(1).record(second);
            assertThat(readAll(journal, 0)).containsExactly(first);
            assertThat(readAll(journal, 1)).containsExactly(second);
        }
    }

    @Test
    void aRestartBeginsANewSegmentAndLeavesTheOldOnesToBeRead() throws IOException {
        CallEvent before = sample.progressed(sample.callId());
        CallEvent after = sample.progressed(sample.callId());
        try (Journal journal = started(SETTINGS)) {
            journal.recorder(0).record(before);
        }
        try (Journal journal = started(SETTINGS)) {
            journal.recorder(0).record(after);
            assertThat(readAll(journal, 0)).containsExactly(before, after);
        }
    }

    @Test
    void aSecondOwnerIsRefusedByPidAndTheFirstGoesOn() throws IOException {
        try (Journal journal = started(SETTINGS)) {
            for (int i = 0; i < 2; i++) {
                try (Journal second = new Journal(folder, 1, SETTINGS)) {
                    assertThatThrownBy(second::start)
                            .isInstanceOf(JournalInUseException.class)
                            .hasMessageContaining(
                                    Long.toString(ProcessHandle.current().pid()));
                }
            }
            assertThat(journal.recorder(0).record(sample.event())).isTrue();
        }
        started(SETTINGS).close();
    }

    @Nested
    @DisplayName("after a stop of the machine")
    class AfterAStop {
        @Test
        void answeredCallsWithoutAnEndAreGivenBackAsTheyWereKnownLast() throws IOException {
            CallEvent.Answered answered = answered();
            CallEvent.Answered longer = answered();
            CallEvent.Answered over = answered();
            CallEvent.Continued goesOn = new CallEvent.Continued(
                    longer.callId(),
                    SampleEvents.NOON + 9_000,
                    longer.atMillis(),
                    longer.atMillis() + 7,
                    List.of(sample.dialog(), sample.dialog()));
            CallEvent.Continued beganLongAgo = sample.continued(sample.callId());
            try (Journal journal = new Journal(folder, 2, SETTINGS)) {
                journal.start();
                // The end of a call may stand in a shard that is read before the one of its beginning.
                journal.recorder(0).record(sample.ended(over.callId(), EndReason.CALLER_HANGUP));
                for (CallEvent.Answered call : List.of(answered, longer, over)) {
                    journal.recorder(1).record(sample.began(call.callId(), AttributionResult.UNKNOWN));
                    journal.recorder(1).record(call);
                }
                journal.recorder(1).record(goesOn);
                journal.recorder(0).record(beganLongAgo);
            }
            try (Journal journal = new Journal(folder, 2, SETTINGS)) {
                assertThat(journal.start()).as("interrupted").isZero();
                assertThat(journal.runningCalls())
                        .containsExactlyInAnyOrder(
                                new RunningCall(
                                        answered.callId(),
                                        answered.atMillis(),
                                        answered.atMillis(),
                                        List.of(Objects.requireNonNull(answered.dialog()))),
                                new RunningCall(
                                        longer.callId(), longer.atMillis(), goesOn.aliveAtMillis(), goesOn.dialogs()),
                                new RunningCall(
                                        beganLongAgo.callId(),
                                        beganLongAgo.answeredAtMillis(),
                                        beganLongAgo.aliveAtMillis(),
                                        beganLongAgo.dialogs()));
            }
        }

        @Test
        void aCallThatCameAgainAfterItsInterruptionAndWasAnsweredThenIsWatched() throws IOException {
            CallEvent.Answered answered = answered();
            try (Journal journal = new Journal(folder, 2, SETTINGS)) {
                journal.start();
                journal.recorder(1).record(sample.began(answered.callId(), AttributionResult.UNKNOWN));
            }
            try (Journal journal = new Journal(folder, 2, SETTINGS)) {
                // Its end goes to the shard that is read first.
                assertThat(journal.start()).as("interrupted").isEqualTo(1);
                journal.recorder(1).record(answered);
            }
            try (Journal journal = new Journal(folder, 2, SETTINGS)) {
                assertThat(journal.start()).as("interrupted").isZero();
                assertThat(journal.runningCalls())
                        .extracting(RunningCall::callId)
                        .containsExactly(answered.callId());
            }
        }

        private CallEvent.Answered answered() {
            return new CallEvent.Answered(sample.callId(), SampleEvents.NOON, "gw", 200, 0, List.of(), sample.dialog());
        }

        @Test
        void aTornTailIsCutWhereverItWasTorn() throws IOException {
            List<CallEvent> written = new ArrayList<>();
            try (Journal journal = started(SETTINGS)) {
                for (int i = 0; i < 20; i++) {
                    CallEvent event = sample.ended(sample.callId(), EndReason.CALLER_HANGUP);
                    journal.recorder(0).record(event);
                    written.add(event);
                }
            }
            Path file = written();
            byte[] whole = Files.readAllBytes(file);
            int end = lastNonZero(whole) + 1;
            for (int cut = 1; cut < 400; cut += 3) {
                byte[] torn = java.util.Arrays.copyOf(whole, cut % 2 == 0 ? end - cut : whole.length);
                java.util.Arrays.fill(torn, end - cut, torn.length, (byte) 0);
                Files.write(file, torn);
                try (Journal journal = started(SETTINGS)) {
                    List<CallEvent> read = readAll(journal, 0);
                    assertThat(written).as("cut by %d", cut).startsWith(read.toArray(new CallEvent[0]));
                    assertThat(read).hasSizeBetween(written.size() - 1 - cut / 60, written.size());
                }
            }
        }

        @Test
        @DisplayName("a torn tail is cut with a line in the log that names file and offset")
        void theLogTellsOfATornTail() throws IOException {
            try (Journal journal = started(SETTINGS)) {
                journal.recorder(0).record(sample.ended(sample.callId(), EndReason.CALLER_HANGUP));
                journal.recorder(0).record(sample.ended(sample.callId(), EndReason.CALLER_HANGUP));
            }
            Path file = written();
            int second;
            try (Segment segment = Segment.openToRead(file)) {
                second = Segment.HEADER_BYTES + Segment.footprint(segment.lengthAt(Segment.HEADER_BYTES));
            }
            byte[] torn = Files.readAllBytes(file);
            java.util.Arrays.fill(torn, second + 20, torn.length, (byte) 0);
            Files.write(file, torn);
            Logger logger = (Logger) LoggerFactory.getLogger("io.ringtrace.store.journal");
            ListAppender<ILoggingEvent> log = new ListAppender<>();
            log.start();
            logger.addAppender(log);
            try (Journal journal = started(SETTINGS)) {
                assertThat(readAll(journal, 0)).hasSize(1);
                assertThat(log.list)
                        .extracting(ILoggingEvent::getFormattedMessage)
                        .contains("journal: " + file + " has a torn entry at offset " + second
                                + " after 1 whole ones; it was cut off");
            } finally {
                logger.detachAppender(log);
            }
        }

        @Test
        void aDamagedEntryStopsItsSegmentAloneAndTheFileIsKept() throws IOException {
            List<CallEvent> written = new ArrayList<>();
            try (Journal journal = started(SETTINGS)) {
                for (int i = 0; i < 20; i++) {
                    CallEvent event = sample.ended(sample.callId(), EndReason.CALLER_HANGUP);
                    journal.recorder(0).record(event);
                    written.add(event);
                }
            }
            Path file = written();
            int secondEntry;
            try (Segment segment = Segment.openToRead(file)) {
                secondEntry = Segment.HEADER_BYTES + Segment.footprint(segment.lengthAt(Segment.HEADER_BYTES));
            }
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.seek(secondEntry + 20L);
                int was = bytes.read();
                bytes.seek(secondEntry + 20L);
                bytes.write(was ^ 1);
            }
            CallEvent later = sample.progressed(sample.callId());
            JournalSettings forgetful = new JournalSettings(SEGMENT, 64 * SEGMENT, Duration.ZERO, Duration.ofMillis(5));
            try (Journal journal = started(forgetful)) {
                journal.recorder(0).record(later);
                try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                    List<CallEvent> read = new ArrayList<>();
                    readAll(reader, read);
                    assertThat(read).containsExactly(written.getFirst(), later);
                    journal.drained(0, reader.position());
                }
                until(() -> Files.exists(file.resolveSibling(file.getFileName() + ".damaged")));
                assertThat(file).doesNotExist();
            }
        }

        @Test
        void callsThatWereNotAnsweredAreEndedAsInterruptedOnce() throws IOException {
            CallId unanswered = sample.callId();
            CallId ringing = sample.callId();
            CallId answered = sample.callId();
            CallId over = sample.callId();
            try (Journal journal = started(SETTINGS)) {
                CallRecorder recorder = journal.recorder(0);
                for (CallId id : List.of(unanswered, ringing, answered, over)) {
                    recorder.record(sample.began(id, AttributionResult.UNKNOWN));
                }
                recorder.record(sample.progressed(ringing));
                recorder.record(sample.answered(answered));
                recorder.record(sample.ended(over, EndReason.DESTINATION_BUSY));
            }
            for (int restarts = 0; restarts < 2; restarts++) {
                try (Journal journal = new Journal(folder, 2, SETTINGS)) {
                    assertThat(journal.start()).isEqualTo(restarts == 0 ? 2 : 0);
                    List<CallEvent> all = readAll(journal, 0);
                    all.addAll(readAll(journal, 1));
                    assertThat(all.stream()
                                    .filter(e -> e instanceof CallEvent.Ended ended
                                            && ended.reason() == EndReason.INTERRUPTED)
                                    .map(CallEvent::callId))
                            .containsExactlyInAnyOrder(unanswered, ringing);
                }
            }
        }
    }

    @Nested
    @DisplayName("that is forced before its events are visible")
    class ForcedBeforeSend {
        private final JournalSettings beforeSend = new JournalSettings(
                SEGMENT, 64 * SEGMENT, Duration.ofHours(1), Duration.ofMillis(20), JournalSettings.Force.BEFORE_SEND);

        @Test
        void tellsWhoWaitsThroughEveryChangeOfSegment() throws IOException {
            try (Journal journal = started(beforeSend)) {
                CallRecorder recorder = journal.recorder(0);
                for (int i = 1; i <= 3000; i++) {
                    until(recorder::acceptsNewCalls);
                    recorder.record(sample.event());
                    assertThat(recorder.recorded()).isEqualTo(i);
                    if (i % 50 == 0) {
                        until(() -> {
                            if (recorder.visible() < recorder.recorded()) {
                                CountDownLatch risen = new CountDownLatch(1);
                                recorder.whenVisible(risen::countDown);
                                assertThat(await(risen)).as("somebody is told").isTrue();
                            }
                            return recorder.visible() == recorder.recorded();
                        });
                    }
                }
                assertThat(segmentFiles()).hasSizeGreaterThan(5);
            }
        }

        @Test
        void showsNothingThatWasNotForced() throws IOException {
            SegmentCatalog catalog = SegmentCatalog.of(folder, _ -> {});
            ShardJournal shard = new ShardJournal(0, catalog, () -> {});
            shard.holdUntilForced(() -> {});
            AtomicInteger told = new AtomicInteger();
            for (int segment = 0; segment < 3; segment++) {
                Path path = folder.resolve("prepared-" + segment + Segment.SUFFIX);
                Segment.prepare(path, 0, SEGMENT);
                shard.giveNext(Segment.openToWrite(path));
                long forced = shard.recorded();
                while (shard.acceptsNewCalls()) {
                    assertThat(shard.record(sample.began(sample.callId(), AttributionResult.UNKNOWN)))
                            .isTrue();
                    shard.whenVisible(told::incrementAndGet);
                    shard.tellForced();
                    assertThat(shard.visible()).isEqualTo(forced);
                }
                assertThat(told).hasValue(segment);
                shard.force();
                assertThat(shard.visible()).isEqualTo(shard.recorded());
                shard.tellForced();
                assertThat(told).hasValue(segment + 1);
            }
            shard.close();
        }

        @Test
        @DisplayName("is forced at its interval, 20 ms at most, though nobody asks for it")
        void isForcedAtItsInterval() throws IOException {
            assertThat(JournalSettings.defaults().forceInterval()).isLessThanOrEqualTo(Duration.ofMillis(20));
            assertThatThrownBy(() -> new JournalSettings(SEGMENT, 64 * SEGMENT, Duration.ZERO, Duration.ofMillis(21)))
                    .hasMessageContaining("at most 20 ms");
            ShardJournal shard = new ShardJournal(0, SegmentCatalog.of(folder, _ -> {}), () -> {});
            shard.holdUntilForced(() -> {});
            Path path = folder.resolve("prepared" + Segment.SUFFIX);
            Segment.prepare(path, 0, SEGMENT);
            shard.giveNext(Segment.openToWrite(path));
            try (JournalForcer forcer = new JournalForcer(List.of(shard), Duration.ofMillis(15))) {
                forcer.start();
                for (int i = 1; i <= 5; i++) {
                    assertThat(shard.record(sample.event())).isTrue();
                    until(() -> shard.visible() == shard.recorded());
                }
            }
            shard.close();
        }

        @Test
        void lettingEventsBeSeenAtOnceWhereItIsForcedInGroups() throws IOException {
            try (Journal journal = started(SETTINGS)) {
                journal.recorder(0).record(sample.event());
                assertThat(journal.recorder(0).recorded()).isZero();
                assertThat(journal.recorder(0).visible()).isZero();
            }
        }

        private static boolean await(CountDownLatch latch) {
            try {
                return latch.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Nested
    @DisplayName("on a full disk")
    class OnAFullDisk {
        private final JournalSettings small =
                new JournalSettings(SEGMENT, 3 * SEGMENT, Duration.ofHours(1), Duration.ofMillis(5));

        @Test
        void newCallsAreRefusedWhileRunningOnesEndInTheSpareUntilRoomIsMade() throws IOException {
            try (Journal journal = started(small)) {
                CallRecorder recorder = journal.recorder(0);
                int began = 0;
                while (recorder.acceptsNewCalls()
                        && recorder.record(sample.began(sample.callId(), AttributionResult.UNKNOWN))) {
                    began++;
                    if (began % 100 == 0) {
                        until(() -> journal.bytesOnDisk() == 3 * SEGMENT);
                    }
                }
                assertThat(began).isGreaterThan(400);
                until(() -> !journal.hasRoomForAnotherSegment()); // the keeper finds out on its own thread
                int ended = 0;
                while (ended < 300 && recorder.record(sample.ended(sample.callId(), EndReason.CALLER_HANGUP))) {
                    ended++;
                }
                assertThat(ended).isEqualTo(300);
                assertThat(recorder.acceptsNewCalls()).isFalse();
                assertThat(journal.hasRoom()).isFalse();
                assertThat(recorder.record(sample.began(sample.callId(), AttributionResult.UNKNOWN)))
                        .isFalse();

                List<CallEvent> read = new ArrayList<>();
                try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                    readAll(reader, read);
                    journal.drained(0, reader.position());
                }
                assertThat(read).hasSize(began + ended);
                until(recorder::acceptsNewCalls);
                assertThat(recorder.record(sample.began(sample.callId(), AttributionResult.UNKNOWN)))
                        .isTrue();
            }
        }

        @Test
        void withRoomForTwoSegmentsItGoesOnAsOftenAsTheStoreHasTakenWhatTheyHold() throws IOException {
            JournalSettings two = new JournalSettings(SEGMENT, 2 * SEGMENT, Duration.ofHours(1), Duration.ofMillis(5));
            try (Journal journal = started(two);
                    ShardReader reader = journal.read(0, JournalPosition.START)) {
                CallRecorder recorder = journal.recorder(0);
                List<CallEvent> written = new ArrayList<>();
                List<CallEvent> read = new ArrayList<>();
                for (int fills = 0; fills < 6; fills++) {
                    until(journal::hasRoom);
                    while (recorder.acceptsNewCalls()) {
                        CallEvent began = sample.began(sample.callId(), AttributionResult.UNKNOWN);
                        assertThat(recorder.record(began)).isTrue();
                        written.add(began);
                    }
                    for (int ends = 0; ends < fills * 40; ends++) {
                        CallEvent ended = sample.ended(sample.callId(), EndReason.CALLER_HANGUP);
                        assertThat(recorder.record(ended))
                                .as("room for the end of a running call")
                                .isTrue();
                        written.add(ended);
                    }
                    readAll(reader, read);
                    journal.drained(0, reader.position());
                }
                assertThat(read).isEqualTo(written);
                assertThat(journal.bytesOnDisk()).isLessThanOrEqualTo(2 * SEGMENT);
            }
        }

        @Test
        void aRestartUsesTheRoomOfTheSegmentsThatTheStoreHasTaken() throws IOException {
            JournalSettings two = new JournalSettings(SEGMENT, 2 * SEGMENT, Duration.ofHours(1), Duration.ofMillis(5));
            JournalPosition drained;
            try (Journal journal = started(two);
                    ShardReader reader = journal.read(0, JournalPosition.START)) {
                until(journal.recorder(0)::acceptsNewCalls);
                assertThat(journal.recorder(0).record(sample.event())).isTrue();
                readAll(reader, new ArrayList<>());
                drained = reader.position();
            }
            try (Journal journal = started(two)) {
                assertThat(journal.recorder(0).acceptsNewCalls()).isFalse();
                // What the drain says at its start.
                journal.drained(0, drained);
                until(journal.recorder(0)::acceptsNewCalls);
            }
        }

        @Test
        void whatIsNotDrainedIsNeverDeleted() throws IOException {
            JournalSettings forgetful = new JournalSettings(SEGMENT, 3 * SEGMENT, Duration.ZERO, Duration.ofMillis(5));
            try (Journal journal = started(forgetful)) {
                CallRecorder recorder = journal.recorder(0);
                int written = 0;
                while (recorder.record(sample.ended(sample.callId(), EndReason.CALLER_HANGUP))) {
                    written++;
                }
                assertThat(readAll(journal, 0)).hasSize(written);
            }
        }

        @Test
        void aStartWithoutAnyRoomRefusesCallsInsteadOfFailing() throws IOException {
            JournalSettings large = new JournalSettings(1L << 20, 3L << 20, Duration.ZERO, Duration.ofMillis(5));
            Files.write(folder.resolve("foreign" + Segment.SUFFIX + ".damaged"), new byte[10]);
            try (Journal journal = started(new JournalSettings(1L << 20, 8L << 20, Duration.ZERO, Duration.ZERO))) {
                CallRecorder recorder = journal.recorder(0);
                for (int i = 0; i < 30_000; i++) {
                    recorder.record(sample.ended(sample.callId(), EndReason.CALLER_HANGUP));
                }
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(Segment.SUFFIX)).toList()) {
                    try (Segment segment = Segment.openToRead(file)) {
                        if (segment.number() != 0) {
                            continue;
                        }
                    }
                    Files.delete(file);
                }
            }
            try (Journal journal = started(large)) {
                assertThat(journal.recorder(0).acceptsNewCalls()).isFalse();
                assertThat(journal.recorder(0).record(sample.event())).isFalse();
                try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                    readAll(reader, new ArrayList<>());
                    journal.drained(0, reader.position());
                }
                until(journal.recorder(0)::acceptsNewCalls);
            }
        }
    }

    @Test
    void drainedSegmentsAreDeletedWhenTheyAreOldEnough() throws IOException {
        JournalSettings forgetful = new JournalSettings(SEGMENT, 64 * SEGMENT, Duration.ZERO, Duration.ofMillis(5));
        try (Journal journal = started(forgetful)) {
            for (int i = 0; i < 3000; i++) {
                until(journal.recorder(0)::acceptsNewCalls);
                journal.recorder(0).record(sample.event());
            }
            try (ShardReader reader = journal.read(0, JournalPosition.START)) {
                readAll(reader, new ArrayList<>());
                journal.drained(0, reader.position());
            }
            until(() -> segmentFiles().size() == 3);
        }
    }

    @Test
    void theAgeOfADrainedSegmentIsCountedByAClockThatNobodySets() throws IOException {
        AtomicLong monotonic = new AtomicLong();
        AtomicLong looks = new AtomicLong();
        LongSupplier clock = () -> {
            looks.incrementAndGet();
            return monotonic.get();
        };
        try (Journal journal = new Journal(folder, 1, SETTINGS, clock)) {
            journal.start();
            for (int i = 0; i < 3000; i++) {
                until(journal.recorder(0)::acceptsNewCalls);
                journal.recorder(0).record(sample.event());
            }
            // Files of another time, as after a step of the wall clock.
            for (Path file : segmentFiles()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(0));
            }
            int all = segmentFiles().size();
            try (ShardReader whole = journal.read(0, JournalPosition.START)) {
                readAll(whole, new ArrayList<>());
                journal.drained(0, whole.position());
            }
            monotonic.addAndGet(Duration.ofMinutes(59).toMillis());
            long before = looks.get();
            until(() -> looks.get() >= before + 2);
            assertThat(segmentFiles()).hasSizeGreaterThanOrEqualTo(all);
            monotonic.addAndGet(Duration.ofHours(1).toMillis());
            until(() -> segmentFiles().size() == 3);
        }
    }

    private Journal started(JournalSettings settings) throws IOException {
        Journal journal = new Journal(folder, 1, settings);
        journal.start();
        return journal;
    }

    private static List<CallEvent> readAll(Journal journal, int shard) throws IOException {
        List<CallEvent> events = new ArrayList<>();
        try (ShardReader reader = journal.read(shard, JournalPosition.START)) {
            readAll(reader, events);
        }
        return events;
    }

    private static void readAll(ShardReader reader, List<CallEvent> into) throws IOException {
        for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
            into.add(((JournalEntry.Event) entry).event());
        }
    }

    private List<Path> segmentFiles() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(Segment.SUFFIX)).toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The one segment that was written to. */
    private Path written() throws IOException {
        for (Path file : segmentFiles()) {
            try (Segment segment = Segment.openToRead(file)) {
                if (segment.number() != 0) {
                    return file;
                }
            }
        }
        throw new AssertionError("no segment was written");
    }

    private static int lastNonZero(byte[] bytes) {
        int at = bytes.length - 1;
        while (bytes[at] == 0) {
            at--;
        }
        return at;
    }

    /** The keeper works on a thread of its own: what it does is waited for, at most 10 s. */
    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 10 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

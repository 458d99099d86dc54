package io.ringtrace.store.record;

import static io.ringtrace.store.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.journal.EncodedEvent;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.journal.SampleEvents;
import io.ringtrace.store.node.NodeIdentity;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Events that the drain set aside")
class SetAsideEventsIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final JournalSettings SETTINGS =
            new JournalSettings(512 * 1024, 16L << 20, Duration.ofHours(1), Duration.ofMillis(10));
    private static final Duration LONG = Duration.ofSeconds(30);

    private final SampleEvents sample = new SampleEvents(23);
    private final CallId call = sample.callId();
    private final CallEvent.Ended busy = new CallEvent.Ended(
            call,
            SampleEvents.NOON + 10_000,
            EndReason.DESTINATION_BUSY,
            EndedBy.DESTINATION,
            486,
            486,
            null,
            0,
            true,
            List.of());

    @TempDir
    Path data;

    private NodeIdentity node;
    private Path journalFolder;

    @BeforeEach
    void aNode() throws Exception {
        node = NodeIdentity.load(data, "the-node");
        node.register(store.database(), SampleEvents.NOON);
        journalFolder = Files.createDirectories(data.resolve("journal"));
    }

    @Test
    @DisplayName("are in the record when their cause is gone and they are tried again, beside the drain that goes on")
    void areInTheRecordWhenTheirCauseIsGone() throws Exception {
        try (Journal journal = new Journal(journalFolder, 1, SETTINGS);
                JournalDrain drain = new JournalDrain(journal, store.database(), node)) {
            journal.start();
            journal.recorder(0).record(sample.began(call, AttributionResult.UNKNOWN));
            refuseBusyOnes();
            try {
                journal.recorder(0).record(busy);
                drain.start();
                eventually("set aside", () -> drain.setAside() == 1);
                SetAsideEvents setAside = new SetAsideEvents(journalFolder);
                assertThat(setAside.tryAgain(store.database(), LONG))
                        .as("while its cause is there")
                        .isEqualTo(new SetAsideEvents.Outcome(0, 1, 0, ""));
                assertThat(letters()).singleElement().satisfies(letter -> {
                    assertThat(letter.callId()).isEqualTo(call.toString());
                    assertThat(letter.why()).contains("no_busy_calls");
                });
                CallEvent.Ended another = sample.ended(sample.callId(), EndReason.DESTINATION_BUSY);
                journal.recorder(0).record(another);
                eventually("in a file of its own", () -> drain.setAside() == 2);
                assertThat(letters())
                        .extracting(SetAsideEvents.Letter::callId)
                        .containsExactly(call.toString(), another.callId().toString());
            } finally {
                takeBusyOnes();
            }
            SetAsideEvents setAside = new SetAsideEvents(journalFolder);
            assertThat(setAside.tryAgain(store.database(), LONG)).isEqualTo(new SetAsideEvents.Outcome(2, 0, 0, ""));
            assertThat(setAside.isEmpty()).isTrue();
            assertThat(setAside.tryAgain(store.database(), LONG))
                    .as("done again")
                    .isEqualTo(new SetAsideEvents.Outcome(0, 0, 0, ""));
            assertRecordIsWhole();
        }
    }

    @Test
    @DisplayName("that were written by a command killed before it said so are written again, which makes no difference")
    void thatAreWrittenTwiceMakeNoDifference() throws Exception {
        setAside(sample.began(call, AttributionResult.UNKNOWN), busy);
        Path file = journalFolder.resolve(DeadLetters.FILE);
        String before = Files.readString(file);
        SetAsideEvents setAside = new SetAsideEvents(journalFolder);
        assertThat(setAside.tryAgain(store.database(), LONG)).isEqualTo(new SetAsideEvents.Outcome(2, 0, 0, ""));
        assertRecordIsWhole();
        // As a command leaves it that took the file, wrote the events, and half of a file of those that stay.
        Files.writeString(journalFolder.resolve("dead-letters-000000001.jsonl"), before);
        Files.writeString(journalFolder.resolve("dead-letters-000000001.jsonl.part"), "{\"why\":\"ha");
        assertThat(letters()).hasSize(2);
        assertThat(setAside.tryAgain(store.database(), LONG)).isEqualTo(new SetAsideEvents.Outcome(2, 0, 0, ""));
        assertRecordIsWhole();
        try (Stream<Path> left = Files.list(journalFolder)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("dead-letters.lock");
        }
    }

    @Test
    @DisplayName("stay when they are not understood, when the time is up, and while another command tries them")
    void stayWhenTheyAreNotTaken() throws Exception {
        DeadLetters letters = new DeadLetters(journalFolder.resolve(DeadLetters.FILE));
        letters.setAside(0, null, "AAAA", "entry version 9 is not known here");
        setAside(busy);
        SetAsideEvents setAside = new SetAsideEvents(journalFolder);
        try (FileChannel channel = FileChannel.open(
                        journalFolder.resolve("dead-letters.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            assertThatThrownBy(() -> setAside.tryAgain(store.database(), LONG))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another command");
        }
        assertThat(setAside.tryAgain(store.database(), Duration.ZERO))
                .isEqualTo(new SetAsideEvents.Outcome(0, 0, 2, "the time is up"));
        assertThat(letters()).hasSize(2);
        assertThat(setAside.tryAgain(store.database(), LONG)).isEqualTo(new SetAsideEvents.Outcome(1, 1, 0, ""));
        assertThat(letters())
                .singleElement()
                .extracting(SetAsideEvents.Letter::why)
                .asString()
                .contains("no event that this version knows");
    }

    @Test
    void areNotTriedInAFolderThatIsNoNodes(@TempDir Path empty) {
        assertThatThrownBy(() -> new SetAsideEvents(empty.resolve("journal")).tryAgain(store.database(), LONG))
                .hasMessageContaining("is no node's data folder");
    }

    private void setAside(CallEvent... events) throws IOException {
        DeadLetters letters = new DeadLetters(journalFolder.resolve(DeadLetters.FILE));
        for (CallEvent event : events) {
            letters.setAside(0, event, EncodedEvent.of(event), "why");
        }
    }

    private List<SetAsideEvents.Letter> letters() throws IOException {
        List<SetAsideEvents.Letter> letters = new ArrayList<>();
        new SetAsideEvents(journalFolder).read(letters::add);
        return letters;
    }

    private void assertRecordIsWhole() throws Exception {
        assertThat(new StoreCallRecords(store.database()).get(call, null))
                .extracting(CallRecord::node, CallRecord::endReason, CallRecord::endMillis, CallRecord::complete)
                .containsExactly("the-node", "destination_busy", busy.atMillis(), true);
    }

    private static void refuseBusyOnes() throws SQLException {
        execute("ALTER TABLE call_record ADD CONSTRAINT no_busy_calls CHECK (end_reason <> 'destination_busy')");
    }

    private static void takeBusyOnes() throws SQLException {
        execute("ALTER TABLE call_record DROP CONSTRAINT no_busy_calls");
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

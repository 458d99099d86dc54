package io.ringtrace.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Looking at a journal's folder")
class JournalFolderTest {
    private static final JournalSettings SETTINGS =
            new JournalSettings(128 * 1024, 64 * 128 * 1024, Duration.ofHours(1), Duration.ofMillis(5));

    @TempDir
    Path data;

    private final SampleEvents sample = new SampleEvents(5);
    private final List<CallEvent> written = new ArrayList<>();

    @Test
    void countsTheEventsOfItsSegmentsAndLeavesEveryByteAsItIs() throws IOException {
        writeCalls(20);
        Path file = one(JournalFolder.State.SOUND).file();
        byte[] before = Files.readAllBytes(file);
        JournalFolder.Found found = one(JournalFolder.State.SOUND);
        assertThat(found.began()).isEqualTo(20);
        assertThat(found.answered()).isEqualTo(20);
        assertThat(found.ended()).isEqualTo(20);
        assertThat(found.progressed() + found.notUnderstood()).isZero();
        assertThat(found.number()).isPositive();
        assertThat(found.firstMillis())
                .isEqualTo(written.stream().mapToLong(CallEvent::atMillis).min().orElseThrow());
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
        // The spare, and the next one if there was time to prepare it before the journal was closed.
        assertThat(folder().segments().stream().filter(s -> s.state() == JournalFolder.State.PREPARED))
                .hasSizeBetween(1, 2);
    }

    @Test
    void givesTheEventsOfOneCallWithTheirPlaces() throws IOException {
        writeCalls(5);
        CallId call = written.get(6).callId();
        List<JournalFolder.Place> places = new ArrayList<>();
        folder().events(call, places::add);
        assertThat(places).extracting(JournalFolder.Place::event).containsExactlyElementsOf(written.subList(6, 9));
        assertThat(places).extracting(JournalFolder.Place::position).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void tellsADamagedEntryByItsOffset() throws IOException {
        writeCalls(5);
        List<JournalFolder.Place> places = new ArrayList<>();
        folder().events(null, places::add);
        Path file = one(JournalFolder.State.SOUND).file();
        byte[] bytes = Files.readAllBytes(file);
        int offset = (int) places.get(4).position().offset();
        bytes[offset + Segment.ENTRY_HEAD_BYTES + 3] ^= 1;
        Files.write(file, bytes);
        JournalFolder.Found damaged = one(JournalFolder.State.DAMAGED);
        assertThat(damaged.end()).isEqualTo(offset);
        assertThat(damaged.events()).isEqualTo(4);
    }

    @Test
    void tellsATornLastEntryByItsOffset() throws IOException {
        writeCalls(2);
        List<JournalFolder.Place> places = new ArrayList<>();
        folder().events(null, places::add);
        Path file = one(JournalFolder.State.SOUND).file();
        byte[] bytes = Files.readAllBytes(file);
        int offset = (int) places.getLast().position().offset();
        java.util.Arrays.fill(bytes, offset + 20, bytes.length, (byte) 0);
        Files.write(file, bytes);
        assertThat(one(JournalFolder.State.TORN).end()).isEqualTo(offset);
    }

    @Test
    void tellsAFileThatIsNoSegment() throws IOException {
        writeCalls(1);
        Files.writeString(
                data.resolve("journal/other.segment"), "this is no segment, whatever its name says".repeat(4));
        assertThat(one(JournalFolder.State.UNREADABLE).file().getFileName()).hasToString("other.segment");
    }

    @Test
    @DisplayName("of a node that writes it all the while finds no damage")
    void besideAWriter() throws Exception {
        try (Journal journal = new Journal(data.resolve("journal"), 1, SETTINGS)) {
            journal.start();
            AtomicBoolean stop = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!stop.get()) {
                    journal.recorder(0).record(sample.event());
                }
            });
            try {
                long events = 0;
                for (int look = 0; look < 8; look++) {
                    List<JournalFolder.Found> found = folder().segments();
                    assertThat(found)
                            .extracting(JournalFolder.Found::state)
                            .isSubsetOf(JournalFolder.State.SOUND, JournalFolder.State.PREPARED);
                    events = found.stream()
                            .mapToLong(JournalFolder.Found::events)
                            .sum();
                }
                assertThat(events).isPositive();
            } finally {
                stop.set(true);
                writer.join();
            }
        }
    }

    @Test
    void isRefusedWhereThereIsNone() {
        assertThatThrownBy(() -> JournalFolder.at(data.resolve("nothing"))).hasMessageContaining("is no folder");
    }

    private void writeCalls(int count) throws IOException {
        try (Journal journal = new Journal(data.resolve("journal"), 1, SETTINGS)) {
            journal.start();
            for (int i = 0; i < count; i++) {
                CallId call = sample.callId();
                written.add(sample.began(call, AttributionResult.UNKNOWN));
                written.add(sample.answered(call));
                written.add(sample.ended(call, EndReason.CALLER_HANGUP));
            }
            written.forEach(journal.recorder(0)::record);
        }
    }

    private JournalFolder folder() throws IOException {
        return JournalFolder.at(data);
    }

    private JournalFolder.Found one(JournalFolder.State state) throws IOException {
        List<JournalFolder.Found> found =
                folder().segments().stream().filter(s -> s.state() == state).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }
}

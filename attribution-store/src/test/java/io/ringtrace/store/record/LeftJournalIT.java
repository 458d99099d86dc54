package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.EndReason;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalInUseException;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.journal.SampleEvents;
import io.ringtrace.store.node.NodeIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The journal of a node that will not start again")
class LeftJournalIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final JournalSettings SETTINGS =
            new JournalSettings(512 * 1024, 16L << 20, Duration.ofHours(1), Duration.ofMillis(10));

    private final SampleEvents sample = new SampleEvents(17);
    private final CallId over = sample.callId();
    private final CallId unfinished = sample.callId();

    private final CallId answered = sample.callId();
    private final CallId watched = sample.callId();
    private final CallEvent.Continued proof = sample.continued(watched);

    @TempDir
    Path data;

    @Test
    void isCarriedIntoTheStoreOnceUnderTheNodesName() throws Exception {
        NodeIdentity.load(data, "the-dead-one").register(store.database(), SampleEvents.NOON);
        try (Journal journal = new Journal(data.resolve("journal"), 2, SETTINGS)) {
            journal.start();
            journal.recorder(0).record(sample.began(over, AttributionResult.UNKNOWN));
            journal.recorder(0).record(sample.ended(over, EndReason.DESTINATION_BUSY));
            journal.recorder(1).record(sample.began(unfinished, AttributionResult.UNKNOWN));
            for (CallId call : List.of(answered, watched)) {
                journal.recorder(0).record(sample.began(call, AttributionResult.UNKNOWN));
            }
            journal.recorder(0).record(withoutDialog(sample.answered(answered)));
            journal.recorder(0).record(sample.answered(watched));
            journal.recorder(0).record(proof);
        }
        LeftJournal.Outcome first = LeftJournal.drain(data, store.database(), Duration.ofSeconds(30));
        assertThat(first).isEqualTo(new LeftJournal.Outcome("the-dead-one", 11, 0, 1, 2, true));
        StoreCallRecords records = new StoreCallRecords(store.database());
        assertThat(records.get(over, null))
                .extracting(CallRecord::node, CallRecord::endReason, CallRecord::complete)
                .containsExactly("the-dead-one", "destination_busy", true);
        assertThat(records.get(unfinished, null))
                .extracting(CallRecord::node, CallRecord::endReason)
                .containsExactly("the-dead-one", "interrupted");
        assertThat(records.get(answered, null)).isNotNull().satisfies(r -> {
            assertThat(r.endReason()).isEqualTo("lost");
            assertThat(r.endMillis()).isEqualTo(r.answerMillis());
        });
        assertThat(records.get(watched, null))
                .extracting(CallRecord::endReason, CallRecord::endMillis, CallRecord::durationExact)
                .containsExactly("lost", proof.aliveAtMillis(), false);

        LeftJournal.Outcome again = LeftJournal.drain(data, store.database(), Duration.ofSeconds(30));
        assertThat(again).isEqualTo(new LeftJournal.Outcome("the-dead-one", 0, 0, 0, 0, true));
    }

    private static CallEvent.Answered withoutDialog(CallEvent.Answered answer) {
        return new CallEvent.Answered(
                answer.callId(),
                answer.atMillis(),
                answer.gateway(),
                answer.status(),
                answer.ringMillis(),
                answer.attempts(),
                null);
    }

    @Test
    void isRefusedWhileItsNodeRuns() throws Exception {
        NodeIdentity.load(data, "alive");
        try (Journal journal = new Journal(data.resolve("journal"), 1, SETTINGS)) {
            journal.start();
            assertThatThrownBy(() -> LeftJournal.drain(data, store.database(), Duration.ofSeconds(5)))
                    .isInstanceOf(JournalInUseException.class);
        }
    }

    @Test
    void isRefusedInAFolderThatIsNoNodes() {
        assertThatThrownBy(() -> LeftJournal.drain(data, store.database(), Duration.ofSeconds(5)))
                .hasMessageContaining("is no node's data folder");
    }
}

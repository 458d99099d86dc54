package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.EndReason;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.journal.SampleEvents;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("The reaper")
class RecordReaperIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private final SampleEvents sample = new SampleEvents(3);
    private final HandClock clock = new HandClock(SampleEvents.NOON);
    private final RecordReaper reaper = new RecordReaper(store.database(), clock, "node-b", Duration.ofHours(3));

    @Test
    void closesWhatNoCallCanStillBeAndAByeThatComesAfterwardsCorrectsIt() throws Exception {
        CallId answered = begins();
        CallEvent.Answered answer = sample.answered(answered);
        CallId unanswered = begins();
        CallId over = begins();
        CallEvent.Ended end = sample.ended(over, EndReason.CALLER_HANGUP);
        write(answer, end);

        assertThat(reaper.reap()).isZero();
        clock.advance(Duration.ofHours(5).plusSeconds(2).toMillis());
        assertThat(reaper.reap()).isEqualTo(2);

        assertThat(record(answered)).satisfies(r -> {
            assertThat(r.endReason()).isEqualTo("lost");
            assertThat(r.endMillis()).isEqualTo(answer.atMillis());
            assertThat(r.talkMillis()).isZero();
            assertThat(r.durationExact()).isFalse();
            assertThat(r.node()).isEqualTo("node-a");
        });
        assertThat(record(unanswered).endReason()).isEqualTo("interrupted");
        assertThat(record(over).endReason()).isEqualTo("caller_hangup");

        CallEvent.Ended late = sample.ended(answered, EndReason.DESTINATION_HANGUP);
        write(late);
        assertThat(record(answered).endReason()).isEqualTo("destination_hangup");
        assertThat(reaper.reap()).isZero();
    }

    @Test
    void closesAtTheLastProofOfLifeAndTheNodesOwnLaterOneStandsWhicheverComesFirst() throws Exception {
        SampleEvents sample = new SampleEvents(5);
        HandClock clock = new HandClock(SampleEvents.NOON + Duration.ofHours(6).toMillis());
        RecordReaper reaper = new RecordReaper(store.database(), clock, "node-b", Duration.ofHours(3));
        CallId call = sample.callId();
        CallEvent.Answered answer = sample.answered(call);
        long early = SampleEvents.NOON + Duration.ofMinutes(10).toMillis();
        long late = early + Duration.ofMinutes(50).toMillis();
        write(sample.began(call, AttributionResult.UNKNOWN), answer, alive(sample, call, early));
        write(alive(sample, call, late));
        write(alive(sample, call, early));
        assertThat(reaper.reap()).isEqualTo(1);
        assertThat(record(call)).satisfies(r -> {
            assertThat(r.endReason()).isEqualTo("lost");
            assertThat(r.endMillis()).isEqualTo(late);
            assertThat(r.talkMillis()).isEqualTo(late - answer.atMillis());
        });

        CallEvent.Ended ownEnd = lost(call, late + Duration.ofMinutes(20).toMillis());
        for (CallEvent.Ended end : List.of(ownEnd, lost(call, late), ownEnd)) {
            write(end);
            assertThat(record(call).endMillis()).isEqualTo(ownEnd.atMillis());
        }
    }

    @Test
    @DisplayName("finds within a day what came out of a journal after it had looked there")
    void looksBackOnceADay() throws Exception {
        SampleEvents sample = new SampleEvents(6);
        HandClock clock = new HandClock(SampleEvents.NOON + Duration.ofDays(2).toMillis());
        RecordReaper reaper = new RecordReaper(store.database(), clock, "node-b", Duration.ofHours(3));
        reaper.reap();
        CallId call = sample.callId();
        write(sample.began(call, AttributionResult.UNKNOWN), sample.answered(call));
        clock.advance(Duration.ofMinutes(15).toMillis());
        assertThat(reaper.reap()).isZero();
        clock.advance(Duration.ofDays(1).toMillis());
        assertThat(reaper.reap()).isEqualTo(1);
        assertThat(record(call).endReason()).isEqualTo("lost");
    }

    private static CallEvent.Continued alive(SampleEvents sample, CallId call, long at) {
        return new CallEvent.Continued(call, at + 1, SampleEvents.NOON, at, List.of(sample.dialog()));
    }

    private static CallEvent.Ended lost(CallId call, long at) {
        return CallEvent.Ended.byRingtrace(call, at, EndReason.LOST, -1, false);
    }

    @Test
    void looksOnFromWhereItLookedLast() throws Exception {
        SampleEvents sample = new SampleEvents(4);
        clock.advance(Duration.ofDays(1).toMillis());
        reaper.reap();
        CallId call = sample.callId(clock.nowMillis());
        write(SampleEvents.at(sample.began(call, AttributionResult.UNKNOWN), clock.nowMillis(), 0));
        clock.advance(Duration.ofHours(6).toMillis());
        assertThat(reaper.reap()).isEqualTo(1);
        assertThat(record(call).endReason()).isEqualTo("interrupted");
    }

    private CallId begins() throws Exception {
        CallId call = sample.callId();
        write(sample.began(call, AttributionResult.UNKNOWN));
        return call;
    }

    private CallRecord record(CallId call) throws Exception {
        return Objects.requireNonNull(new StoreCallRecords(store.database()).get(call, null));
    }

    private static void write(CallEvent... events) throws Exception {
        RecordWriter writer = new RecordWriter("node-a");
        store.database().transact(connection -> {
            writer.write(connection, List.of(events));
            return events.length;
        });
    }
}

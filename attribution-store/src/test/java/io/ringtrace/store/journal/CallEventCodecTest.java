package io.ringtrace.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.DialogFacts;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.GatewayAttempt;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The bytes of call events in a journal")
class CallEventCodecTest {
    private final SampleEvents sample = new SampleEvents(7);

    @Test
    void everyAttributionComesBackAsItWas() {
        for (AttributionResult attribution : sample.everyAttribution()) {
            comesBack(sample.began(sample.callId(), attribution));
        }
    }

    @Test
    void everyEndReasonAndEveryEnderComesBackAsItWas() {
        for (EndReason reason : EndReason.values()) {
            for (EndedBy by : EndedBy.values()) {
                CallEvent.Ended drawn = sample.ended(sample.callId(), reason);
                comesBack(new CallEvent.Ended(
                        drawn.callId(),
                        drawn.atMillis(),
                        reason,
                        by,
                        drawn.statusSent(),
                        drawn.statusGateway(),
                        drawn.reasonHeader(),
                        drawn.talkMillis(),
                        drawn.durationExact(),
                        drawn.attempts()));
            }
        }
    }

    @Test
    void tenThousandDrawnEventsComeBackAsTheyWere() {
        for (int i = 0; i < 10_000; i++) {
            comesBack(sample.event());
        }
    }

    @Test
    void textBeyondTheBoundIsCutBetweenCharacters() {
        CallEvent.Progressed event = new CallEvent.Progressed(sample.callId(), 1, "x" + "€".repeat(1000), 180, 1);
        CallEvent.Progressed back = (CallEvent.Progressed) CallEventCodec.decode(encoded(event));
        assertThat(back.gateway()).isEqualTo("x" + "€".repeat(341));
    }

    @Test
    void theLargestEventFitsAnEntry() {
        String longText = "€".repeat(2000);
        List<GatewayAttempt> attempts =
                Collections.nCopies(100, new GatewayAttempt(longText, 1, 2, 503, longText, longText));
        CallEvent.Ended ended = new CallEvent.Ended(
                sample.callId(),
                1,
                EndReason.DESTINATION_ERROR,
                EndedBy.RINGTRACE,
                503,
                503,
                longText,
                -1,
                true,
                attempts);
        assertThat(encoded(ended).limit()).isLessThanOrEqualTo(Segment.LARGEST_ENTRY);
    }

    @Test
    void aBeginningOfTheFirstVersionHasNoKeyOfItsInvite() {
        CallEvent.Began began = sample.began(sample.callId(), AttributionResult.UNKNOWN);
        ByteBuffer bytes = encoded(began);
        bytes.put(0, (byte) 1);
        bytes.limit(bytes.limit() - (began.inviteKey() == null ? 1 : 17));
        assertThat(CallEventCodec.decode(bytes))
                .isInstanceOfSatisfying(
                        CallEvent.Began.class,
                        read -> assertThat(read.inviteKey()).isNull())
                .extracting(CallEvent::callId)
                .isEqualTo(began.callId());
    }

    @Test
    void anAnswerOfTheSecondVersionHasNoFactsOfItsDialog() {
        CallEvent.Answered answered = sample.answered(sample.callId());
        ByteBuffer bytes = encoded(answered);
        bytes.put(0, (byte) 2);
        DialogFacts dialog = answered.dialog();
        bytes.limit(bytes.limit() - 2 - (dialog == null ? 0 : dialog.bytes().length));
        assertThat(CallEventCodec.decode(bytes)).isInstanceOfSatisfying(CallEvent.Answered.class, read -> {
            assertThat(read.dialog()).isNull();
            assertThat(read.attempts()).isEqualTo(answered.attempts());
        });
    }

    @Test
    void aContinuationOfTheThirdVersionHasOneDialog() {
        CallEvent.Continued continued = new CallEvent.Continued(sample.callId(), 4, 2, 3, List.of(sample.dialog()));
        ByteBuffer bytes = encoded(continued);
        int count = 26 + 16;
        byte[] rest = new byte[bytes.limit() - count - 1];
        bytes.get(count + 1, rest);
        bytes.put(count, rest).put(0, (byte) 3).limit(count + rest.length);
        assertThat(CallEventCodec.decode(bytes)).isEqualTo(continued);
    }

    @Test
    void aCallInAsManyLargeDialogsAsThereMayBeFitsAnEntry() {
        DialogFacts largest = new DialogFacts(new byte[DialogFacts.MOST_BYTES]);
        comesBack(new CallEvent.Continued(
                sample.callId(), 4, 2, 3, Collections.nCopies(CallEvent.Continued.MOST_DIALOGS, largest)));
    }

    @Test
    void anUnknownVersionIsRefusedByName() {
        ByteBuffer bytes = encoded(sample.event());
        bytes.put(0, (byte) 9);
        assertThatThrownBy(() -> CallEventCodec.decode(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version 9");
    }

    private static void comesBack(CallEvent event) {
        assertThat(CallEventCodec.decode(encoded(event))).isEqualTo(event);
    }

    private static ByteBuffer encoded(CallEvent event) {
        ByteBuffer bytes = ByteBuffer.allocate(Segment.LARGEST_ENTRY);
        CallEventCodec.encode(event, bytes);
        return bytes.flip();
    }
}

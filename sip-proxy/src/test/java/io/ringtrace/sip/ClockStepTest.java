package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.routing.Supervision;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A wall clock that is set by an hour in mid-call")
class ClockStepTest {
    private static final long HOUR = 3_600_000;
    private static final Duration HOUR_AND_A_HALF = Duration.ofMinutes(90);

    @ParameterizedTest
    @ValueSource(longs = {HOUR, -HOUR})
    void changesNoDuration(long step) throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("100");
            ladder.gateway.receives("INVITE");
            ladder.gateway.answers(180);
            ladder.caller.receives("180");
            ladder.passes(Duration.ofSeconds(4));
            ladder.clock.stepsWall(step);
            ladder.gateway.answersInvite(200);
            ladder.caller.receives("200");
            ladder.caller.acks();
            ladder.gateway.receives("ACK");
            ladder.jumps(Duration.ofMinutes(10));
            ladder.clock.stepsWall(-step);
            ladder.jumps(Duration.ofMinutes(10));
            ladder.caller.hangsUp();
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            ladder.caller.receives("200");
            assertThat(ladder.journal.answered().ringMillis()).isEqualTo(4_000);
            CallEvent.Ended ended = ladder.journal.ended();
            assertThat(ended.reason()).isEqualTo(EndReason.CALLER_HANGUP);
            assertThat(ended.talkMillis()).isEqualTo(Duration.ofMinutes(20).toMillis());
            assertThat(ended.durationExact()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {HOUR, -HOUR})
    void movesNoTimeOfACallAgainstTheOthers(long step) throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("100");
            ladder.gateway.receives("INVITE");
            ladder.passes(Duration.ofSeconds(2));
            ladder.clock.stepsWall(step);
            ladder.gateway.answersInvite(180);
            ladder.caller.receives("180");
            ladder.passes(Duration.ofSeconds(4));
            ladder.clock.stepsWall(-2 * step);
            ladder.gateway.answersInvite(486);
            ladder.caller.receives("486");
            CallEvent.Progressed progressed = ladder.journal.events().stream()
                    .filter(CallEvent.Progressed.class::isInstance)
                    .map(CallEvent.Progressed.class::cast)
                    .findAny()
                    .orElseThrow();
            long began = ladder.journal.began().atMillis();
            CallEvent.Ended ended = ladder.journal.ended();
            GatewayAttempt attempt = ended.attempts().getFirst();
            assertThat(progressed.atMillis()).as("post-dial delay").isEqualTo(began + 2_000);
            assertThat(progressed.sentToGatewayAtMillis()).isEqualTo(began);
            assertThat(ended.atMillis()).as("ring time").isEqualTo(progressed.atMillis() + 4_000);
            assertThat(attempt.first18xAtMillis()).isEqualTo(attempt.sentAtMillis() + 2_000);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {HOUR, -HOUR})
    void movesNoTimeOfACallOfAnEarlierRun(long step) throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.connects(Ladder.PROMO);
            ladder.jumps(Duration.ofMinutes(10));
            ladder.proxyRestarts();
            ladder.jumps(Duration.ofSeconds(1));
            ladder.clock.stepsWall(step);
            ladder.jumps(Duration.ofMinutes(10).minusSeconds(1));
            ladder.caller.hangsUp();
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            ladder.caller.receives("200");
            assertThat(ladder.journal.ended().atMillis())
                    .isEqualTo(ladder.journal.answered().atMillis()
                            + Duration.ofMinutes(20).toMillis());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {HOUR, -HOUR})
    void endsNoCallBeforeItsTimeAndNoneLater(long step) throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.connects(Ladder.PROMO);
            ladder.jumps(HOUR_AND_A_HALF);
            ladder.clock.stepsWall(step);
            ladder.jumps(HOUR_AND_A_HALF.minusSeconds(1));
            ladder.caller.receivesNothing();
            ladder.jumps(Duration.ofSeconds(2));
            ladder.caller.receives("OPTIONS");
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
            assertThat(ladder.journal.continued())
                    .extracting(CallEvent.Continued::answeredAtMillis)
                    .containsOnly(ladder.journal.answered().atMillis());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {HOUR, -HOUR})
    void losesNoCallThatWasAskedInTime(long step) throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.supervises(new Supervision(Duration.ofMinutes(5), true));
            ladder.connects(Ladder.PROMO);
            ladder.clock.stepsWall(step);
            ladder.jumps(Duration.ofMinutes(5));
            ladder.caller.receives("OPTIONS");
            ladder.jumps(Duration.ofMinutes(5).plusSeconds(31));
            assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
            ladder.jumps(Duration.ofSeconds(2));
            assertThat(ladder.journal.ended().talkMillis()).isZero();
        }
    }
}

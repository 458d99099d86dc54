package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.TrunkLimits;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("How many calls there may be")
class CallLimitsTest {
    private Ladder ladder;
    private Party caller;
    private Party gateway;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        caller = ladder.caller;
        gateway = ladder.gateway;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void trunkTakes(int callsPerSecond, int calls) {
        ladder.reloadsTrunk(
                trunk -> trunk.with(new TrunkLimits(new CallLimits(callsPerSecond, calls), CallLimits.NONE)));
    }

    private void rings() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
    }

    private void isRefusedByTheTrunksLimit() {
        caller.invites(Ladder.PROMO);
        assertThat(caller.receives("503").header("Retry-After")).isNotEmpty();
        gateway.receivesNothing();
    }

    @Nested
    class OfATrunkAtOnce {
        @BeforeEach
        void one() {
            trunkTakes(0, 1);
        }

        @Test
        void furtherOnesGet503WithoutARecord() {
            rings();
            isRefusedByTheTrunksLimit();
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed");
            assertThat(ladder.count(Count.TRUNK_LIMITED)).isEqualTo(1);
            assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isEqualTo(1);
        }

        @Test
        void retransmissionsCountForNothing() {
            rings();
            caller.repeats();
            caller.receives("180");
            assertThat(ladder.count(Count.TRUNK_LIMITED)).isZero();
        }

        @Test
        void placeIsFreeAfterARefusalOfTheGateway() {
            rings();
            gateway.answersInvite(486);
            gateway.receives("ACK");
            caller.acksFailure(caller.receives("486"));
            rings();
        }

        @Test
        void placeIsFreeAfterARefusalOfOurs() {
            for (int i = 0; i < 3; i++) {
                caller.invites(Ladder.UNKNOWN);
                caller.receives("100");
                caller.acksFailure(caller.receives("404"));
            }
            rings();
        }

        @Test
        void placeIsFreeAfterACancel() {
            rings();
            caller.cancels();
            caller.receives("200");
            gateway.receives("CANCEL");
            gateway.answers(200);
            gateway.answersInvite(487);
            gateway.receives("ACK");
            caller.acksFailure(caller.receives("487"));
            rings();
        }

        @Test
        void placeIsFreeAfterAFaultOfOurs() {
            caller.invites(Ladder.FAULTY);
            caller.receives("100");
            caller.acksFailure(caller.receives("500"));
            rings();
        }

        @Test
        void placeIsFreeWhenTheCallCouldNotBeRecorded() {
            ladder.journal.takesEvents = false;
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            caller.acksFailure(caller.receives("503"));
            ladder.journal.takesEvents = true;
            rings();
        }

        @Test
        void placeIsFreeAfterRingingTooLong() throws Exception {
            rings();
            ladder.passes(Duration.ofSeconds(61));
            gateway.skipsAll("CANCEL", 10);
            caller.acksFailure(caller.receives("408"));
            caller.skipsAll("408", 10);
            rings();
        }

        @Test
        void answeredCallHasItsPlaceUntilItsBye() {
            ladder.connects(Ladder.PROMO);
            String bye = caller.inDialog("BYE");
            isRefusedByTheTrunksLimit();
            caller.sends(bye);
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            rings();
        }

        @Test
        void crossingByesGiveOnePlaceBack() {
            trunkTakes(0, 2);
            rings();
            ladder.connects(Ladder.PROMO);
            caller.hangsUp();
            gateway.hangsUp();
            gateway.receives("BYE");
            caller.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            caller.answers(200);
            gateway.receives("200");
            rings();
            isRefusedByTheTrunksLimit();
        }

        @Test
        void lostCallGivesItsPlaceBack() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.clock.advance(Duration.ofHours(5).toMillis());
            ladder.passes(Duration.ofMillis(50));
            rings();
        }

        @Test
        void reloadCountsTheCallsThatRun() {
            rings();
            trunkTakes(0, 2);
            rings();
            isRefusedByTheTrunksLimit();
        }
    }

    @Nested
    class OfATrunkInASecond {
        @Test
        void asManyMayComeAtOnceAndThenAsTimePasses() throws Exception {
            trunkTakes(3, 0);
            rings();
            rings();
            rings();
            isRefusedByTheTrunksLimit();
            ladder.passes(Duration.ofMillis(340));
            rings();
            isRefusedByTheTrunksLimit();
            ladder.passes(Duration.ofSeconds(10));
            rings();
            rings();
            rings();
            isRefusedByTheTrunksLimit();
        }
    }

    @Nested
    class ToANumber {
        @BeforeEach
        void one() {
            ladder.reloadsTrunk(trunk -> trunk.with(new TrunkLimits(CallLimits.NONE, new CallLimits(0, 1))));
        }

        @Test
        void furtherOnesGet486AndARecordWhileOtherNumbersAreFree() {
            rings();
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            caller.receives("486");
            gateway.receivesNothing();
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Began", "Ended");
            assertThat(ladder.journal.ended().statusSent()).isEqualTo(486);
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.REFUSED);
            assertThat(ladder.count(Count.NUMBER_LIMITED)).isEqualTo(1);
            caller.invites(Ladder.STATIC_NUMBER);
            caller.receives("100");
            gateway.receives("INVITE");
        }

        @Test
        void asManyMayComeInASecondAsTheTrunkMayBringTo() throws Exception {
            ladder.reloadsTrunk(trunk -> trunk.with(new TrunkLimits(CallLimits.NONE, new CallLimits(2, 0))));
            rings();
            rings();
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            caller.acksFailure(caller.receives("486"));
            assertThat(ladder.count(Count.NUMBER_LIMITED)).isEqualTo(1);
            assertThat(ladder.journal.ended().statusSent()).isEqualTo(486);
            caller.invites(Ladder.STATIC_NUMBER);
            caller.receives("100");
            gateway.receives("INVITE");
            ladder.passes(Duration.ofMillis(510));
            gateway.skipsAll("INVITE", 10);
            rings();
        }

        @Test
        void placeIsFreeAfterTheEnd() {
            rings();
            gateway.answersInvite(603);
            gateway.receives("ACK");
            caller.acksFailure(caller.receives("603"));
            rings();
        }
    }

    @Nested
    class OfAGateway {
        @BeforeEach
        void twoGatewaysOfOneCall() throws Exception {
            stop();
            ladder = new Ladder(UnaryOperator.identity(), 2);
            caller = ladder.caller;
            gateway = ladder.gateway;
            ladder.reloadsGateways(g -> g.withLimits(new CallLimits(0, 1)));
        }

        @Test
        void furtherOnesGoToTheNextOne() {
            rings();
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            ladder.secondGateway.receives("INVITE");
            gateway.receivesNothing();
            assertThat(ladder.count(Count.GATEWAY_LIMITED)).isEqualTo(1);
        }

        @Test
        void furtherOnesGet503AndARecordWhenThereIsNoOther() {
            rings();
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            ladder.secondGateway.receives("INVITE");
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            assertThat(caller.receives("503").header("Retry-After")).isNotEmpty();
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.REFUSED);
            assertThat(ladder.journal.ended().attempts())
                    .extracting(GatewayAttempt::gateway)
                    .containsExactly("gw1", "gw2");
        }

        @Test
        void placeIsFreeWhenTheGatewayRefusesAndTheCallGoesOnElsewhere() {
            rings();
            gateway.answersInvite(486);
            gateway.receives("ACK");
            caller.acksFailure(caller.receives("486"));
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            gateway.receives("INVITE");
            gateway.answers(503);
            gateway.receives("ACK");
            ladder.secondGateway.receives("INVITE");
            rings();
        }

        @Test
        void answeredCallHasItsPlaceUntilItsBye() {
            ladder.connects(Ladder.PROMO);
            String bye = caller.inDialog("BYE");
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            ladder.secondGateway.receives("INVITE");
            caller.sends(bye);
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            rings();
        }

        @Test
        void answerThatComesAgainTakesNoFurtherPlace() {
            ladder.connects(Ladder.PROMO);
            gateway.repeats();
            caller.receives("200");
            caller.hangsUp();
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            rings();
        }

        @Test
        void silentGatewaysPlaceIsTakenUntilItsTransactionEnds() throws Exception {
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            gateway.receives("INVITE");
            ladder.passes(Duration.ofMillis(3_100));
            ladder.secondGateway.receives("INVITE");
            ladder.secondGateway.answers(486);
            ladder.secondGateway.receives("ACK");
            caller.acksFailure(caller.receives("486"));
            gateway.skipsAll("INVITE", 20);
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            // The first is suspect and tried last; the second is free again.
            ladder.secondGateway.receives("INVITE");
            ladder.secondGateway.answers(503);
            ladder.secondGateway.receives("ACK");
            caller.acksFailure(caller.receives("500"));
            ladder.passes(Duration.ofSeconds(40));
            gateway.skipsAll("INVITE", 20);
            caller.skipsAll("500", 20);
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            ladder.secondGateway.receives("INVITE");
            ladder.secondGateway.answers(503);
            ladder.secondGateway.receives("ACK");
            gateway.receives("INVITE");
        }
    }
}

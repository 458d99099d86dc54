package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailoverTest {
    private Ladder ladder;
    private Party caller;
    private Party gateway;
    private Party second;
    private SipText invite = new SipText("");

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(UnaryOperator.identity(), 2);
        caller = ladder.caller;
        gateway = ladder.gateway;
        second = ladder.secondGateway;
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        invite = gateway.receives("INVITE");
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @Test
    void silentGatewayGivesWayToTheNextWithinThreeSeconds() throws Exception {
        ladder.passes(Duration.ofMillis(2_950));
        second.receivesNothing();
        ladder.passes(Duration.ofMillis(50));
        SipText invite = second.receives("INVITE");
        assertThat(invite.requestUri()).isEqualTo("sip:" + Ladder.DESTINATION + "@" + second.hostPort());
        second.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw2");
        assertThat(ladder.journal.answered().attempts()).hasSize(2);
        assertThat(ladder.journal.answered().attempts().getFirst().abandoned()).contains("3000 ms");
    }

    @Test
    void trying100StopsTheSilenceTimer() throws Exception {
        gateway.answers(100);
        ladder.passes(Duration.ofSeconds(10));
        second.receivesNothing();
    }

    @Test
    void unavailableGatewayGivesWayAtOnceAndIsAcknowledgedHopByHop() {
        gateway.answers(503);
        gateway.receives("ACK");
        second.receives("INVITE");
        second.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().attempts().getFirst().status()).isEqualTo(503);
        assertThat(ladder.count(Count.FAILOVERS)).isEqualTo(1);
    }

    @Test
    void busyDestinationIsTheAnswer() {
        gateway.answers(486);
        gateway.receives("ACK");
        SipText answer = caller.receives("486");
        caller.acksFailure(answer);
        second.receivesNothing();
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_BUSY);
        assertThat(ladder.journal.ended().statusGateway()).isEqualTo(486);
    }

    @Test
    void ringingEndsFailover() {
        gateway.answers(180);
        caller.receives("180");
        gateway.answersInvite(503);
        gateway.receives("ACK");
        caller.receives("500");
        second.receivesNothing();
    }

    @ParameterizedTest
    @ValueSource(ints = {503, 500, 408})
    void theConfiguredStatusesGiveWayByDefault(int status) {
        gateway.answers(status);
        gateway.receives("ACK");
        second.receives("INVITE");
    }

    @Test
    void whichStatusesGiveWayIsTheGatewaysOwn() {
        ladder.reloadsGateways(g -> g.withFailoverStatuses(Set.of(486)));
        gateway.answers(500);
        gateway.receives("ACK");
        second.receives("INVITE");
        second.answers(404);
        second.receives("ACK");
        caller.acksFailure(caller.receives("404"));
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(500);
        gateway.receives("ACK");
        caller.acksFailure(caller.receives("500"));
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(486);
        gateway.receives("ACK");
        second.receives("INVITE");
    }

    @Test
    void earlyMediaEndsFailover() {
        String sdp = "v=0\r\n";
        gateway.sends(gateway.answerText(invite, 183)
                .replace("Content-Length: 0\r\n\r\n", "Content-Length: " + sdp.length() + "\r\n\r\n" + sdp));
        caller.receives("183");
        gateway.answersInvite(503);
        gateway.receives("ACK");
        caller.receives("500");
        second.receivesNothing();
    }

    @Test
    void progressWithoutABodyDoesNotEndFailover() {
        gateway.answers(183);
        caller.receives("183");
        gateway.answersInvite(503);
        gateway.receives("ACK");
        second.receives("INVITE");
    }

    @Test
    void lateProvisionalOfAGivenUpBranchGetsCancel() throws Exception {
        ladder.passes(Duration.ofMillis(3_100));
        gateway.receives("INVITE");
        gateway.receives("INVITE");
        second.receives("INVITE");
        gateway.answers(180);
        gateway.receives("CANCEL");
        second.answers(180);
        caller.receives("180");
    }

    @Test
    void lateSuccessOfAGivenUpBranchIsForwardedAndTheOtherCancelled() throws Exception {
        ladder.passes(Duration.ofMillis(3_100));
        gateway.receives("INVITE");
        gateway.receives("INVITE");
        second.receives("INVITE");
        second.answers(180);
        caller.receives("180");
        gateway.answersInvite(200);
        caller.receives("200");
        second.receives("CANCEL");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw1");
    }

    @Test
    void nobodyAnsweringIs408() throws Exception {
        ladder.passes(Duration.ofMillis(13_100));
        SipText answer = caller.receives("408");
        caller.acksFailure(answer);
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_NO_ANSWER);
        assertThat(ladder.journal.ended().attempts()).hasSize(2);
    }

    @Test
    void serviceUnavailableEverywhereIsPassedOnAs500() {
        gateway.answers(503);
        gateway.receives("ACK");
        second.receives("INVITE");
        second.answers(503);
        caller.receives("500");
        assertThat(ladder.journal.ended().statusGateway()).isEqualTo(503);
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_ERROR);
    }

    @Test
    void whoAnswersAfterTheCallerGot408GetsCancel() throws Exception {
        ladder.passes(Duration.ofMillis(13_100));
        caller.acksFailure(caller.receives("408"));
        second.receives("INVITE");
        second.answers(180);
        for (int i = 0; i < 4; i++) {
            second.receives("INVITE");
        }
        second.receives("CANCEL");
        caller.receivesNothing();
    }

    @Test
    void aSuccessThatComesAfterThe408IsForwardedAllTheSame() throws Exception {
        ladder.passes(Duration.ofMillis(13_100));
        caller.acksFailure(caller.receives("408"));
        second.receives("INVITE");
        second.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw2");
        assertThat(ladder.journal.answered().attempts().getLast().status()).isEqualTo(200);
    }

    @Test
    void aSuccessIsRecordedEvenWhenTheEndOfItsCallIsForgotten() throws Exception {
        ladder.passes(Duration.ofMillis(13_100));
        caller.acksFailure(caller.receives("408"));
        ladder.jumps(Duration.ofSeconds(15));
        second.receives("INVITE");
        second.answers(180);
        ladder.jumps(Duration.ofSeconds(20));
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        second.answersInvite(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw2");
        assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
    }

    @Test
    void theLastGatewayIsGivenTenSecondsInsteadOfItsSilence() throws Exception {
        ladder.passes(Duration.ofMillis(3_100));
        second.receives("INVITE");
        ladder.passes(Duration.ofMillis(9_700));
        caller.receivesNothing();
        ladder.passes(Duration.ofMillis(400));
        caller.receives("408");
        assertThat(ladder.journal.ended().attempts().getLast().abandoned()).isEqualTo("no answer within 10000 ms");
    }

    @Test
    void theLastGatewayMayAnswerLate() throws Exception {
        ladder.passes(Duration.ofMillis(3_100));
        second.receives("INVITE");
        ladder.passes(Duration.ofSeconds(8));
        second.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw2");
    }
}

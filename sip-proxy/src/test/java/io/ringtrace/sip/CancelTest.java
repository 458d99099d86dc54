package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 3261 §9 and §16.10")
class CancelTest {
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

    @Test
    void whileRingingGoesDownstreamAndTheCallerGets487() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        SipText invite = gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        caller.cancels();
        caller.receives("200");
        SipText cancel = gateway.receives("CANCEL");
        assertThat(cancel.branch()).isEqualTo(invite.branch());
        assertThat(cancel.requestUri()).isEqualTo(invite.requestUri());
        gateway.answers(200);
        gateway.answersInvite(487);
        gateway.receives("ACK");
        SipText answer = caller.receives("487");
        caller.acksFailure(answer);
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_CANCELLED);
        assertThat(ladder.journal.ended().by()).isEqualTo(EndedBy.CALLER);
    }

    @Test
    @DisplayName("RFC 3326 §2: takes its reasons along")
    void takesItsReasonsAlong() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        String elsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";
        caller.sends(caller.cancelText("Reason: " + elsewhere + "\r\nReason: Q.850\r\n ;cause=26\r\n"));
        caller.receives("200");
        gateway.answersInvite(100);
        assertThat(gateway.receives("CANCEL").header("Reason")).isEqualTo(elsewhere + ", Q.850 ;cause=26");
        gateway.answersInvite(487);
        gateway.receives("ACK");
        caller.receives("487");
        assertThat(ladder.journal.ended().reasonHeader()).startsWith("SIP;cause=200");
    }

    @Test
    void beforeAnyProvisionalResponseWaitsForOne() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        caller.cancels();
        caller.receives("200");
        gateway.receivesNothing();
        gateway.answersInvite(100);
        gateway.receives("CANCEL");
        gateway.answersInvite(487);
        gateway.receives("ACK");
        caller.receives("487");
    }

    @Test
    void ofASilentGatewayEndsIn487() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        caller.cancels();
        caller.receives("200");
        ladder.passes(Duration.ofSeconds(33));
        caller.receives("487");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_CANCELLED);
    }

    @Test
    void whoseGatewayNeverEndsTheInviteStillEndsIn487() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        caller.cancels();
        caller.receives("200");
        gateway.receives("CANCEL");
        gateway.answers(200);
        ladder.passes(Duration.ofSeconds(33));
        SipText answer = caller.receives("487");
        caller.acksFailure(answer);
        caller.skipsAll("487", 20);
        ladder.passes(Duration.ofSeconds(40));
        assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
    }

    @Test
    void isBeatenBya200() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        caller.cancels();
        caller.receives("200");
        gateway.receives("CANCEL");
        gateway.answersInvite(200);
        SipText answer = caller.receives("200");
        assertThat(answer.method()).isEqualTo("INVITE");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
    }

    @Test
    void isBeatenByAFailureThatCrossesIt() {
        ringsAndIsCancelled();
        gateway.answersInvite(486);
        gateway.receives("ACK");
        caller.acksFailure(caller.receives("486"));
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_CANCELLED);
    }

    @Test
    void isNotBeatenByA503WhichNobodyPassesOn() {
        ringsAndIsCancelled();
        gateway.answersInvite(503);
        gateway.receives("ACK");
        caller.receives("487");
        ladder.secondGateway.receivesNothing();
    }

    @Test
    void repeatedIsAnsweredAgainAndForwardedOnce() {
        ringsAndIsCancelled();
        caller.repeats();
        caller.receives("200");
        gateway.receivesNothing();
    }

    @Test
    @DisplayName("unanswered downstream is sent again by timer E, and ended by a late 487")
    void isRepeatedDownstream() throws Exception {
        ringsAndIsCancelled();
        ladder.passes(Duration.ofMillis(1_600));
        gateway.receives("CANCEL");
        gateway.receives("CANCEL");
        gateway.answers(200);
        gateway.answersInvite(487);
        gateway.receives("ACK");
        caller.receives("487");
    }

    @Test
    void afterAFailureHasNoEffect() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(486);
        gateway.receives("ACK");
        caller.receives("486");
        caller.cancels();
        caller.receives("200");
        gateway.receivesNothing();
        caller.receivesNothing();
    }

    @Test
    void ofTwoOpenBranchesGoesToBoth() throws Exception {
        ladder.close();
        ladder = new Ladder(UnaryOperator.identity(), 2);
        caller = ladder.caller;
        gateway = ladder.gateway;
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        ladder.passes(Duration.ofMillis(3_100));
        gateway.skipsAll("INVITE", 5);
        ladder.secondGateway.receives("INVITE");
        ladder.secondGateway.answers(180);
        caller.receives("180");
        caller.cancels();
        caller.receives("200");
        ladder.secondGateway.receives("CANCEL");
        gateway.answersInvite(180);
        gateway.receives("CANCEL");
        caller.receivesNothing();
        ladder.secondGateway.answersInvite(487);
        ladder.secondGateway.receives("ACK");
        caller.receives("487");
    }

    private void ringsAndIsCancelled() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        caller.cancels();
        caller.receives("200");
        gateway.receives("CANCEL");
    }

    @Test
    void afterTheFinalResponseHasNoEffect() {
        ladder.connects(Ladder.PROMO);
        caller.cancels();
        caller.receives("200");
        gateway.receivesNothing();
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
    }

    @Test
    void forNothingWeKnowGets481() {
        caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort());
        caller.cancels();
        caller.receives("481");
    }
}

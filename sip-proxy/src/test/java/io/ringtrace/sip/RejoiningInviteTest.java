package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An INVITE that comes again after a restart")
class RejoiningInviteTest {
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
    void joinsItsRecordAndTheCallGoesOn() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        ladder.proxyRestarts();
        caller.repeats();
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        gateway.answersInvite(200);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered", "Ended");
        assertThat(ladder.journal.events().stream().map(CallEvent::callId).distinct())
                .hasSize(1);
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
    }

    @Test
    @DisplayName("no more: a callee who answers after our end talks to nobody, and his BYE is no end of a call")
    void staysInterrupted() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        ladder.proxyRestarts();
        gateway.answersInvite(200);
        caller.receivesNothing();
        ladder.jumps(Duration.ofSeconds(32));
        gateway.hangsUp();
        caller.receives("BYE");
        caller.answers(481);
        gateway.receives("481");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed");
    }

    @Test
    @DisplayName("no more: the journal has lost its answer, and the caller's BYE ends the call all the same")
    void endsByItsCallerAlsoWhenItsAnswerIsLost() throws Exception {
        talksWhileTheProxyRestartsAndHasLostTheAnswer();
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
    }

    @Test
    @DisplayName(
            "no more: the journal has lost its answer, and a BYE that its caller accepts ends the call all the same")
    void endsByItsCalleeAlsoWhenItsAnswerIsLost() throws Exception {
        talksWhileTheProxyRestartsAndHasLostTheAnswer();
        gateway.hangsUp();
        caller.receives("BYE");
        caller.answers(200);
        gateway.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
    }

    private void talksWhileTheProxyRestartsAndHasLostTheAnswer() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answersInvite(200);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        ladder.journal.loses(CallEvent.Answered.class);
        ladder.proxyRestarts();
    }

    @Test
    void joinsOnceAndIsThenAbsorbedByItsTransaction() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        ladder.proxyRestarts();
        caller.repeats();
        caller.receives("100");
        gateway.receives("INVITE");
        caller.repeats();
        caller.receives("100");
        gateway.receivesNothing();
        assertThat(ladder.journal.kinds()).containsExactly("Began");
    }

    @Test
    void getsTheFinalAnswerItHasMissed() throws Exception {
        caller.invites(Ladder.UNKNOWN);
        caller.receives("100");
        caller.receives("404");
        ladder.proxyRestarts();
        caller.repeats();
        caller.receives("404");
        gateway.receivesNothing();
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Ended");
    }

    @Test
    void isAbsorbedWhenItsCallerHasHeardItRing() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        ladder.proxyRestarts();
        caller.repeats();
        caller.receivesNothing();
        gateway.receivesNothing();
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed");
    }

    @Test
    void isANewCallWhenNoRetransmissionCanBeThatLate() throws Exception {
        caller.invites(Ladder.UNKNOWN);
        caller.receives("100");
        caller.receives("404");
        ladder.proxyRestarts();
        ladder.clock.advance(Duration.ofSeconds(65).toMillis());
        caller.repeats();
        caller.receives("100");
        caller.receives("404");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Ended", "Began", "Ended");
    }

    @Test
    void ofTheSameCallOnAnotherBranchIsANewCall() throws Exception {
        caller.invites(Ladder.UNKNOWN);
        caller.receives("100");
        caller.receives("404");
        ladder.proxyRestarts();
        caller.sends(caller.lastSent().replaceFirst("branch=[^;\r]*", "branch=" + Party.newBranch()));
        caller.receives("100");
        caller.receives("404");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Ended", "Began", "Ended");
    }
}

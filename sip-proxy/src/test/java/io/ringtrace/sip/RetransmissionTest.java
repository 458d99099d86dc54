package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.routing.Route;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetransmissionTest {
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
    void repeatedInviteGetsTheLastProvisionalAgainAndIsNotForwarded() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        caller.repeats();
        caller.receives("100");
        gateway.answers(180);
        caller.receives("180");
        caller.repeats();
        caller.receives("180");
        gateway.receivesNothing();
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed");
    }

    @Test
    void unansweredInviteIsSentAgainByTimerA() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        SipText first = gateway.receives("INVITE");
        ladder.passes(Duration.ofMillis(510));
        assertThat(gateway.receives("INVITE").text()).isEqualTo(first.text());
        ladder.passes(Duration.ofMillis(1_010));
        gateway.receives("INVITE");
        gateway.answers(100);
        gateway.receivesNothing();
        ladder.passes(Duration.ofSeconds(5));
        gateway.receivesNothing();
    }

    @Test
    void silenceOfTheOnlyGatewayEndsIn408ByTimerB() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        ladder.passes(Duration.ofSeconds(33));
        SipText answer = caller.receives("408");
        caller.acksFailure(answer);
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_NO_ANSWER);
        assertThat(ladder.journal.ended().statusSent()).isEqualTo(408);
    }

    @Test
    void finalResponseIsSentAgainByTimerGUntilTheAck() throws Exception {
        caller.invites(Ladder.UNKNOWN);
        caller.receives("100");
        SipText answer = caller.receives("404");
        ladder.passes(Duration.ofMillis(510));
        caller.receives("404");
        caller.acksFailure(answer);
        caller.receivesNothing();
        ladder.passes(Duration.ofSeconds(4));
        caller.receivesNothing();
        ladder.passes(Duration.ofSeconds(5));
        assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
    }

    @Test
    void repeated200IsForwardedAndItsAckToo() {
        ladder.connects(Ladder.PROMO);
        gateway.answersInvite(200);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
    }

    @Test
    void lateAckStillReachesTheGateway() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(200);
        caller.receives("200");
        ladder.passes(Duration.ofSeconds(40));
        caller.acks();
        gateway.receives("ACK");
    }

    @Test
    void everyForked2xxIsForwardedAndTheRecordEndsWithTheLastLeg() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        SipText invite = gateway.receives("INVITE");
        gateway.answers(invite, 200, "leg1", "");
        SipText first = caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        gateway.answers(invite, 200, "leg2", "");
        SipText second = caller.receives("200");
        assertThat(SipText.tag(first.header("To"))).isEqualTo("leg1");
        assertThat(SipText.tag(second.header("To"))).isEqualTo("leg2");

        ladder.passes(Duration.ofSeconds(1));
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");

        ladder.passes(Duration.ofSeconds(1));
        caller.sends(caller.inDialog("BYE").replace("tag=leg1", "tag=leg2"));
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.ended().talkMillis()).isEqualTo(2_000);
    }

    @Test
    void ringingTooLongIsCancelledAndGets408() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        ladder.passes(Duration.ofSeconds(61));
        gateway.receives("CANCEL");
        caller.receives("408");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_NO_ANSWER);
        assertThat(ladder.journal.ended().by()).isEqualTo(EndedBy.RINGTRACE);
    }

    @Test
    void ringTimeoutIsTheRoutesOwn() throws Exception {
        ladder.routes(route -> new Route(
                route.prefix(),
                route.trunk(),
                route.conditions(),
                route.shares(),
                Duration.ofSeconds(20),
                route.followRedirects(),
                route.source()));
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        ladder.passes(Duration.ofSeconds(19));
        gateway.receivesNothing();
        ladder.passes(Duration.ofSeconds(2));
        gateway.receives("CANCEL");
        caller.receives("408");
    }

    @Test
    void successThatCrossesTheCancelOfTheRingTimerStillReachesTheCaller() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        ladder.passes(Duration.ofSeconds(61));
        gateway.receives("CANCEL");
        gateway.skipsAll("CANCEL", 9);
        gateway.answers(200);
        SipText timeout = caller.receives("408");
        caller.skipsAll("408", 9);
        caller.acksFailure(timeout);
        gateway.answersInvite(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw1");
        assertThat(ladder.journal.answered().ringMillis()).isEqualTo(61_000);
        assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
        gateway.repeats();
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        ladder.passes(Duration.ofSeconds(2));
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Ended", "Answered", "Ended");
        assertThat(ladder.journal.events().getLast()).isInstanceOfSatisfying(CallEvent.Ended.class, end -> {
            assertThat(end.reason()).isEqualTo(EndReason.CALLER_HANGUP);
            assertThat(end.talkMillis()).isEqualTo(2_000);
        });
        assertThat(ladder.count(Count.CALLS_ENDED)).isEqualTo(1);
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
    }

    @Test
    void successAfterThe408IsWatchedLikeAnyOtherAndAfterARestartToo() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        ladder.jumps(Duration.ofSeconds(61));
        gateway.receives("CANCEL");
        gateway.answers(200);
        caller.acksFailure(caller.receives("408"));
        gateway.answersInvite(200);
        caller.receives("200");
        ladder.jumps(Duration.ofSeconds(10));
        assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
        ladder.proxyRestarts();
        ladder.jumps(Duration.ofHours(3));
        assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
        caller.receives("OPTIONS");
        gateway.receives("OPTIONS");
    }

    @Test
    void branchThatOnlyTriesIsEndedByTimerC() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(100);
        ladder.passes(Duration.ofSeconds(190));
        gateway.receives("CANCEL");
        SipText answer = caller.receives("408");
        caller.acksFailure(answer);
        ladder.passes(Duration.ofSeconds(70));
        assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
    }

    @Test
    @DisplayName("RFC 3261 §16.7 step 2: timer C is set anew by a 101 to 199, and by no 100")
    void timerCIsRefreshedByProgressAlone() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(100);
        ladder.passes(Duration.ofSeconds(100));
        gateway.answers(199);
        caller.receives("199");
        ladder.passes(Duration.ofSeconds(100));
        gateway.answers(100);
        caller.receivesNothing();
        ladder.passes(Duration.ofSeconds(80));
        gateway.receivesNothing();
        ladder.passes(Duration.ofSeconds(10));
        gateway.receives("CANCEL");
        caller.receives("408");
    }

    @Test
    @DisplayName("RFC 3261 §17.1.1.3: the ACK to a failure has the INVITE's Request-URI, Via and Route")
    void failureIsAcknowledgedAsItsInviteWasSent() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        SipText invite = gateway.receives("INVITE");
        gateway.answers(486);
        SipText ack = gateway.receives("ACK");
        assertThat(ack.requestUri()).isEqualTo(invite.requestUri());
        assertThat(ack.all("Via")).containsExactly(invite.header("Via"));
        assertThat(ack.header("CSeq")).isEqualTo("1 ACK");
        assertThat(SipText.tag(ack.header("To"))).isNotEmpty();
        gateway.repeats();
        gateway.receives("ACK");
        caller.receives("486");
        caller.receivesNothing();
    }

    @Test
    void responseWithoutOurViaIsDropped() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        SipText invite = gateway.receives("INVITE");
        String ours = invite.header("Via");
        gateway.answers(new SipText(invite.text().replace("Via: " + ours + "\r\n", "")), 180, "");
        caller.receivesNothing();
        assertThat(ladder.count(Count.STRAY_RESPONSES)).isEqualTo(1);
    }

    @Test
    void equalInviteOnAnotherBranchIsMergedWhileTheFirstIsUnanswered() {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        String first = caller.lastSent();
        caller.sends(first.replaceFirst("branch=[^\r;]*", "branch=" + Party.newBranch()));
        caller.receives("482");
        gateway.answers(486);
        gateway.receives("ACK");
        caller.receives("486");
        caller.sends(first.replaceFirst("branch=[^\r;]*", "branch=" + Party.newBranch()));
        caller.receives("100");
        gateway.receives("INVITE");
    }

    @ParameterizedTest
    @CsvSource({
        "CSeq: 1 INVITE, CSeq: 2 INVITE",
        "Call-ID: call, Call-ID: other",
        "From: <sip:\\+12025550199@([^>]*)>;tag=, From: <sip:+12025550199@$1>;tag=x",
        "INVITE sip:\\+18005550123, INVITE sip:+18005550124"
    })
    @DisplayName("RFC 3261 §8.2.2.2: one that is not equal is a call of its own, though the first is unanswered")
    void inviteThatDiffersInAnyOfTheseIsNotMerged(String part, String instead) {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        caller.sends(caller.lastSent()
                .replaceFirst("branch=[^\r;]*", "branch=" + Party.newBranch())
                .replaceFirst(part, instead));
        caller.receives("100");
        gateway.receives("INVITE");
    }

    @Test
    void branchWithoutTheMagicCookieIsMatchedByTheRulesOfRfc2543() {
        caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replaceFirst(";branch=[^\r;]*", ""));
        caller.receives("100");
        gateway.receives("INVITE");
        caller.repeats();
        caller.receives("100");
        gateway.receivesNothing();
    }

    @Test
    void everythingIsForgottenInTheEnd() throws Exception {
        ladder.connects(Ladder.PROMO);
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        ladder.passes(Duration.ofSeconds(40));
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DialogTest {
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
    void callerMayHangUp() throws Exception {
        ladder.connects(Ladder.PROMO);
        ladder.passes(Duration.ofSeconds(3));
        caller.hangsUp();
        SipText bye = gateway.receives("BYE");
        assertThat(bye.all("Route")).isEmpty();
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
    }

    @Test
    void destinationMayHangUp() throws Exception {
        ladder.connects(Ladder.PROMO);
        ladder.passes(Duration.ofSeconds(3));
        gateway.hangsUp();
        caller.receives("BYE");
        caller.answers(200);
        gateway.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
        assertThat(ladder.journal.ended().by()).isEqualTo(EndedBy.DESTINATION);
        assertThat(ladder.journal.ended().talkMillis()).isEqualTo(3_000);
    }

    @Test
    void bothHangingUpAtOnceIsOneEnd() {
        ladder.connects(Ladder.PROMO);
        caller.hangsUp();
        gateway.hangsUp();
        gateway.receives("BYE");
        caller.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        caller.answers(200);
        gateway.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
    }

    @Test
    void challengedByeLeavesTheCallOpen() {
        ladder.connects(Ladder.PROMO);
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(407);
        caller.receives("407");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(481);
        caller.receives("481");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
    }

    @Test
    @DisplayName("a BYE that nobody answers ends the record and gets no 408 (RFC 4320)")
    void unansweredByeEndsTheRecord() throws Exception {
        ladder.connects(Ladder.PROMO);
        caller.hangsUp();
        gateway.receives("BYE");
        ladder.passes(Duration.ofSeconds(33));
        caller.receives("100");
        caller.receivesNothing();
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
        assertThat(ladder.journal.ended().talkMillis()).isZero();
    }

    @Test
    @DisplayName("a 2xx to a re-INVITE that comes again is passed on again, RFC 6026 §7.2")
    void aRepeated2xxToAReInviteIsPassedOn() {
        ladder.connects(Ladder.PROMO);
        caller.sends(caller.inDialog("INVITE"));
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(200);
        caller.receives("200");
        gateway.repeats();
        caller.receives("200");
        assertThat(ladder.count(Count.FAULTS)).isZero();
    }

    @Test
    void reInviteOfBothSidesPassesWithoutARecord() {
        ladder.connects(Ladder.PROMO);
        caller.sends(caller.inDialog("INVITE"));
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(200);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        gateway.sends(gateway.inDialog("INVITE"));
        gateway.receives("100");
        caller.receives("INVITE");
        caller.answers(488);
        caller.receives("ACK");
        gateway.receives("488");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
    }

    @Test
    void cancelledReInviteIsCancelledDownstreamAndTheCallGoesOn() {
        ladder.connects(Ladder.PROMO);
        String reInvite = caller.inDialog("INVITE");
        caller.sends(reInvite);
        caller.receives("100");
        SipText forwarded = gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        caller.sends(reInvite.replace("INVITE", "CANCEL"));
        caller.receives("200");
        gateway.receives("CANCEL");
        gateway.answers(forwarded, 487, "");
        gateway.receives("ACK");
        caller.receives("487");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
    }

    @Test
    void cancelOfAReInviteWaitsForItsProvisionalResponse() {
        ladder.connects(Ladder.PROMO);
        SipText forwarded = cancelsReInvite();
        gateway.receivesNothing();
        gateway.answers(forwarded, 100, "");
        gateway.receives("CANCEL");
        gateway.answers(forwarded, 487, "");
        gateway.receives("ACK");
        caller.receives("487");
    }

    @Test
    void cancelledReInviteThatNobodyAnswersEndsIn487() throws Exception {
        ladder.connects(Ladder.PROMO);
        cancelsReInvite();
        ladder.passes(Duration.ofSeconds(33));
        caller.receives("487");
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
    }

    private SipText cancelsReInvite() {
        String reInvite = caller.inDialog("INVITE");
        caller.sends(reInvite);
        caller.receives("100");
        SipText forwarded = gateway.receives("INVITE");
        caller.sends(reInvite.replace("INVITE", "CANCEL"));
        caller.receives("200");
        return forwarded;
    }

    @Test
    @DisplayName(
            "timer C ends a re-INVITE in 408 and CANCEL (§16.8); a 2xx that crosses them is passed on (§16.7 step 5)")
    void timerCOfAReInvite() throws Exception {
        ladder.connects(Ladder.PROMO);
        caller.sends(caller.inDialog("INVITE"));
        caller.receives("100");
        SipText forwarded = gateway.receives("INVITE");
        gateway.answers(forwarded, 100, "");
        ladder.jumps(Duration.ofSeconds(184));
        gateway.receivesNothing();
        ladder.jumps(Duration.ofSeconds(2));
        gateway.receives("CANCEL");
        gateway.answers(200);
        caller.receives("408");
        gateway.answers(forwarded, 200, "");
        assertThat(caller.receives("200").header("CSeq")).endsWith("INVITE");
        gateway.repeats();
        caller.receives("200");
        ladder.jumps(Duration.ofSeconds(33));
        ladder.jumps(Duration.ofSeconds(33));
        assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.LIVE_CALLS)).isEqualTo(1);
    }

    @Test
    @DisplayName("64 T1 after its CANCEL a re-INVITE is over, whether its other side ends it or not (§9.1)")
    void timerCTwice() throws Exception {
        ladder.connects(Ladder.PROMO);
        caller.sends(caller.inDialog("INVITE"));
        caller.receives("100");
        SipText forwarded = gateway.receives("INVITE");
        gateway.answers(forwarded, 100, "");
        ladder.jumps(Duration.ofSeconds(186));
        gateway.receives("CANCEL");
        gateway.answers(200);
        caller.receives("408");
        for (int i = 0; i < 3; i++) {
            ladder.jumps(Duration.ofSeconds(33));
        }
        assertThat(ladder.count(Count.CLIENT_TRANSACTIONS)).isZero();
        assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
    }

    @Test
    void infoPassesBothWays() {
        ladder.connects(Ladder.PROMO);
        gateway.sends(gateway.inDialog("INFO"));
        caller.receives("INFO");
        caller.answers(200);
        gateway.receives("200");
        caller.sends(caller.inDialog("UPDATE"));
        gateway.receives("UPDATE");
        gateway.answers(200);
        caller.receives("200");
    }

    @Test
    void callWithoutAByeIsLostAfterItsLongestTime() throws Exception {
        ladder.connects(Ladder.PROMO);
        ladder.clock.advance(Duration.ofHours(4).plusSeconds(50).toMillis());
        ladder.proxy.tick();
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
        assertThat(ladder.journal.ended().durationExact()).isFalse();
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
    }

    @Nested
    @DisplayName("RFC 3261 §16.4 and §16.6 step 6, routes")
    class Routes {
        @Test
        void goByTheProxyThatRecordedItselfBeforeUs() {
            String beyond = "<sip:edge@" + caller.hostPort() + ";lr>";
            caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                    .replaceFirst("From:", "Record-Route: " + beyond + "\r\nFrom:"));
            caller.receives("100");
            assertThat(gateway.receives("INVITE").all("Record-Route"))
                    .hasSize(2)
                    .endsWith(beyond);
            gateway.answers(200);
            caller.receives("200");
            gateway.sends(gateway.inDialog("BYE").replaceFirst("BYE sip:[^ ]*", "BYE sip:nobody@203.0.113.1"));
            SipText bye = caller.receives("BYE");
            assertThat(bye.all("Route")).containsExactly(beyond);
            assertThat(bye.requestUri()).isEqualTo("sip:nobody@203.0.113.1");
        }

        @Test
        void strictRoutersRewritingIsUndone() {
            ladder.connects(Ladder.PROMO);
            String bye = caller.inDialog("BYE");
            SipText sent = new SipText(bye);
            String ours = SipText.uri(sent.header("Route"));
            caller.sends(bye.replace("BYE " + sent.requestUri(), "BYE " + ours)
                    .replace("Route: " + sent.header("Route"), "Route: <" + sent.requestUri() + ">"));
            SipText received = gateway.receives("BYE");
            assertThat(received.requestUri()).isEqualTo(sent.requestUri());
            assertThat(received.all("Route")).isEmpty();
        }

        @Test
        void nextStrictRouterGetsItsUriInTheRequestUri() {
            ladder.connects(Ladder.PROMO);
            String bye = caller.inDialog("BYE");
            SipText sent = new SipText(bye);
            String strict = "sip:strict@" + gateway.hostPort();
            caller.sends(bye.replace(
                    "Route: " + sent.header("Route"), "Route: " + sent.header("Route") + ", <" + strict + ">"));
            SipText received = gateway.receives("BYE");
            assertThat(received.requestUri()).isEqualTo(strict);
            assertThat(received.all("Route")).containsExactly("<" + sent.requestUri() + ">");
        }
    }

    @Nested
    @DisplayName("After a restart")
    class AfterARestart {
        @Test
        void dialogGoesOnAndItsEndIsRecorded() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.proxyRestarts();
            caller.hangsUp();
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            assertThat(ladder.journal.ended().callId())
                    .isEqualTo(ladder.journal.began().callId());
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
            assertThat(ladder.journal.ended().talkMillis()).isEqualTo(-1);
        }

        @Test
        void destinationIsToldFromCaller() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.proxyRestarts();
            gateway.hangsUp();
            caller.receives("BYE");
            caller.answers(200);
            gateway.receives("200");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
        }
    }

    @Nested
    @DisplayName("Without a valid cookie")
    class WithoutAValidCookie {
        @Test
        void forgedCookieGets481() {
            ladder.connects(Ladder.PROMO);
            String bye = caller.inDialog("BYE");
            int at = bye.indexOf("Route: <sip:") + 30;
            char other = bye.charAt(at) == 'A' ? 'B' : 'A';
            caller.sends(bye.substring(0, at) + other + bye.substring(at + 1));
            caller.receives("481");
            gateway.receivesNothing();
            assertThat(ladder.count(Count.COOKIE_REFUSED)).isEqualTo(1);
        }

        @Test
        void cookieOfAnotherCallGets481() {
            ladder.connects(Ladder.PROMO);
            caller.sends(caller.inDialog("BYE").replaceFirst("Call-ID: ", "Call-ID: x"));
            caller.receives("481");
        }

        @Test
        void expiredCookieGets481() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.clock.advance(Duration.ofHours(4).plusMinutes(1).toMillis());
            ladder.proxy.tick();
            caller.hangsUp();
            caller.receives("481");
        }

        @Test
        void cookieFromTheWrongSideGets481() {
            ladder.connects(Ladder.PROMO);
            // The gateway replays what the caller would send.
            gateway.sends(caller.inDialog("BYE")
                    .replaceAll(
                            "Via: [^\r]*", "Via: SIP/2.0/UDP " + gateway.hostPort() + ";branch=" + Party.newBranch()));
            gateway.receives("481");
            gateway.receivesNothing();
        }

        @Test
        void strangerWithAGoodCookieGets403() {
            ladder.connects(Ladder.PROMO);
            ladder.stranger.sends(caller.inDialog("BYE")
                    .replaceAll(
                            "Via: [^\r]*",
                            "Via: SIP/2.0/UDP " + ladder.stranger.hostPort() + ";branch=" + Party.newBranch()));
            ladder.stranger.receives("403");
            gateway.receivesNothing();
        }

        @Test
        void ackIsDropped() {
            ladder.connects(Ladder.PROMO);
            caller.sends(withoutRoute(caller.inDialog("ACK")).replaceFirst("(To: [^\r]*tag=)", "$1x"));
            gateway.receivesNothing();
            caller.receivesNothing();
            assertThat(ladder.count(Count.STRAY_ACKS)).isEqualTo(1);
        }
    }

    private static String withoutRoute(String request) {
        return request.replaceFirst("Route: [^\r]*\r\n", "");
    }

    /** As a border controller does that knows nobody but its neighbour. */
    private static String toUs(Party party, String request) {
        return withoutRoute(request)
                .replaceFirst(" sip:\\S*", Matcher.quoteReplacement(" sip:+18005550123@" + party.proxyHostPort()));
    }

    @Nested
    @DisplayName("Without any cookie, in a call that is live")
    class WithoutAnyCookie {
        @Test
        void callerMayGoOnByCallIdAndTags() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.passes(Duration.ofSeconds(2));
            String bye = withoutRoute(caller.inDialog("BYE"));
            caller.sends(bye);
            assertThat(gateway.receives("BYE").requestUri()).isEqualTo(new SipText(bye).requestUri());
            gateway.answers(200);
            caller.receives("200");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
            assertThat(ladder.journal.ended().talkMillis()).isEqualTo(2_000);
        }

        @Test
        void eachLegOfAForkedCallMayGoOn() {
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            SipText invite = gateway.receives("INVITE");
            gateway.answers(invite, 200, "leg1", "");
            caller.receives("200");
            caller.acks();
            gateway.receives("ACK");
            gateway.answers(invite, 200, "leg2", "");
            caller.receives("200");
            caller.sends(withoutRoute(caller.inDialog("BYE")).replace("tag=leg1", "tag=leg2"));
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");
        }

        @Test
        void destinationToo() {
            ladder.connects(Ladder.PROMO);
            gateway.sends(withoutRoute(gateway.inDialog("BYE")));
            caller.receives("BYE");
            caller.answers(200);
            gateway.receives("200");
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
        }

        @Test
        void requestUriThatNamesUsBecomesTheOtherSidesContact() {
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            gateway.receives("INVITE");
            gateway.answers(200);
            caller.receives("200");
            caller.sends(toUs(caller, caller.inDialog("ACK")));
            assertThat(gateway.receives("ACK").requestUri()).isEqualTo("sip:gateway@" + gateway.hostPort());
            caller.sends(toUs(caller, caller.inDialog("INVITE")));
            caller.receives("100");
            assertThat(gateway.receives("INVITE").requestUri()).isEqualTo("sip:gateway@" + gateway.hostPort());
            gateway.answers(488);
            gateway.receives("ACK");
            caller.receives("488");
            gateway.sends(toUs(gateway, gateway.inDialog("INFO")));
            assertThat(caller.receives("INFO").requestUri()).isEqualTo("sip:caller@" + caller.hostPort());
        }

        @Test
        void cookieWithoutItsUserPartIsNone() {
            ladder.connects(Ladder.PROMO);
            caller.sends(caller.inDialog("BYE").replaceFirst("Route: <sip:[^@]*@", "Route: <sip:"));
            assertThat(gateway.receives("BYE").all("Route")).isEmpty();
        }

        @Test
        void afterARestartToo() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.proxyRestarts();
            caller.sends(toUs(caller, caller.inDialog("BYE")));
            gateway.receives("BYE");
        }

        @ParameterizedTest
        @ValueSource(strings = {"(To: [^\r]*tag=)", "(From: [^\r]*tag=)", "(Call-ID: )"})
        void anotherTagOrCallIdGets481(String before) {
            ladder.connects(Ladder.PROMO);
            caller.sends(withoutRoute(caller.inDialog("BYE")).replaceFirst(before, "$1x"));
            caller.receives("481");
            gateway.receivesNothing();
        }

        @Test
        void theOtherSidesTagsGet481() {
            ladder.connects(Ladder.PROMO);
            gateway.sends(withoutRoute(caller.inDialog("BYE"))
                    .replaceAll(
                            "Via: [^\r]*", "Via: SIP/2.0/UDP " + gateway.hostPort() + ";branch=" + Party.newBranch()));
            gateway.receives("481");
        }

        @Test
        void anotherTrunkGets481AndAStranger403() {
            ladder.connects(Ladder.PROMO);
            String bye = withoutRoute(caller.inDialog("BYE"));
            try (Party other = new Party("other", "127.0.3.1")) {
                other.talksTo(ladder.proxy.boundAddresses().getFirst());
                for (Party party : List.of(other, ladder.stranger)) {
                    party.sends(bye.replaceAll(
                            "Via: [^\r]*", "Via: SIP/2.0/UDP " + party.hostPort() + ";branch=" + Party.newBranch()));
                }
                other.receives("481");
                ladder.stranger.receives("403");
                gateway.receivesNothing();
            }
        }

        @Test
        void aRouteOfSomebodyElsesGets481() {
            ladder.connects(Ladder.PROMO);
            caller.sends(caller.inDialog("BYE").replaceFirst("Route: [^\r]*", "Route: <sip:203.0.113.9;lr>"));
            caller.receives("481");
        }

        @Test
        void nothingPassesOnceTheCallIsOver() {
            ladder.connects(Ladder.PROMO);
            caller.hangsUp();
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            caller.sends(withoutRoute(caller.inDialog("INFO")));
            caller.receives("481");
        }
    }
}

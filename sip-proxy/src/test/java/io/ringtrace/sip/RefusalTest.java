package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionStatus;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {
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

    @Nested
    @DisplayName("Admitted, and recorded")
    class Recorded {
        @Test
        void unknownNumberGets404() {
            caller.invites(Ladder.UNKNOWN);
            caller.receives("100");
            SipText answer = caller.receives("404");
            caller.acksFailure(answer);
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Ended");
            assertThat(ladder.journal.began().attribution().status()).isEqualTo(AttributionStatus.UNKNOWN_NUMBER);
            assertThat(ladder.journal.began().destination()).isNull();
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.UNKNOWN_PROMO_NUMBER);
            assertThat(ladder.journal.ended().statusSent()).isEqualTo(404);
        }

        @Test
        void whatIsNoPhoneNumberIsUnknown() {
            caller.invites("reception");
            caller.receives("100");
            caller.receives("404");
            assertThat(ladder.journal.began().dialedText()).isEqualTo("reception");
            assertThat(ladder.journal.began().dialed()).isNull();
        }

        @Test
        void retransmittedInviteOfARefusedCallMakesNoSecondRecord() {
            caller.invites(Ladder.UNKNOWN);
            caller.receives("100");
            caller.receives("404");
            caller.repeats();
            caller.receives("404");
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Ended");
        }

        @Test
        void noDirectoryGets503WithRetryAfter() {
            caller.invites(Ladder.NO_STORE);
            caller.receives("100");
            assertThat(caller.receives("503").header("Retry-After")).isNotEmpty();
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.REFUSED);
        }

        @Test
        void staticNumberIsFoundInThePlan() {
            caller.invites(Ladder.STATIC_NUMBER);
            caller.receives("100");
            gateway.receives("INVITE");
            assertThat(ladder.journal.began().attribution().status()).isEqualTo(AttributionStatus.STATIC);
        }
    }

    @Nested
    @DisplayName("Strangers")
    class Strangers {
        @Test
        void get403WithTheSameToTagForEveryRequest() {
            ladder.stranger.invites(Ladder.PROMO);
            SipText first = ladder.stranger.receives("403");
            ladder.stranger.invites(Ladder.UNKNOWN);
            SipText second = ladder.stranger.receives("403");
            assertThat(SipText.tag(first.header("To"))).isNotEmpty().isEqualTo(SipText.tag(second.header("To")));
            assertThat(first.text()).doesNotContainIgnoringCase("Server:").doesNotContainIgnoringCase("ringtrace");
            assertThat(ladder.journal.events()).isEmpty();
            assertThat(ladder.count(Count.STRANGERS)).isEqualTo(2);
        }

        @Test
        void areATrunksByATransportThatIsNotItsOwn() {
            ladder.reloadsTrunk(
                    trunk -> trunk.with(new TrunkAccess(Set.of(Transport.TCP, Transport.TLS), Set.of(), null, false)));
            caller.invites(Ladder.PROMO);
            caller.receives("403");
            assertThat(ladder.count(Count.STRANGERS)).isEqualTo(1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"OPTIONS", "REGISTER", "BYE", "CANCEL", "SUBSCRIBE", "FOO"})
        void get403WhateverTheyAsk(String method) {
            ladder.stranger.sends(ladder.stranger
                    .inviteText("sip:" + ladder.stranger.proxyHostPort())
                    .replace("INVITE", method));
            ladder.stranger.receives("403");
            assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        }
    }

    @Nested
    @DisplayName("RFC 3261 §16.3")
    class Validation {
        @Test
        void maxForwardsZeroGets483() {
            caller.sends(invite().replace("Max-Forwards: 70", "Max-Forwards: 0"));
            caller.receives("483");
            assertThat(ladder.journal.events()).isEmpty();
        }

        @Test
        void unknownSchemeGets416() {
            caller.sends(invite().replaceFirst("INVITE sip:", "INVITE nobody:"));
            caller.receives("416");
        }

        @Test
        void proxyRequireGets420NamingEveryOption() {
            caller.sends(invite().replace("Max-Forwards: 70", "Max-Forwards: 70\r\nProxy-Require: foo, bar"));
            assertThat(caller.receives("420").header("Unsupported"))
                    .contains("foo")
                    .contains("bar");
        }

        @Test
        void proxyRequireWithoutAnOptionIsNoHindrance() {
            caller.sends(invite().replace("Max-Forwards: 70", "Max-Forwards: 70\r\nProxy-Require:"));
            caller.receives("100");
            gateway.receives("INVITE");
        }

        @Test
        @DisplayName("§8.2.2.3: an ACK passes whatever it requires")
        void ackIsNotRefusedForItsProxyRequire() {
            ladder.connects(Ladder.PROMO);
            caller.sends(caller.inDialog("ACK").replace("Max-Forwards: 70", "Max-Forwards: 70\r\nProxy-Require: foo"));
            gateway.receives("ACK");
        }

        @Test
        @DisplayName("§16.6 step 3: Max-Forwards is inserted with 70")
        void missingMaxForwardsIsInserted() {
            caller.sends(invite().replace("Max-Forwards: 70\r\n", ""));
            caller.receives("100");
            assertThat(gateway.receives("INVITE").all("Max-Forwards")).containsExactly("70");
        }

        @Test
        void otherVersionGets505() {
            caller.sends(invite().replaceFirst(" SIP/2.0\r", " SIP/3.0\r"));
            caller.receives("505");
        }

        @Test
        @DisplayName("the first of several reasons is the answer: 416 before 483 before 482 before 420")
        void checksAreMadeInOrder() {
            caller.sends(invite().replace("Max-Forwards: 70", "Max-Forwards: 0\r\nProxy-Require: foo")
                    .replaceFirst("INVITE sip:", "INVITE nobody:"));
            caller.receives("416");
            caller.sends(invite().replace("Max-Forwards: 70", "Max-Forwards: 0\r\nProxy-Require: foo"));
            caller.receives("483");
        }

        @Test
        void missingHeaderGets400NamingIt() {
            caller.sends(invite().replaceFirst("CSeq: 1 INVITE", "CSeq: abc INVITE"));
            assertThat(caller.receives("400").startLine()).contains("CSeq");
        }

        @Test
        void requestThatComesBackUnchangedGets482() {
            caller.sends(invite());
            caller.receives("100");
            SipText forwarded = gateway.receives("INVITE");
            // A gateway sends it back, by way of the caller's network, with the Request-URI it had at first.
            String back = caller.lastSent()
                    .replaceFirst(
                            "Via: ",
                            "Via: SIP/2.0/UDP " + caller.hostPort() + ";branch=" + Party.newBranch() + "\r\nVia: "
                                    + forwarded.header("Via") + "\r\nVia: ");
            caller.sends(back);
            assertThat(caller.receives("482").startLine()).contains("Loop");
            caller.sends(again(back).replaceFirst("Max-Forwards: 70", "Max-Forwards: 70\r\nProxy-Require: foo"));
            caller.receives("482");
            caller.sends(again(back).replaceFirst("Max-Forwards: 70", "Max-Forwards: 0"));
            caller.receives("483");
        }

        private static String again(String request) {
            return request.replaceFirst("branch=[^\r;]*", "branch=" + Party.newBranch());
        }

        @Test
        @DisplayName("a spiral, whose Request-URI has changed, passes (RFC 5393)")
        void spiralPasses() {
            caller.sends(invite());
            caller.receives("100");
            SipText forwarded = gateway.receives("INVITE");
            String spiral = caller.lastSent()
                    .replaceFirst(
                            "Via: ",
                            "Via: SIP/2.0/UDP " + caller.hostPort() + ";branch=" + Party.newBranch() + "\r\nVia: "
                                    + forwarded.header("Via") + "\r\nVia: ")
                    .replaceFirst("INVITE sip:[^@]*@", "INVITE sip:" + Ladder.STATIC_NUMBER.replace("+", "%2B") + "@");
            caller.sends(spiral);
            caller.receives("100");
            gateway.receives("INVITE");
        }

        private String invite() {
            return caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort());
        }
    }

    @Nested
    @DisplayName("Not a call")
    class NotACall {
        @Test
        void registerGets405WithAllow() {
            caller.sends(caller.inviteText("sip:" + caller.proxyHostPort()).replace("INVITE", "REGISTER"));
            assertThat(caller.receives("405").header("Allow")).contains("INVITE");
        }

        @Test
        void optionsToUsGets200() {
            caller.sends(caller.inviteText("sip:" + caller.proxyHostPort()).replace("INVITE", "OPTIONS"));
            caller.receives("200");
        }

        @Test
        void optionsOfAGatewayGets200() {
            gateway.sends(gateway.inviteText("sip:" + caller.proxyHostPort()).replace("INVITE", "OPTIONS"));
            gateway.receives("200");
        }

        @Test
        void inviteOfAGatewayGets403() {
            gateway.invites(Ladder.PROMO);
            gateway.receives("403");
        }

        @Test
        void foreignHostGets403AndIsNotRelayed() {
            caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@203.0.113.9"));
            caller.receives("403");
            gateway.receivesNothing();
        }

        @Test
        void routeBeyondOursGets403() {
            caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                    .replaceFirst(
                            "From:", "Route: <sip:" + caller.proxyHostPort() + ";lr>, <sip:203.0.113.9;lr>\r\nFrom:"));
            caller.receives("403");
        }

        @Test
        void advertisedHostNameIsOurs() {
            caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@sip.example.com"));
            caller.receives("100");
            gateway.receives("INVITE");
        }

        @Test
        @DisplayName("RFC 5626 §3.5.1: over UDP nothing answers the CRLFs that keep a way open")
        void keepAliveOverUdpIsDroppedWithoutAWord() throws Exception {
            caller.sends("\r\n\r\n");
            caller.receivesNothing();
            assertThat(ladder.count(Count.MALFORMED)).isZero();
            ladder.connects(Ladder.PROMO);
        }

        @Test
        void garbageIsCountedAndDropped() throws Exception {
            caller.sends("hello\r\n\r\n");
            caller.receivesNothing();
            assertThat(ladder.count(Count.MALFORMED)).isEqualTo(1);
        }
    }

    @Nested
    @DisplayName("A fault of ours")
    class Fault {
        @Test
        void gets500OnceAndTheShardLivesOn() {
            caller.invites(Ladder.FAULTY);
            caller.receives("100");
            caller.receives("500");
            caller.repeats();
            caller.receives("500");
            assertThat(ladder.count(Count.FAULTS)).isEqualTo(1);
            ladder.connects(Ladder.PROMO);
        }

        @Test
        void leavesOneClosedRecord() {
            caller.invites(Ladder.FAULTY);
            caller.receives("100");
            caller.acksFailure(caller.receives("500"));
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Ended");
            assertThat(ladder.journal.began().dialedText()).isEqualTo(Ladder.FAULTY);
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_ERROR);
            assertThat(ladder.journal.ended().by()).isEqualTo(EndedBy.RINGTRACE);
            assertThat(ladder.journal.ended().statusSent()).isEqualTo(500);
        }

        @Test
        void leavesNothingInMemory() throws Exception {
            try (Ladder small = new Ladder(settings -> settings.withMost(100, 100, 2), 1)) {
                for (int i = 0; i < 4; i++) {
                    boolean inTheJournal = i % 2 == 1;
                    small.journal.faulty = inTheJournal;
                    small.caller.invites(inTheJournal ? Ladder.PROMO : Ladder.FAULTY);
                    small.caller.receives("100");
                    small.caller.acksFailure(small.caller.receives("500"));
                    small.passes(Duration.ofSeconds(33));
                    assertThat(small.count(Count.LIVE_CALLS)).isZero();
                }
                small.journal.faulty = false;
                small.connects(Ladder.PROMO);
                assertThat(small.count(Count.FAULTS)).isEqualTo(4);
            }
        }
    }

    @Nested
    @DisplayName("No room")
    class NoRoom {
        @Test
        void fullJournalGets503BeforeAnyStateIsMade() {
            ladder.journal.open = false;
            caller.invites(Ladder.PROMO);
            assertThat(caller.receives("503").header("Retry-After")).isNotEmpty();
            gateway.receivesNothing();
            assertThat(ladder.count(Count.SHED)).isEqualTo(1);
            assertThat(ladder.count(Count.SERVER_TRANSACTIONS)).isZero();
        }

        @Test
        @DisplayName(
                "an INVITE that comes again gets the same 503, though there is room by then (RFC 3261 §8.2.7); a new one is taken")
        void theSameInviteGetsTheSameAnswer() {
            ladder.journal.open = false;
            caller.invites(Ladder.PROMO);
            caller.receives("503");
            ladder.journal.open = true;
            caller.repeats();
            caller.receives("503");
            gateway.receivesNothing();
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            gateway.receives("INVITE");
        }

        /** A call that ran, and whose end found no room; there is room again. */
        private void endsWithoutRoom() throws Exception {
            ladder.connects(Ladder.PROMO);
            ladder.journal.takesEvents = false;
            caller.hangsUp();
            gateway.receives("BYE");
            gateway.answers(200);
            caller.receives("200");
            assertThat(ladder.journal.kinds()).doesNotContain("Ended");
            ladder.journal.takesEvents = true;
        }

        @Test
        void theEndOfARunningCallIsRecordedAsSoonAsThereIsRoom() throws Exception {
            endsWithoutRoom();
            ladder.passes(Duration.ofSeconds(1));
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
            assertThat(ladder.count(Count.EVENTS_LOST)).isZero();
        }

        @Test
        void theEndOfARunningCallThatStillWaitsIsRecordedWhenTheProxyStops() throws Exception {
            endsWithoutRoom();
            ladder.proxy.close();
            assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
        }

        @Test
        void callThatCouldNotBeRecordedGets503AndDoesNotLeave() {
            ladder.journal.takesEvents = false;
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            assertThat(caller.receives("503").header("Retry-After")).isNotEmpty();
            gateway.receivesNothing();
        }
    }
}

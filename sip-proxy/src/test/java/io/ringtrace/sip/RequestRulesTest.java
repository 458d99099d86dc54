package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Requests that meet, come back or fit nothing")
class RequestRulesTest {
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

    private String invite() {
        return caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort());
    }

    @Nested
    @DisplayName("RFC 3261 §17.2.3, which transaction a request belongs to")
    class Matching {
        @Test
        void branchInOtherCaseIsTheSameInvite() {
            caller.sends(invite());
            caller.receives("100");
            SipText first = new SipText(caller.lastSent());
            gateway.receives("INVITE");
            caller.sends(
                    caller.lastSent().replace(first.branch(), first.branch().toUpperCase(Locale.ROOT)));
            caller.receives("100");
            gateway.receivesNothing();
        }

        @Test
        void sameBranchOfAnotherMethodIsARequestOfItsOwn() {
            ladder.connects(Ladder.PROMO);
            String info = caller.inDialog("INFO");
            caller.sends(info);
            gateway.receives("INFO");
            caller.sends(info.replace("INFO", "UPDATE"));
            gateway.receives("UPDATE");
            gateway.answers(200);
            caller.receives("200");
        }

        @Test
        void sameBranchOfAnotherSentByIsARequestOfItsOwn() {
            ladder.connects(Ladder.PROMO);
            String info = caller.inDialog("INFO");
            caller.sends(info);
            gateway.receives("INFO");
            caller.sends(info.replaceFirst("Via: SIP/2.0/UDP [^;]*", "Via: SIP/2.0/UDP elsewhere.example.com:5061"));
            gateway.receives("INFO");
        }

        @Test
        @DisplayName("an ACK to a failure on another branch ends no retransmission")
        void ackOnAnotherBranchIsDropped() throws Exception {
            caller.invites(Ladder.UNKNOWN);
            caller.receives("100");
            SipText answer = caller.receives("404");
            caller.acksFailure(answer, Party.newBranch());
            ladder.passes(Duration.ofMillis(600));
            caller.receives("404");
            caller.acksFailure(answer);
            ladder.passes(Duration.ofSeconds(5));
            caller.receivesNothing();
            assertThat(ladder.count(Count.STRAY_ACKS)).isEqualTo(1);
        }

        @Test
        void repeatedAckToAFailureIsAbsorbed() throws Exception {
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            gateway.receives("INVITE");
            gateway.answers(486);
            gateway.receives("ACK");
            SipText answer = caller.receives("486");
            caller.acksFailure(answer);
            caller.acksFailure(answer);
            gateway.receivesNothing();
            caller.receivesNothing();
        }
    }

    @Nested
    @DisplayName("RFC 2543 peers, whose branch is no magic cookie")
    class Rfc2543 {
        private String old(String request) {
            return request.replaceFirst(";branch=[^;\r]*", ";branch=1");
        }

        @Test
        void ackToAFailureIsAbsorbed() throws Exception {
            caller.sends(old(invite().replace(Ladder.PROMO, Ladder.UNKNOWN)));
            caller.receives("100");
            SipText answer = caller.receives("404");
            caller.sends(old(caller.ackOfFailure(answer, Party.newBranch()).replace(Ladder.PROMO, Ladder.UNKNOWN)));
            ladder.passes(Duration.ofSeconds(5));
            caller.receivesNothing();
        }

        @Test
        void ackToA2xxIsForwarded() {
            caller.sends(old(invite()));
            caller.receives("100");
            gateway.receives("INVITE");
            gateway.answers(200);
            caller.receives("200");
            caller.sends(old(caller.inDialog("ACK")));
            gateway.receives("ACK");
        }

        @Test
        void cancelFindsItsInvite() {
            caller.sends(old(invite()));
            caller.receives("100");
            gateway.receives("INVITE");
            gateway.answers(180);
            caller.receives("180");
            caller.sends(old(caller.cancelText("")));
            caller.receives("200");
            gateway.receives("CANCEL");
        }

        @Test
        void repeatedByeIsAbsorbed() {
            ladder.connects(Ladder.PROMO);
            caller.sends(old(caller.inDialog("BYE")));
            gateway.receives("BYE");
            caller.repeats();
            gateway.receivesNothing();
            gateway.answers(200);
            caller.receives("200");
            caller.repeats();
            caller.receives("200");
        }
    }

    @Nested
    @DisplayName("Sent back to us by the gateway as they are")
    class Reflected {
        @ParameterizedTest
        @ValueSource(strings = {"INVITE", "OPTIONS", "REGISTER", "MESSAGE", "BYE"})
        void inviteIsNotForwardedWhateverItIsCalled(String method) {
            caller.sends(invite());
            caller.receives("100");
            String forwarded = gateway.receives("INVITE").text();
            gateway.sends(forwarded.replaceFirst("INVITE", method).replaceFirst("CSeq: 1 INVITE", "CSeq: 1 " + method));
            // Its topmost Via is ours, so that the answer to it is a response that nothing waits for.
            caller.receivesNothing();
            gateway.receivesNothing();
            gateway.answersInvite(486);
            gateway.receives("ACK");
            caller.receives("486");
        }

        @ParameterizedTest
        @ValueSource(strings = {"ACK", "INFO"})
        void requestOfADialogIsNotForwardedAgain(String method) {
            ladder.connects(Ladder.PROMO);
            caller.sends(caller.inDialog(method));
            String forwarded = gateway.receives(method).text();
            gateway.sends(forwarded);
            gateway.receivesNothing();
            caller.receivesNothing();
        }
    }

    @Nested
    @DisplayName("RFC 3261 §16.4, routes that name us")
    class OurRoutes {
        @Test
        @DisplayName("by the host name that we advertise, or the listener of another transport")
        void anyListenerOfOursIsUs() {
            int tcpPort = ladder.proxy.boundAddresses().get(1).getPort();
            for (String route : new String[] {"sip.example.com", "127.0.0.1:" + tcpPort + ";transport=tcp"}) {
                caller.sends(invite().replaceFirst("From:", "Route: <sip:" + route + ";lr>\r\nFrom:"));
                caller.receives("100");
                assertThat(gateway.receives("INVITE").all("Route")).isEmpty();
            }
        }

        @Test
        void anotherPortOfOurHostIsNotUs() {
            caller.sends(invite().replaceFirst("From:", "Route: <sip:127.0.0.1:9;lr>\r\nFrom:"));
            caller.receives("403");
        }
    }

    @Nested
    @DisplayName("RFC 3261 §19.1.1, maddr")
    class Maddr {
        private void isAnsweredAt(String contact) {
            caller.sends(invite());
            caller.receives("100");
            SipText first = gateway.receives("INVITE");
            gateway.sends(gateway.answerText(first, 200).replaceFirst("Contact: [^\r]*", "Contact: <" + contact + ">"));
            caller.receives("200");
        }

        @Test
        void ofAContactSaysWhereItIsReached() {
            isAnsweredAt("sip:gateway@192.0.2.77:" + gateway.port() + ";maddr=" + gateway.host());
            caller.acks();
            assertThat(gateway.receives("ACK").requestUri()).startsWith("sip:gateway@192.0.2.77:");
            caller.hangsUp();
            gateway.receives("BYE");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"sip:gateway@127.0.2.1;maddr=239.255.255.1", "sip:gateway@224.0.1.75", "sip:gateway@0.0.0.0"
                })
        void thatIsManysLeadsNowhere(String contact) {
            isAnsweredAt(contact);
            caller.hangsUp();
            caller.receives("500");
        }

        @Test
        @DisplayName(
                "§18.2.2, which we depart from: responses go to where the request came from, whatever its Via says")
        void ofAViaSteersNoResponse() {
            for (Party party : List.of(caller, ladder.stranger)) {
                party.sends(party.inviteText("sip:" + Ladder.UNKNOWN + "@" + caller.proxyHostPort())
                        .replaceFirst(";branch=", ";maddr=" + gateway.host() + ";branch="));
                if (party == caller) {
                    party.receives("100");
                }
                party.receives(party == caller ? "404" : "403");
            }
            gateway.receivesNothing();
        }

        @Test
        void ofAFirstRequestUriSteersNoCall() {
            caller.sends(caller.inviteText(
                    "sip:" + Ladder.PROMO + "@" + caller.proxyHostPort() + ";maddr=" + ladder.secondGateway.host()));
            caller.receives("100");
            assertThat(gateway.receives("INVITE").requestUri()).doesNotContain("maddr");
            ladder.secondGateway.receivesNothing();
        }
    }

    @Nested
    @DisplayName("RFC 3261 §8.2.2.2 and RFC 5393, merged requests and spirals")
    class MergedAndSpiralling {
        @Test
        void equalInviteOfAnotherTrunkIsACallOfItsOwn() {
            caller.sends(invite());
            caller.receives("100");
            gateway.receives("INVITE");
            try (Party other = new Party("other", "127.0.3.1")) {
                other.talksTo(ladder.proxy.boundAddresses().getFirst());
                other.sends(caller.lastSent()
                        .replaceFirst(
                                "Via: [^\r]*",
                                "Via: SIP/2.0/UDP " + other.hostPort() + ";branch=" + Party.newBranch()));
                other.receives("100");
                gateway.receives("INVITE");
                // It has not taken the first one's place.
                caller.sends(caller.lastSent()
                        .replaceFirst(
                                "Via: [^\r]*",
                                "Via: SIP/2.0/UDP " + caller.hostPort() + ";branch=" + Party.newBranch()));
                caller.receives("482");
                gateway.receivesNothing();
            }
        }

        @Test
        void cancelOfASpiralCancelsItsOwnLegAlone() {
            caller.sends(invite());
            caller.receives("100");
            SipText first = gateway.receives("INVITE");
            gateway.answers(180);
            caller.receives("180");
            String branch = Party.newBranch();
            String spiral = caller.lastSent()
                    .replaceFirst(
                            "Via: ",
                            "Via: SIP/2.0/UDP " + caller.hostPort() + ";branch=" + branch + "\r\nVia: "
                                    + first.header("Via") + "\r\nVia: ")
                    .replaceFirst("INVITE sip:[^@]*@", "INVITE sip:" + Ladder.STATIC_NUMBER.replace("+", "%2B") + "@");
            caller.sends(spiral);
            caller.receives("100");
            SipText second = gateway.receives("INVITE");
            gateway.answers(second, 180, "");
            caller.receives("180");
            caller.sends(spiral.replace("INVITE", "CANCEL"));
            caller.receives("200");
            assertThat(gateway.receives("CANCEL").branch()).isEqualTo(second.branch());
            gateway.receivesNothing();
        }
    }

    @Nested
    @DisplayName("RFC 3581 and §18.2.1")
    class Rport {
        @Test
        void answersGoWhereTheRequestCameFrom() {
            caller.sends(invite().replaceFirst("Via: [^;]*;", "Via: SIP/2.0/UDP 10.9.8.7:6000;rport;"));
            SipText trying = caller.receives("100");
            assertThat(trying.header("Via")).contains("rport=" + caller.port()).contains("received=127.0.1.1");
            gateway.receives("INVITE");
            gateway.answers(180);
            caller.receives("180");
        }
    }

    @Test
    @DisplayName("§9.2: CANCEL of another request than INVITE finds nothing")
    void cancelOfAnInfoGets481() {
        ladder.connects(Ladder.PROMO);
        String info = caller.inDialog("INFO");
        caller.sends(info);
        gateway.receives("INFO");
        caller.sends(info.replace("INFO", "CANCEL"));
        caller.receives("481");
        gateway.receivesNothing();
        gateway.answers(200);
        caller.receives("200");
        caller.sends(info.replace("INFO", "CANCEL"));
        caller.receives("481");
    }

    @Nested
    @DisplayName("RFC 3261 §17.2.1, the 100")
    class Trying {
        /** An INVITE is at the gateway, of a proxy that waits so long for an answer. */
        private void invitesWithWait(int millis) throws Exception {
            stop();
            ladder = new Ladder(settings -> settings.withTrying(Duration.ofMillis(millis)), 1);
            caller = ladder.caller;
            gateway = ladder.gateway;
            caller.sends(invite());
            gateway.receives("INVITE");
        }

        @Test
        void comesAtOnceWhenNoWaitIsWanted() {
            caller.sends(invite());
            caller.receives("100");
            assertThat(ladder.journal.kinds()).containsExactly("Began");
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 10, 100, 200})
        void comesWithin200MillisecondsWhenNobodyAnswers(int wait) throws Exception {
            invitesWithWait(wait);
            ladder.passes(Duration.ofMillis(200));
            caller.receives("100");
        }

        @Test
        void doesNotComeBeforeItsTimeNorTwice() throws Exception {
            invitesWithWait(100);
            ladder.passes(Duration.ofMillis(80));
            caller.receivesNothing();
            ladder.passes(Duration.ofMillis(20));
            caller.receives("100");
            ladder.passes(Duration.ofMillis(400));
            caller.receivesNothing();
        }

        @ParameterizedTest
        @ValueSource(ints = {180, 200, 486})
        void doesNotComeWhenTheGatewayAnswersBefore(int status) throws Exception {
            invitesWithWait(100);
            gateway.answers(status);
            caller.receives(String.valueOf(status));
            ladder.passes(Duration.ofMillis(300));
            caller.receivesNothing();
        }

        @Test
        void comesToAnInviteWithinTheDialogToo() throws Exception {
            invitesWithWait(100);
            gateway.answers(200);
            caller.receives("200");
            caller.acks();
            gateway.receives("ACK");
            caller.sends(caller.inDialog("INVITE"));
            gateway.receives("INVITE");
            ladder.passes(Duration.ofMillis(100));
            caller.receives("100");
        }

        @Test
        void ofTheGatewayIsNotPassedOnAndDoesNotTakeItsPlace() throws Exception {
            invitesWithWait(100);
            gateway.answers(100);
            ladder.passes(Duration.ofMillis(100));
            caller.receives("100");
        }
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Responses of one gateway, in every order")
class ResponseRulesTest {
    private Ladder ladder;
    private Party caller;
    private Party gateway;
    private SipText invite;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        caller = ladder.caller;
        gateway = ladder.gateway;
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        invite = gateway.receives("INVITE");
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void rings() {
        gateway.answersInvite(180);
        caller.receives("180");
    }

    private void answers() {
        gateway.answersInvite(200);
        caller.receives("200");
    }

    private void refuses(int status) {
        gateway.answersInvite(status);
        gateway.receives("ACK");
        caller.acksFailure(caller.receives(Integer.toString(status)));
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 400, 401, 404, 407, 415, 422, 480, 486, 488, 491, 501, 504, 600, 603, 606})
    void everyFailureIsPassedOnAndAcknowledgedHopByHop(int status) {
        gateway.answers(status, "X-Own:  kept   as it is\r\n");
        SipText ack = gateway.receives("ACK");
        assertThat(ack.all("Via")).hasSize(1);
        SipText answer = caller.receives(Integer.toString(status));
        assertThat(answer.text()).contains("X-Own:  kept   as it is\r\n");
        caller.acksFailure(answer);
        gateway.receivesNothing();
    }

    @Nested
    @DisplayName("RFC 3261 §16.7 step 5")
    class Provisional {
        @Test
        void everyOneIsPassedOn() {
            rings();
            rings();
            gateway.answersInvite(181);
            caller.receives("181");
            gateway.answersInvite(183);
            caller.receives("183");
            rings();
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed");
        }

        @Test
        void tryingIsNot() {
            gateway.answersInvite(100);
            caller.receivesNothing();
        }

        @Test
        void earlyMediaIsPassedOnWithItsBody() {
            String body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n";
            gateway.sends(gateway.answerText(invite, 183)
                    .replace("Content-Length: 0\r\n\r\n", "Content-Length: " + body.length() + "\r\n\r\n" + body));
            assertThat(caller.receives("183").text()).endsWith("\r\n\r\n" + body);
        }

        @Test
        @DisplayName("RFC 3262: PRACK goes through before the answer, by the Record-Route of the 183")
        void prackOfAReliableOne() {
            gateway.answers(invite, 183, "Require: 100rel\r\nRSeq: 1\r\n");
            SipText progress = caller.receives("183");
            assertThat(progress.header("RSeq")).isEqualTo("1");
            caller.takesUpEarlyDialog(progress);
            caller.sends(caller.inDialog("PRACK"));
            gateway.receives("PRACK");
            gateway.answers(200);
            caller.receives("200");
            gateway.answersInvite(200);
            caller.receives("200");
            caller.acks();
            gateway.receives("ACK");
        }

        @Test
        void unreadableOneChangesNothing() throws Exception {
            gateway.sends(gateway.answerText(invite, 180).replaceFirst("CSeq: [^\r]*", "CSeq: one INVITE"));
            caller.receivesNothing();
            assertThat(ladder.count(Count.MALFORMED)).isEqualTo(1);
            ladder.passes(Duration.ofMillis(600));
            gateway.receives("INVITE");
        }
    }

    @Nested
    @DisplayName("RFC 6026, after a 2xx")
    class AfterSuccess {
        @BeforeEach
        void answer() {
            rings();
            answers();
        }

        @Test
        void everyRepetitionIsPassedOnAndEveryAckToo() {
            for (int i = 0; i < 3; i++) {
                answers();
                caller.acks();
                gateway.receives("ACK");
            }
        }

        @Test
        void lateRingingIsNotPassedOn() {
            gateway.answersInvite(180);
            caller.receivesNothing();
        }

        @ParameterizedTest
        @ValueSource(ints = {486, 503, 603})
        void lateFailureIsNotPassedOn(int status) {
            gateway.answersInvite(status);
            caller.receivesNothing();
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered");
        }

        @Test
        void inviteThatComesAgainIsAbsorbed() {
            caller.repeats();
            caller.receivesNothing();
            gateway.receivesNothing();
        }
    }

    @Nested
    @DisplayName("RFC 3261 §17.1.1.2, after a failure")
    class AfterFailure {
        @BeforeEach
        void refuse() {
            refuses(486);
        }

        @Test
        void itsRepetitionIsAcknowledgedAgainAndNotPassedOn() {
            gateway.answersInvite(486);
            gateway.receives("ACK");
            caller.receivesNothing();
        }

        @ParameterizedTest
        @ValueSource(ints = {180, 200})
        void nothingElseIsPassedOn(int status) {
            gateway.answersInvite(status);
            caller.receivesNothing();
        }

        @Test
        void severalFailuresAreOneAnswer() {
            gateway.answersInvite(404);
            gateway.receives("ACK");
            caller.receivesNothing();
        }
    }

    @Nested
    @DisplayName("RFC 3261 §18.1.2 and §16.7 step 1: responses to nothing of ours")
    class Stray {
        private void isDropped(String response) {
            gateway.sends(response);
            caller.receivesNothing();
            assertThat(ladder.count(Count.STRAY_RESPONSES)).isEqualTo(1);
            rings();
        }

        @Test
        void viaOfAnotherOnTop() {
            isDropped(gateway.answerText(invite, 180)
                    .replaceFirst("Via: ", "Via: SIP/2.0/UDP 127.0.2.9:5099;branch=z9hG4bKother\r\nVia: "));
        }

        @ParameterizedTest
        @ValueSource(ints = {180, 200, 486})
        @DisplayName("§16.7 step 3: without a Via below ours there is nobody to pass it to")
        void ourViaAlone(int status) {
            isDropped(gateway.answerText(invite, status)
                    .replaceFirst("Via: [^\r]*\r\nVia: [^\r]*\r\n", "Via: " + invite.header("Via") + "\r\n"));
            assertThat(ladder.journal.kinds()).containsOnly("Began", "Progressed");
        }

        @Test
        void branchThatWeNeverMade() {
            String branch = invite.branch();
            String other = branch.substring(0, branch.length() - 12) + "000000000000";
            isDropped(gateway.answerText(invite, 180).replaceFirst(branch, other));
        }

        @Test
        void sentByOfAnother() {
            isDropped(gateway.answerText(invite, 180)
                    .replaceFirst("Via: SIP/2.0/UDP [^;]*", "Via: SIP/2.0/UDP 127.0.2.9:5099"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"INFO", "ACK", "BYE"})
        void methodThatTheBranchDoesNotHave(String method) {
            isDropped(gateway.answerText(invite, 180).replaceFirst("CSeq: 1 INVITE", "CSeq: 1 " + method));
        }

        @Test
        @DisplayName("§7.3.1: our branch in capitals is the same branch")
        void caseOfTheBranchDoesNotMatter() {
            gateway.sends(gateway.answerText(invite, 180)
                    .replaceFirst(invite.branch(), invite.branch().toUpperCase(Locale.ROOT)));
            caller.receives("180");
        }
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two branches: the first gateway was silent until the second had its turn, and is late with whatever it says. */
@DisplayName("RFC 3261 §16.7 steps 5 to 7, of two branches")
class BestResponseTest {
    private Ladder ladder;
    private Party caller;
    private Party late;
    private Party second;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(UnaryOperator.identity(), 2);
        caller = ladder.caller;
        late = ladder.gateway;
        second = ladder.secondGateway;
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        ladder.passes(Duration.ofMillis(3_100));
        late.receives("INVITE");
        late.receives("INVITE");
        late.receives("INVITE");
        second.receives("INVITE");
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @ParameterizedTest(name = "{0} and {1} make {2}")
    @CsvSource({
        "486, 404, 486",
        "404, 486, 404",
        "486, 302, 302",
        "302, 486, 302",
        "502, 404, 404",
        "404, 502, 404",
        "603, 404, 603",
        "404, 600, 600",
        "604, 302, 604",
        "484, 404, 484",
        "404, 484, 484",
        "404, 420, 420",
        "415, 404, 415",
        "404, 401, 401",
        "407, 404, 407",
        "408, 480, 480",
        "480, 408, 480",
        "503, 502, 502",
        "502, 503, 502",
        "503, 503, 500"
    })
    void theBestOfThemIsTheAnswer(int first, int last, int answer) {
        late.answers(first);
        late.receives("ACK");
        second.answers(last);
        second.receives("ACK");
        SipText best = caller.receives(Integer.toString(answer));
        caller.acksFailure(best);
        caller.receivesNothing();
        assertThat(ladder.journal.ended().attempts()).hasSize(2);
    }

    @Test
    void challengesOfAllBranchesAreInTheAnswer() {
        late.answers(407, "Proxy-Authenticate: Digest realm=\"one\", nonce=\"1\"\r\n");
        late.receives("ACK");
        second.answers(401, "WWW-Authenticate: Digest realm=\"two\", nonce=\"2\"\r\n");
        second.receives("ACK");
        SipText answer = caller.receives("407");
        assertThat(answer.all("Proxy-Authenticate")).containsExactly("Digest realm=\"one\", nonce=\"1\"");
        assertThat(answer.all("WWW-Authenticate")).containsExactly("Digest realm=\"two\", nonce=\"2\"");
    }

    @Test
    void challengesAreNotInAnyOtherAnswer() {
        late.answers(407, "Proxy-Authenticate: Digest realm=\"one\", nonce=\"1\"\r\n");
        late.receives("ACK");
        second.answers(603);
        second.receives("ACK");
        assertThat(caller.receives("603").all("Proxy-Authenticate")).isEmpty();
    }

    @Test
    void declineOfOneBranchCancelsTheOtherAtOnce() {
        second.answers(180);
        caller.receives("180");
        late.answers(603);
        late.receives("ACK");
        second.receives("CANCEL");
        caller.receivesNothing();
        second.answers(200);
        second.answersInvite(487);
        second.receives("ACK");
        caller.receives("603");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_DECLINED);
    }

    @Test
    @DisplayName("a 200 that crosses the CANCEL after a 6xx beats it")
    void successBeatsTheDeclineThatIsNotPassedOnYet() {
        second.answers(180);
        caller.receives("180");
        late.answers(603);
        late.receives("ACK");
        second.receives("CANCEL");
        second.answersInvite(200);
        caller.receives("200");
        caller.acks();
        second.receives("ACK");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw2");
    }

    @Test
    void declineLeavesNoWayForFurtherGateways() {
        late.answers(603);
        late.receives("ACK");
        second.answers(503);
        second.receives("ACK");
        caller.receives("603");
        assertThat(ladder.count(Count.FAILOVERS)).isEqualTo(1);
    }

    @Test
    @DisplayName("both answer: the second 200 is another leg (§16.7 step 5)")
    void everySuccessIsPassedOn() {
        second.answers(200);
        caller.receives("200");
        late.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().gateway()).isEqualTo("gw2");
    }
}

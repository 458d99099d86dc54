package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 5393 §5.3.3, Max-Breadth")
class MaxBreadthTest {
    private Ladder ladder;
    private Party caller;
    private Party gateway;
    private Party second;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(UnaryOperator.identity(), 2);
        caller = ladder.caller;
        gateway = ladder.gateway;
        second = ladder.secondGateway;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void invitesWith(int breadth) {
        caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replace("Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Breadth: " + breadth));
    }

    @Test
    void missingOneCountsAs60AndIsDividedBetweenThoseWhoseTurnMayCome() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        assertThat(gateway.receives("INVITE").all("Max-Breadth")).containsExactly("59");
        ladder.passes(Duration.ofMillis(3_100));
        assertThat(second.receives("INVITE").all("Max-Breadth")).containsExactly("1");
    }

    @Test
    void ofABranchThatHasEndedMayBeUsedAgain() {
        invitesWith(20);
        caller.receives("100");
        assertThat(gateway.receives("INVITE").all("Max-Breadth")).containsExactly("19");
        gateway.answers(503);
        gateway.receives("ACK");
        assertThat(second.receives("INVITE").all("Max-Breadth")).containsExactly("20");
    }

    @Test
    void ofOneLeavesNoSecondBranchBesideASilentOne() throws Exception {
        invitesWith(1);
        caller.receives("100");
        assertThat(gateway.receives("INVITE").all("Max-Breadth")).containsExactly("1");
        ladder.passes(Duration.ofSeconds(10));
        second.receivesNothing();
        gateway.skipsAll("INVITE", 9);
        gateway.answers(503);
        gateway.receives("ACK");
        assertThat(second.receives("INVITE").all("Max-Breadth")).containsExactly("1");
    }

    @Test
    void ofZeroGets440() {
        invitesWith(0);
        assertThat(caller.receives("440").startLine()).contains("Max-Breadth Exceeded");
        gateway.receivesNothing();
        assertThat(ladder.journal.events()).isEmpty();
    }

    @Test
    void thatIsNoNumberGets400() {
        caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replace("Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Breadth: wide"));
        assertThat(caller.receives("400").startLine()).contains("Max-Breadth");
    }

    @Test
    void withinADialogIsPassedAsItCameOrInserted() {
        ladder.connects(Ladder.PROMO);
        caller.sends(caller.inDialog("INFO").replace("Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Breadth: 7"));
        assertThat(gateway.receives("INFO").all("Max-Breadth")).containsExactly("7");
        gateway.answers(200);
        caller.receives("200");
        caller.sends(caller.inDialog("INFO"));
        assertThat(gateway.receives("INFO").all("Max-Breadth")).containsExactly("60");
    }
}

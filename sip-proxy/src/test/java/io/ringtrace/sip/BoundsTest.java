package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundsTest {
    @Test
    void callBeyondTheBoundGets503AndRunningCallsGoOn() throws Exception {
        try (Ladder ladder = new Ladder(settings -> settings.withMost(1_000, 1_000, 1), 1)) {
            ladder.connects(Ladder.PROMO);
            Party another = ladder.caller;
            String bye = another.inDialog("BYE");
            another.invites(Ladder.PROMO);
            assertThat(another.receives("503").header("Retry-After")).isNotEmpty();
            another.sends(bye);
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            another.receives("200");
            assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
            ladder.connects(Ladder.PROMO);
        }
    }

    @Test
    void newCallsLeaveTheLastTransactionsToRunningOnes() throws Exception {
        try (Ladder ladder = new Ladder(settings -> settings.withMost(8, 8, 100), 1)) {
            for (int i = 0; i < 7; i++) {
                ladder.connects(Ladder.PROMO);
            }
            String bye = ladder.caller.inDialog("BYE");
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("503");
            ladder.caller.sends(bye);
            ladder.gateway.receives("BYE");
        }
    }

    @Test
    void newCallsAreRefusedWhileRunningOnesEndBeforeAStop() throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.connects(Ladder.PROMO);
            ladder.jumps(Duration.ofMillis(10));
            assertThat(ladder.proxy.liveCalls()).isEqualTo(1);
            ladder.proxy.refuseNewCalls();
            String bye = ladder.caller.inDialog("BYE");
            ladder.caller.invites(Ladder.PROMO);
            assertThat(ladder.caller.receives("503").header("Retry-After")).isEqualTo("30");
            ladder.caller.sends(
                    ladder.caller.request("OPTIONS", "sip:" + ladder.caller.proxyHostPort(), Party.newBranch(), 1, ""));
            ladder.caller.receives("503");
            ladder.caller.sends(bye);
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            ladder.caller.receives("200");
            ladder.until(() -> ladder.proxy.liveCalls() == 0);
            assertThat(ladder.journal.kinds()).endsWith("Ended");
        }
    }

    @Test
    void proxyNeedsAListenerAndAShard() {
        assertThatThrownBy(() -> SipSettings.listeningOn(List.of())).hasMessageContaining("listener");
    }
}

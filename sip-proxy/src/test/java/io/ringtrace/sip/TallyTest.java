package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.OverloadControl;
import io.ringtrace.routing.TrunkLimits;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.CallTally;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.DelayHistogram;
import io.ringtrace.sip.counters.RefusalReason;
import io.ringtrace.sip.proxy.LiveCallView;
import io.ringtrace.sip.transaction.TimerWheel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is counted and shown of calls by trunk and gateway")
class TallyTest {
    @Test
    void answeredCallCountsAtItsTrunkAndItsGatewayWithItsDelays() throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("100");
            ladder.gateway.receives("INVITE");
            ladder.passes(Duration.ofMillis(400));
            ladder.gateway.answers(180);
            ladder.caller.receives("180");
            ladder.passes(Duration.ofSeconds(2));
            ladder.gateway.answersInvite(200);
            ladder.caller.receives("200");
            CallTallies tallies = ladder.proxy.tallies().getFirst();
            CallTally trunk = tallies.ofTrunk("acme");
            CallTally gateway = tallies.ofGateway("gw1");
            assertThat(trunk.count(200)).isEqualTo(1);
            assertThat(gateway.count(200)).isEqualTo(1);
            assertThat(trunk.delay(CallTally.Delay.POST_DIAL).sumMillis()).isEqualTo(400);
            assertThat(trunk.delay(CallTally.Delay.POST_DIAL_THEIRS).sumMillis())
                    .isEqualTo(400);
            assertThat(trunk.delay(CallTally.Delay.FINAL).sumMillis()).isEqualTo(2_400);
            assertThat(gateway.delay(CallTally.Delay.POST_DIAL).sumMillis()).isEqualTo(400);
            assertThat(counts(trunk.delay(CallTally.Delay.POST_DIAL))).isEqualTo(1);
        }
    }

    @Test
    void silentGatewayCountsWithoutAStatusAndItsTimeIsOurs() throws Exception {
        try (Ladder ladder = new Ladder(settings -> settings, 2)) {
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("100");
            ladder.gateway.receives("INVITE");
            ladder.passes(Duration.ofSeconds(3));
            ladder.secondGateway.receives("INVITE");
            ladder.secondGateway.answers(486);
            ladder.caller.receives("486");
            CallTallies tallies = ladder.proxy.tallies().getFirst();
            CallTally trunk = tallies.ofTrunk("acme");
            assertThat(trunk.count(486)).isEqualTo(1);
            assertThat(tallies.ofGateway("gw2").count(486)).isEqualTo(1);
            assertThat(trunk.delay(CallTally.Delay.POST_DIAL_OURS).sumMillis())
                    .isGreaterThanOrEqualTo(3_000 - 3 * TimerWheel.LONGEST_TICK_MILLIS);
            assertThat(trunk.delay(CallTally.Delay.POST_DIAL_THEIRS).sumMillis())
                    .isLessThan(100);
            ladder.passes(Duration.ofSeconds(31));
            assertThat(tallies.ofGateway("gw1").count(0)).isEqualTo(1);
        }
    }

    @Test
    void unknownNumberCountsAtItsTrunkAlone() throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.caller.invites(Ladder.UNKNOWN);
            ladder.caller.receives("100");
            ladder.caller.receives("404");
            CallTallies tallies = ladder.proxy.tallies().getFirst();
            assertThat(tallies.ofTrunk("acme").count(404)).isEqualTo(1);
            assertThat(tallies.gateways()).isEmpty();
        }
    }

    @Test
    void refusalsWithoutARecordCountAtTheirTrunkByReason() throws Exception {
        try (Ladder ladder = new Ladder()) {
            Party caller = ladder.caller;
            ladder.reloadsTrunk(
                    trunk -> trunk.with(new TrunkLimits(new CallLimits(1, 0), CallLimits.NONE, OverloadControl.OFF)));
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            caller.invites(Ladder.PROMO);
            caller.receives("503");
            ladder.reloadsTrunk(
                    trunk -> trunk.with(new TrunkLimits(new CallLimits(0, 1), CallLimits.NONE, OverloadControl.OFF)));
            caller.invites(Ladder.PROMO);
            caller.receives("503");
            ladder.journal.open = false;
            caller.invites(Ladder.PROMO);
            caller.receives("503");
            ladder.proxy.refuseNewCalls();
            caller.invites(Ladder.PROMO);
            caller.receives("503");
            caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@203.0.113.9"));
            caller.receives("403");
            caller.sends("garbage\r\n\r\n");
            ladder.stranger.invites(Ladder.PROMO);
            ladder.stranger.receives("403");
            ladder.until(() -> ladder.count(Count.MALFORMED) == 1);
            CallTallies tallies = ladder.proxy.tallies().getFirst();
            assertThat(reasons(tallies, "acme"))
                    .containsExactly(
                            RefusalReason.MALFORMED,
                            RefusalReason.FOREIGN,
                            RefusalReason.JOURNAL_FULL,
                            RefusalReason.TRUNK_RATE,
                            RefusalReason.TRUNK_CALLS,
                            RefusalReason.STOPPING);
            assertThat(reasons(tallies, CallTallies.STRANGERS)).containsExactly(RefusalReason.STRANGER);
        }
    }

    private static List<RefusalReason> reasons(CallTallies tallies, String who) {
        return Arrays.stream(RefusalReason.values())
                .filter(why -> tallies.refusalsOf(who).count(why) == 1)
                .toList();
    }

    @Test
    void liveCallsAreShownByTheirStates() throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.connects(Ladder.PROMO);
            long answeredAt = ladder.journal.answered().atMillis();
            ladder.jumps(Duration.ofSeconds(1));
            ladder.caller.invites(Ladder.STATIC_NUMBER);
            ladder.caller.receives("100");
            ladder.gateway.receives("INVITE");
            ladder.gateway.answers(180);
            ladder.caller.receives("180");
            assertThat(ladder.proxy.liveCallViews(100))
                    .satisfiesExactly(
                            first -> {
                                assertThat(first.state()).isEqualTo(LiveCallView.State.ANSWERED);
                                assertThat(first.trunk()).isEqualTo("acme");
                                assertThat(first.gateway()).isEqualTo("gw1");
                                assertThat(String.valueOf(first.caller())).isEqualTo("+12025550199");
                                assertThat(String.valueOf(first.dialed())).isEqualTo(Ladder.PROMO);
                                assertThat(first.answeredAtMillis()).isEqualTo(answeredAt);
                            },
                            second -> assertThat(second.state()).isEqualTo(LiveCallView.State.RINGING));
            assertThat(ladder.proxy.liveCallViews(1)).hasSize(1);
        }
    }

    private static long counts(DelayHistogram histogram) {
        long[] counts = new long[DelayHistogram.upperBoundsSeconds().length];
        histogram.addTo(counts);
        return Arrays.stream(counts).sum();
    }
}

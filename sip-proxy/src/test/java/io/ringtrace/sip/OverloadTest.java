package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.admission.Overload;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.RefusalReason;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A shard with more to do than it can")
class OverloadTest {
    private static final int TICK = 10;

    @Test
    void refusesNewCallsAndGoesOnWithRunningOnesCancelsAndAcks() throws Exception {
        try (Ladder ladder = new Ladder(settings -> settings.withShedding(true), 1)) {
            ladder.connects(Ladder.PROMO);
            String ack = ladder.caller.inDialog("ACK");
            String bye = ladder.caller.inDialog("BYE");
            ladder.caller.invites(Ladder.PROMO);
            ladder.caller.receives("100");
            ladder.gateway.receives("INVITE");
            long heard = provisionals(ladder);
            ladder.gateway.answers(100);
            ladder.until(() -> provisionals(ladder) > heard);
            String ringing = ladder.caller.lastSent();

            // Ticks that come more than half a second later than they should have.
            for (int i = 0; i < 40; i++) {
                ladder.clock.advance(600);
                ladder.proxy.tick();
            }
            ladder.caller.invites(Ladder.PROMO);
            assertThat(ladder.caller.receives("503").header("Retry-After")).isEqualTo("5");
            assertThat(ladder.count(Count.SHED)).isEqualTo(1);
            assertThat(ladder.proxy.tallies().getFirst().refusalsOf("acme").count(RefusalReason.OVERLOAD))
                    .isEqualTo(1);

            ladder.caller.sends(ack);
            ladder.gateway.receives("ACK");
            ladder.caller.sends(ringing.replaceAll("INVITE", "CANCEL"));
            ladder.caller.receives("200");
            ladder.gateway.receives("CANCEL");
            ladder.caller.sends(bye);
            ladder.gateway.receives("BYE");
            ladder.until(() -> ladder.journal.kinds().size() >= 4);
        }
    }

    private static long provisionals(Ladder ladder) {
        return ladder.proxy.counters().stream()
                .mapToLong(c -> c.responsesReceived(1))
                .sum();
    }

    @Test
    void refusesFewAtFirstAndAllAtHalfASecond() {
        Overload overload = late(380);
        long refused = IntStream.range(0, 1000)
                .filter(i -> overload.shedding() && overload.refuses(i / 1000.0))
                .count();
        assertThat(overload.lagMillis()).isBetween(360L, 390L);
        assertThat(refused).isBetween(400L, 600L);
        assertThat(late(600).refuses(0.999)).isTrue();
        assertThat(late(200).shedding()).isFalse();
    }

    @Test
    void refusesByWhatTheKernelHoldsUnreadAndNotAfterOneLook() {
        Overload overload = new Overload(true, TICK);
        overload.unread(0.5);
        assertThat(overload.shedding()).as("after a pause").isFalse();
        IntStream.range(0, 30).forEach(_ -> overload.unread(0.6));
        assertThat(overload.shedding()).isTrue();
        assertThat(overload.refuses(0.4)).isTrue();
        assertThat(overload.refuses(0.7)).isFalse();
        IntStream.range(0, 30).forEach(_ -> overload.unread(0.9));
        assertThat(overload.refuses(0.999)).isTrue();
        IntStream.range(0, 20).forEach(_ -> overload.unread(0));
        assertThat(overload.shedding()).isFalse();
    }

    @Test
    void recoversWhenItsTicksComeInTimeAgain() {
        Overload overload = late(600);
        long now = 1_000_000;
        overload.ticked(now);
        for (int i = 0; i < 200; i++) {
            overload.ticked(now += TICK);
        }
        assertThat(overload.shedding()).isFalse();
        assertThat(overload.lagMillis()).isLessThan(10);
    }

    @Test
    void isNotFoundInOneShortPause() {
        Overload overload = new Overload(true, TICK);
        long now = 0;
        for (int i = 0; i < 100; i++) {
            overload.ticked(now += TICK);
        }
        overload.ticked(now += 200);
        assertThat(overload.shedding()).isFalse();
    }

    @Test
    void isNotFoundInTicksThatAreAlwaysALittleLate() {
        Overload overload = new Overload(true, TICK);
        long now = 0;
        for (int i = 0; i < 10_000; i++) {
            overload.ticked(now += TICK + 2);
        }
        assertThat(overload.lagMillis()).isLessThanOrEqualTo(2);
        assertThat(overload.shedding()).isFalse();
    }

    @Test
    void refusesByTheRingOfOtherShardsMessagesToo() {
        Overload overload = new Overload(true, TICK);
        overload.waiting(5_000, 8_192);
        assertThat(overload.shedding()).isTrue();
        assertThat(overload.refuses(0.1)).isTrue();
        assertThat(overload.refuses(0.9)).isFalse();
        overload.waiting(0, 8_192);
        assertThat(overload.shedding()).isFalse();
    }

    @Test
    void mayBeToldToTakeAllTheSame() {
        Overload overload = new Overload(false, TICK);
        overload.waiting(8_000, 8_192);
        assertThat(overload.shedding()).isFalse();
    }

    /** Its ticks come that late, again and again. */
    private static Overload late(int millis) {
        Overload overload = new Overload(true, TICK);
        long now = 0;
        overload.ticked(now);
        for (int i = 0; i < 200; i++) {
            overload.ticked(now += TICK + millis);
        }
        return overload;
    }
}

package io.ringtrace.sip.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallId;
import io.ringtrace.sip.transaction.TimerWheel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An ended call")
class EndedCallsTest {
    private static final long KEPT = 32_000;

    private final TimerWheel wheel = new TimerWheel(1_000);
    private final EndedCalls ended = new EndedCalls(wheel, KEPT);
    private final Random random = new Random(7);

    @Test
    void isRememberedAsLongAsIsSaidAndLessThanTwiceThat() {
        for (int step = 0; step < 40; step++) {
            CallId call = call();
            ended.add(call);
            long endedAt = wheel.nowMillis();
            wheel.advance(endedAt + KEPT - 1);
            assertThat(ended.contains(call)).as("just before").isTrue();
            wheel.advance(endedAt + 2 * KEPT);
            assertThat(ended.contains(call)).as("long after").isFalse();
            wheel.advance(wheel.nowMillis() + random.nextInt(50_000));
        }
    }

    @Test
    void isNoOtherOne() {
        CallId call = call();
        ended.add(call);
        assertThat(ended.contains(new CallId(call.high() + 1, call.low()))).isFalse();
        assertThat(ended.contains(new CallId(call.high(), call.low() + 1))).isFalse();
        assertThat(ended.contains(new CallId(call.high(), call.low() + (1L << 40))))
                .isFalse();
    }

    @Test
    void isRememberedAmongManyOthersAlsoOnesOfTheSamePlace() {
        List<CallId> calls = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            calls.add(i % 10 == 0 ? new CallId(call().high(), i % 1000) : call());
        }
        for (int i = 0; i < calls.size(); i++) {
            ended.add(calls.get(i));
            if (i % 1000 == 0) {
                wheel.advance(wheel.nowMillis() + 100);
            }
        }
        assertThat(calls).allMatch(ended::contains);
        for (int i = 0; i < 10_000; i++) {
            assertThat(ended.contains(call())).isFalse();
        }
    }

    @Test
    void isRememberedByATableThatHasBecomeSmallAgain() {
        for (int i = 0; i < 100_000; i++) {
            ended.add(call());
        }
        for (int turn = 0; turn < 20; turn++) {
            CallId call = call();
            ended.add(call);
            wheel.advance(wheel.nowMillis() + KEPT - 1);
            assertThat(ended.contains(call)).as("turn " + turn).isTrue();
        }
    }

    @Test
    void isForgottenSoonerWhenTooManyEndAndTheLatestAreNot() {
        CallId first = call();
        ended.add(first);
        CallId last = first;
        for (int i = 0; i < 2 * EndedCalls.MOST; i++) {
            last = call();
            ended.add(last);
        }
        assertThat(ended.contains(first)).isFalse();
        assertThat(ended.contains(last)).isTrue();
    }

    private CallId call() {
        return new CallId(1_795_954_625_266L << 16 | random.nextInt(1 << 16), random.nextLong());
    }
}

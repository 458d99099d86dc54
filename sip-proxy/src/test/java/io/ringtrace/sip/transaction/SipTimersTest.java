package io.ringtrace.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("RFC 3261 §17, table 4, with T1 500 ms, T2 4 s and T4 5 s")
class SipTimersTest {
    private static final SipTimers TIMERS = SipTimers.DEFAULT;

    @ParameterizedTest
    @CsvSource({
        "TIMER_A,   500",
        "TIMER_B, 32000",
        "TIMER_D, 32000",
        "TIMER_E,   500",
        "TIMER_F, 32000",
        "TIMER_G,   500",
        "TIMER_H, 32000",
        "TIMER_I,  5000",
        "TIMER_J, 32000",
        "TIMER_K,  5000",
        "TIMER_L, 32000",
        "TIMER_M, 32000",
    })
    void eachTimerRunsSoLong(Timer timer, long millis) {
        assertThat(TIMERS.first(timer)).isEqualTo(millis);
    }

    @Test
    @DisplayName("timer A doubles without end, E and G no further than T2 (§17.1.1.2, §17.1.2.2, §17.2.1)")
    void intervals() {
        assertThat(intervals(Timer.TIMER_A)).containsExactly(500L, 1000L, 2000L, 4000L, 8000L, 16_000L);
        assertThat(intervals(Timer.TIMER_E)).containsExactly(500L, 1000L, 2000L, 4000L, 4000L, 4000L);
        assertThat(intervals(Timer.TIMER_G)).containsExactly(500L, 1000L, 2000L, 4000L, 4000L, 4000L);
    }

    @ParameterizedTest
    @EnumSource(
            value = Timer.class,
            names = {"TIMER_A", "TIMER_E", "TIMER_G"})
    void theOnesThatSendAgainDoNotRunOverAReliableTransport(Timer timer) {
        assertThat(timer.retransmits()).isTrue();
        assertThat(Stream.of(Timer.values()).filter(Timer::retransmits)).hasSize(3);
    }

    @ParameterizedTest
    @EnumSource(
            value = Timer.class,
            names = {"TIMER_D", "TIMER_I", "TIMER_J", "TIMER_K"})
    void theOnesThatAbsorbAreZeroOverAReliableTransport(Timer timer) {
        assertThat(timer.absorbs()).isTrue();
        assertThat(Stream.of(Timer.values()).filter(Timer::absorbs)).hasSize(4);
    }

    private static List<Long> intervals(Timer timer) {
        List<Long> intervals = new ArrayList<>(List.of(TIMERS.first(timer)));
        for (int i = 0; i < 5; i++) {
            intervals.add(TIMERS.afterInterval(timer, intervals.getLast()));
        }
        return intervals;
    }
}

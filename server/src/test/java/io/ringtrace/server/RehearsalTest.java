package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.transport.UdpEngine;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Before the listeners are opened, calls are rehearsed")
class RehearsalTest {
    @ParameterizedTest
    @EnumSource(
            value = UdpEngine.class,
            names = {"AUTO", "NETTY"})
    void theyAreAnsweredAndHungUpThroughAProxyOfTheirOwn(UdpEngine engine) {
        Rehearsal rehearsal = Rehearsal.begin(engine, 100, Duration.ofSeconds(60));
        rehearsal.end();
        assertThat(rehearsal.calls()).isGreaterThanOrEqualTo(100);
        if (engine == UdpEngine.NETTY) {
            assertThat(rehearsal.readBy()).startsWith("Netty");
        }
    }

    @Test
    void messagesAreRepeatedAndLostInSomeSoThatTheFirstLossOfARealCallRecompilesNothing() {
        Rehearsal rehearsal = Rehearsal.begin(UdpEngine.AUTO, Integer.MAX_VALUE, Duration.ofSeconds(2));
        rehearsal.end();
        SipCounters counters = rehearsal.counters().getFirst();
        assertThat(counters.read(Count.RETRANSMISSIONS_RECEIVED)).isPositive();
        assertThat(counters.read(Count.RETRANSMISSIONS_SENT))
                .as("timers A and E, of the INVITEs and BYEs that the gateway does not hear")
                .isPositive();
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A shard's thread that hangs is seen from outside")
class PauseTest {
    @Test
    void thePauseGrowsUntilTheThreadComesByAgain() throws Exception {
        try (Ladder ladder = new Ladder()) {
            CountDownLatch gate = new CountDownLatch(1);
            ladder.journal.gate = gate;
            ladder.caller.invites(Ladder.PROMO);
            // The kernel delivers the INVITE when it likes; the thread hangs from then on, and no tick comes by.
            Duration pause = Duration.ZERO;
            for (int i = 0; i < 500 && pause.toSeconds() < 20; i++) {
                ladder.clock.advance(1_000);
                Thread.sleep(20);
                pause = ladder.proxy.longestPause();
            }
            assertThat(pause).isGreaterThanOrEqualTo(Duration.ofSeconds(20));

            gate.countDown();
            ladder.proxy.tick();
            assertThat(ladder.proxy.longestPause()).isLessThan(Duration.ofSeconds(1));
        }
    }
}

package io.ringtrace.sip.admission;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@DisplayName("The tables of the flood guard")
class FloodGuardBoundsTest {
    private static final FloodGuard.Limits ONE =
            new FloodGuard.Limits(1, Duration.ofSeconds(10), Duration.ofMinutes(1));
    private final Logger logger = (Logger) LoggerFactory.getLogger(FloodGuard.class);
    private long now;

    /** Each ban is told; thousands of lines are of no use here. */
    @BeforeEach
    void quiet() {
        logger.setLevel(Level.ERROR);
    }

    @AfterEach
    void asEver() {
        logger.setLevel(null);
    }

    private static InetAddress address(int number) throws UnknownHostException {
        return InetAddress.getByAddress(ByteBuffer.allocate(4).putInt(number).array());
    }

    @Test
    void areBoundedAndTakeNewBansWhenOldOnesAreOver() throws UnknownHostException {
        FloodGuard guard = new FloodGuard(ONE, () -> now);
        for (int i = 0; i < 40_000; i++) {
            boolean _ = guard.refused(address(0x0A000000 + i));
        }
        assertThat(guard.banned()).isEqualTo(16_384);
        now += 61_000;
        assertThat(guard.refused(address(0x0B000000))).isTrue();
        assertThat(guard.banned()).isEqualTo(1);
    }

    @Test
    void areLookedThroughOnceASecondWhileTheyAreFull() throws UnknownHostException {
        FloodGuard guard = new FloodGuard(ONE, () -> now);
        bans(guard, 0x0A000000);
        now += 500;
        bans(guard, 0x0B000000);
        now += 59_500;
        // The first half of the bans is over, which the next refusal finds.
        bans(guard, 0x0C000000);
        now += 500;
        assertThat(guard.refused(address(0x0D000000))).isFalse();
        now += 500;
        assertThat(guard.refused(address(0x0D000001))).isTrue();
    }

    /** Half of as many as there may be. */
    private static void bans(FloodGuard guard, int from) throws UnknownHostException {
        for (int i = 0; i < 8_192; i++) {
            assertThat(guard.refused(address(from + i))).isTrue();
        }
    }

    @Test
    void countManySourcesWithoutGrowing() throws UnknownHostException {
        FloodGuard guard =
                new FloodGuard(new FloodGuard.Limits(2, Duration.ofSeconds(10), Duration.ofMinutes(1)), () -> now);
        for (int i = 0; i < 40_000; i++) {
            assertThat(guard.refused(address(0x0A000000 + i))).isFalse();
        }
        // The oldest was forgotten, the newest not.
        assertThat(guard.refused(address(0x0A000000))).isFalse();
        assertThat(guard.refused(address(0x0A000000 + 39_999))).isTrue();
    }

    @Test
    void countAnIpv6NetworkAsOneSource() throws UnknownHostException {
        FloodGuard guard = new FloodGuard(ONE, () -> now);
        assertThat(guard.refused(InetAddress.getByName("2001:db8::1"))).isTrue();
        assertThat(guard.drops(InetAddress.getByName("2001:db8::ffff:2"))).isTrue();
        assertThat(guard.drops(InetAddress.getByName("2001:db8:0:1::1"))).isFalse();
    }

    @Test
    void areEmptyWhenNobodyIsToBeBanned() throws UnknownHostException {
        FloodGuard guard =
                new FloodGuard(new FloodGuard.Limits(0, Duration.ofSeconds(10), Duration.ofMinutes(1)), () -> now);
        assertThat(guard.refused(address(1))).isFalse();
        assertThat(guard.drops(address(1))).isFalse();
    }
}

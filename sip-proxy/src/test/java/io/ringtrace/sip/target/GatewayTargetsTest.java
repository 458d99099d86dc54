package io.ringtrace.sip.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class GatewayTargetsTest {
    private final GatewayTargets targets = new GatewayTargets(() -> 0);

    @Test
    void addressIsKnownAtOnce() {
        List<InetAddress> answers = new ArrayList<>();
        targets.resolve(
                "192.0.2.7",
                _ -> {
                    throw new AssertionError("nothing to wait for");
                },
                answers::add);
        assertThat(answers).containsExactly(InetAddress.ofLiteral("192.0.2.7"));
        assertThat(targets.knownAddress("192.0.2.7")).isEqualTo(InetAddress.ofLiteral("192.0.2.7"));
    }

    @Test
    void nameIsAnsweredLaterByTheExecutorAndThenKnown() throws Exception {
        LinkedBlockingQueue<Runnable> loop = new LinkedBlockingQueue<>();
        List<InetAddress> answers = new ArrayList<>();
        assertThat(targets.knownAddress("localhost")).isNull();
        targets.resolve("localhost", loop::add, answers::add);
        assertThat(answers).isEmpty();
        Runnable answer = loop.poll(20, TimeUnit.SECONDS);
        assertThat(answer).isNotNull();
        answer.run();
        assertThat(answers)
                .singleElement()
                .satisfies(a -> assertThat(a.isLoopbackAddress()).isTrue());
        assertThat(targets.knownAddress("localhost")).isNotNull();
    }

    @Nested
    class Health {
        private final Gateway first = gateway("first");
        private final Gateway second = gateway("second");
        private final GatewayHealth health = new GatewayHealth();

        @Test
        void failedGatewayIsTriedLastForHalfAMinute() {
            health.failed(first, 1_000);
            assertThat(health.inOrder(List.of(first, second), 30_999)).containsExactly(second, first);
            assertThat(health.inOrder(List.of(first, second), 31_000)).containsExactly(first, second);
        }

        @Test
        void anAnswerClearsIt() {
            health.failed(first, 1_000);
            health.answered(first);
            assertThat(health.suspect(first, 1_001)).isFalse();
        }

        private static Gateway gateway(String name) {
            return new Gateway(
                    name,
                    "192.0.2.1",
                    5060,
                    Transport.UDP,
                    Gateway.DEFAULT_SILENCE,
                    Gateway.DEFAULT_FAILOVER_STATUSES,
                    List.of());
        }
    }
}

package io.ringtrace.sip.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("RFC 2782, the order of hosts")
class TargetsTest {
    private static final int CALLS = 20_000;
    private final RandomGenerator random = new SplittableRandom(7);

    private static Target at(int last) {
        return new Target("gw", "peer.example", InetAddress.ofLiteral("192.0.2." + last), 5060, Transport.UDP);
    }

    private static Targets.Host host(int weight, int... last) {
        return new Targets.Host(
                weight, Arrays.stream(last).mapToObj(TargetsTest::at).toList());
    }

    @Test
    void aLowerPriorityComesAfterAllOfTheHigherOne() {
        Targets targets = new Targets(List.of(List.of(host(10, 1), host(10, 2)), List.of(host(60_000, 3))));
        for (int i = 0; i < 100; i++) {
            assertThat(targets.inOrder(random)).hasSize(3).endsWith(at(3));
        }
    }

    @Test
    void callsAreSharedByWeight() {
        Targets targets = new Targets(List.of(List.of(host(70, 1), host(20, 2), host(10, 3))));
        Map<Target, Integer> first = new HashMap<>();
        for (int i = 0; i < CALLS; i++) {
            first.merge(targets.inOrder(random).getFirst(), 1, Integer::sum);
        }
        assertThat(first.getOrDefault(at(1), 0) / (double) CALLS).isCloseTo(0.7, within(0.02));
        assertThat(first.getOrDefault(at(2), 0) / (double) CALLS).isCloseTo(0.2, within(0.02));
        assertThat(first.getOrDefault(at(3), 0) / (double) CALLS).isCloseTo(0.1, within(0.02));
    }

    @Test
    void hostsWithoutWeightShareEvenly() {
        Targets targets = new Targets(List.of(List.of(host(0, 1), host(0, 2))));
        long first = 0;
        for (int i = 0; i < CALLS; i++) {
            first += targets.inOrder(random).getFirst().equals(at(1)) ? 1 : 0;
        }
        assertThat(first / (double) CALLS).isCloseTo(0.5, within(0.02));
    }

    @Test
    void anAddressOfTwoHostsIsTriedOnce() {
        Targets targets = new Targets(List.of(List.of(host(1, 1, 2)), List.of(host(1, 2, 3))));
        assertThat(targets.inOrder(random)).containsExactly(at(1), at(2), at(3));
    }
}

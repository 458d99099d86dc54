package io.ringtrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A group of gateways")
class GatewayGroupTest {
    private static final Gateway EAST = gateway("east");
    private static final Gateway WEST = gateway("west");
    private static final Gateway NORTH = gateway("north");
    private static final Gateway BACKUP = gateway("backup");

    private static Gateway gateway(String name) {
        return new Gateway(name, "192.0.2.10", 5060, Transport.UDP, Gateway.DEFAULT_SILENCE, Set.of(503), List.of());
    }

    private static GatewayGroup group(GatewayGroup.Member... members) {
        return new GatewayGroup("main", List.of(members));
    }

    private static GatewayGroup.Member member(Gateway gateway, int priority, int weight) {
        return new GatewayGroup.Member(gateway, priority, weight);
    }

    private static List<Gateway> order(GatewayGroup group, long draw) {
        List<Gateway> order = new ArrayList<>();
        group.addInOrder(draw, order);
        return order;
    }

    @Test
    void isTriedByPriorityTheLowestNumberFirst() {
        GatewayGroup group = group(member(BACKUP, 9, 1), member(EAST, 1, 1), member(WEST, 2, 1));

        assertThat(group.fixed()).isTrue();
        for (long draw = 0; draw < 100; draw++) {
            assertThat(order(group, draw)).containsExactly(EAST, WEST, BACKUP);
        }
    }

    @Test
    void isDrawnByWeightWithinAPriorityAndTheSameDrawGivesTheSameOrder() {
        GatewayGroup group = group(member(EAST, 1, 6), member(WEST, 1, 3), member(NORTH, 1, 1), member(BACKUP, 2, 100));
        Map<String, Integer> first = new HashMap<>();
        Map<String, Integer> second = new HashMap<>();
        int calls = 100_000;
        for (long draw = 0; draw < calls; draw++) {
            List<Gateway> order = order(group, draw * 31);
            assertThat(order)
                    .hasSize(4)
                    .doesNotHaveDuplicates()
                    .endsWith(BACKUP)
                    .isEqualTo(order(group, draw * 31));
            first.merge(order.get(0).name(), 1, Integer::sum);
            second.merge(order.get(1).name(), 1, Integer::sum);
        }

        assertThat(first.getOrDefault("east", 0) / (double) calls).isCloseTo(0.6, within(0.01));
        assertThat(first.getOrDefault("west", 0) / (double) calls).isCloseTo(0.3, within(0.01));
        // west is second after east with 3 of 4, after north with 3 of 9
        assertThat(second.getOrDefault("west", 0) / (double) calls).isCloseTo(0.6 * 3 / 4 + 0.1 * 3 / 9, within(0.01));
    }

    @Test
    void ofNobodyIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> group());
    }

    @Test
    void ofARouteComesBeforeItsOverflowAndNoGatewayComesTwice() {
        Route.Share share =
                new Route.Share(100, List.of(group(member(EAST, 1, 1), member(WEST, 2, 1)), GatewayGroup.of(EAST)));
        Route route = new Route(
                "1",
                null,
                RouteConditions.NONE,
                List.of(share),
                List.of(GatewayGroup.of(BACKUP), GatewayGroup.of(WEST), GatewayGroup.of(NORTH)),
                Map.of(),
                Duration.ofSeconds(60),
                false,
                "test:1");

        assertThat(route.inOrder(share, 7)).containsExactly(EAST, WEST, BACKUP, NORTH);
    }
}

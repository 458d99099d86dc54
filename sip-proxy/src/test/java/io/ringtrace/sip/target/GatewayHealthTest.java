package io.ringtrace.sip.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.target.GatewayStatus.State;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayHealthTest {
    private long now = 1_000;
    private final GatewayHealth health = new GatewayHealth(() -> now);
    private final GatewayTargets targets = new GatewayTargets(
            (_, _) -> {
                throw new AssertionError("addresses are not looked up");
            },
            () -> 0);
    private final Gateway first = gateway("first", "192.0.2.1");
    private final Gateway second = gateway("second", "192.0.2.2");
    private final Gateway third = gateway("third", "192.0.2.3");

    private static Gateway gateway(String name, String address) {
        return new Gateway(
                name,
                address,
                5060,
                Transport.UDP,
                Gateway.DEFAULT_SILENCE,
                Gateway.DEFAULT_FAILOVER_STATUSES,
                List.of());
    }

    private static Target at(Gateway gateway) {
        return new Target(gateway.name(), gateway.host(), InetAddress.ofLiteral(gateway.host()), 5060, Transport.UDP);
    }

    private List<String> order() {
        CallTargets order = new CallTargets(List.of(first, second, third), targets, health);
        List<String> names = new ArrayList<>();
        while (order.hasNext()) {
            names.add(order.next().gateway().name());
        }
        return names;
    }

    @Test
    void theGatewaysAreTriedInThePlansOrderWhileAllAreUp() {
        assertThat(order()).containsExactly("first", "second", "third");
    }

    @Test
    void aSuspectGatewayIsTriedLastAndOneThatIsDownAfterIt() {
        health.failed(at(first), "silent");
        assertThat(order()).containsExactly("second", "third", "first");
        health.failed(at(second), "silent");
        for (int i = 0; i < 3; i++) {
            health.probeFailed(at(first), "no answer");
        }
        assertThat(health.state(at(first))).isEqualTo(State.DOWN);
        assertThat(order()).containsExactly("third", "second", "first");
    }

    @Test
    void threeFailedProbesMakeItDownAndTwoGoodOnesUp() {
        health.failed(at(first), "silent");
        assertThat(health.state(at(first))).isEqualTo(State.SUSPECT);
        health.probeFailed(at(first), "no answer");
        health.probeFailed(at(first), "no answer");
        assertThat(health.state(at(first))).isEqualTo(State.SUSPECT);
        health.probeFailed(at(first), "no answer");
        assertThat(health.state(at(first))).isEqualTo(State.DOWN);
        health.probed(at(first));
        assertThat(health.state(at(first))).isEqualTo(State.DOWN);
        health.probed(at(first));
        assertThat(health.state(at(first))).isEqualTo(State.UP);
        assertThat(health.allUp()).isTrue();
    }

    @Test
    void whatCountsIsInARow() {
        health.failed(at(first), "silent");
        health.probed(at(first));
        health.probeFailed(at(first), "no answer");
        health.probed(at(first));
        assertThat(health.state(at(first))).isEqualTo(State.SUSPECT);
        health.probeFailed(at(first), "no answer");
        health.probeFailed(at(first), "no answer");
        assertThat(health.state(at(first))).isEqualTo(State.SUSPECT);
    }

    @Test
    void aGatewayThatIsAlwaysAskedIsDownWithTheThirdFailedProbe() {
        health.probeFailed(at(first), "no answer");
        assertThat(health.state(at(first))).isEqualTo(State.SUSPECT);
        health.probeFailed(at(first), "no answer");
        health.probeFailed(at(first), "no answer");
        assertThat(health.state(at(first))).isEqualTo(State.DOWN);
    }

    @Test
    void itSaysSinceWhenAndWhy() {
        GatewayReport report = new GatewayReport(targets, health);
        RoutingPlan plan = new RoutingPlan("v1", List.of(), List.of(second, first), List.of(), List.of());
        health.failed(at(first), "no answer within 3000 ms");
        now = 9_000;
        assertThat(report.of(plan))
                .extracting(GatewayStatus::name, GatewayStatus::state, GatewayStatus::reason)
                .containsExactly(
                        tuple("first", State.SUSPECT, "no answer within 3000 ms"), tuple("second", State.UP, null));
        assertThat(report.of(plan).getFirst().since()).hasToString("1970-01-01T00:00:01Z");
        health.probed(at(first));
        health.probed(at(first));
        assertThat(report.of(plan).getFirst().state()).isEqualTo(State.UP);
        assertThat(report.of(plan).getFirst().since()).hasToString("1970-01-01T00:00:09Z");
    }
}

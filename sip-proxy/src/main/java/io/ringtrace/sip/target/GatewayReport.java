package io.ringtrace.sip.target;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.sip.transport.Addresses;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Tells how the gateways of a plan are, for commands and metrics. Any thread. */
public final class GatewayReport {
    private final GatewayTargets targets;
    private final GatewayHealth health;

    public GatewayReport(GatewayTargets targets, GatewayHealth health) {
        this.targets = targets;
        this.health = health;
    }

    /** One row for each address of each gateway, by the gateways' names. */
    public List<GatewayStatus> of(RoutingPlan plan) {
        return plan.gateways().values().stream()
                .sorted(Comparator.comparing(Gateway::name))
                .flatMap(this::rows)
                .toList();
    }

    private Stream<GatewayStatus> rows(Gateway gateway) {
        Targets known = targets.known(gateway);
        if (known == null || known.all().isEmpty()) {
            return Stream.of(new GatewayStatus(
                    gateway.name(),
                    gateway.host(),
                    gateway.port(),
                    gateway.transport(),
                    GatewayStatus.State.UNRESOLVED,
                    null,
                    known == null ? "its name is being looked up" : "its name has no address that we can reach"));
        }
        return known.all().stream().map(target -> row(gateway, target));
    }

    private GatewayStatus row(Gateway gateway, Target target) {
        GatewayHealth.Condition condition = health.condition(target);
        return new GatewayStatus(
                gateway.name(),
                Addresses.text(target.address()),
                target.port(),
                target.transport(),
                condition == null ? GatewayStatus.State.UP : condition.state(),
                condition == null ? null : Instant.ofEpochMilli(condition.sinceMillis()),
                condition == null ? null : condition.reason());
    }
}

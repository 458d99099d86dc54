package io.ringtrace.sip.admission;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.target.GatewayTargets;
import io.ringtrace.sip.transaction.ByteHash;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may call: a trunk is known by its source networks, a gateway by its address or networks, everybody else is a stranger. Belongs to one
 * shard; follows the plan in force.
 */
public final class TrunkAdmission {
    private final ActivePlan activePlan;
    private final GatewayTargets targets;
    private final LeaseClock clock;
    private final FormerSides<Trunk> formerTrunks;
    private final FormerSides<Gateway> formerGateways;
    private RoutingPlan plan;
    private Map<Integer, Trunk> trunksByHash = Map.of();
    private Map<Integer, Gateway> gatewaysByHash = Map.of();

    /** @param longestCallMillis how long a call may last that began under a former plan */
    public TrunkAdmission(ActivePlan activePlan, GatewayTargets targets, LeaseClock clock, long longestCallMillis) {
        this.activePlan = activePlan;
        this.targets = targets;
        this.clock = clock;
        this.formerTrunks = new FormerSides<>(longestCallMillis);
        this.formerGateways = new FormerSides<>(longestCallMillis);
        this.plan = activePlan.plan();
        index(plan);
    }

    /** The hash that stands for a trunk's or gateway's name in call cookies, the same on every node. */
    public static int hash(String name) {
        return (int) ByteHash.hash(0, name);
    }

    /** The plan in force. */
    public RoutingPlan plan() {
        RoutingPlan inForce = activePlan.plan();
        if (inForce != plan) {
            index(inForce);
        }
        return inForce;
    }

    /** The trunk whose networks have this address; null for others. */
    public @Nullable Trunk trunkFrom(InetAddress source) {
        return plan().trunkFrom(source);
    }

    /** True when requests of some gateway's side may come from this address. */
    public boolean gatewayAt(InetAddress source) {
        for (Gateway gateway : plan().gateways().values()) {
            if (comesFrom(gateway, source)) {
                return true;
            }
        }
        return false;
    }

    /** The trunk with that hash; one of a former plan when the present one has it not, null when none had. */
    public @Nullable Trunk trunk(int trunkHash) {
        plan();
        Trunk trunk = trunksByHash.get(trunkHash);
        return trunk == null ? formerTrunks.last(trunkHash) : trunk;
    }

    /** The gateway with that hash, in the same way. */
    public @Nullable Gateway gateway(int gatewayHash) {
        plan();
        Gateway gateway = gatewaysByHash.get(gatewayHash);
        return gateway == null ? formerGateways.last(gatewayHash) : gateway;
    }

    /**
     * True when the address belongs to the trunk with that hash, as the plan in force has it or one that was in force since the call began.
     */
    public boolean trunkSends(int trunkHash, InetAddress source, long begunAtMillis) {
        plan();
        Trunk trunk = trunksByHash.get(trunkHash);
        return (trunk != null && comesFrom(trunk, source))
                || formerTrunks.any(trunkHash, begunAtMillis, former -> comesFrom(former, source));
    }

    /** The same for the gateway with that hash. */
    public boolean gatewaySends(int gatewayHash, InetAddress source, long begunAtMillis) {
        plan();
        Gateway gateway = gatewaysByHash.get(gatewayHash);
        return (gateway != null && comesFrom(gateway, source))
                || formerGateways.any(gatewayHash, begunAtMillis, former -> comesFrom(former, source));
    }

    private static boolean comesFrom(Trunk trunk, InetAddress source) {
        if (trunk.access().inDialogFromAny()) {
            return true;
        }
        for (int i = 0; i < trunk.sourceNetworks().size(); i++) {
            if (trunk.sourceNetworks().get(i).contains(source)) {
                return true;
            }
        }
        return false;
    }

    private boolean comesFrom(Gateway gateway, InetAddress source) {
        for (int i = 0; i < gateway.sourceNetworks().size(); i++) {
            if (gateway.sourceNetworks().get(i).contains(source)) {
                return true;
            }
        }
        return source.equals(targets.knownAddress(gateway));
    }

    private void index(RoutingPlan newPlan) {
        Map<Integer, Trunk> trunks = new HashMap<>();
        newPlan.trunks().forEach(t -> trunks.put(hash(t.name()), t));
        Map<Integer, Gateway> gateways = new HashMap<>();
        newPlan.gateways().values().forEach(g -> {
            gateways.put(hash(g.name()), g);
            targets.learn(g);
        });
        formerTrunks.replace(trunksByHash, trunks, clock.nowMillis());
        formerGateways.replace(gatewaysByHash, gateways, clock.nowMillis());
        trunksByHash = trunks;
        gatewaysByHash = gateways;
        plan = newPlan;
    }
}

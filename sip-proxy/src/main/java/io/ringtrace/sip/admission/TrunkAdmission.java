package io.ringtrace.sip.admission;

import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Supervision;
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
    private RoutingPlan plan;
    private Map<Integer, Trunk> trunksByHash = Map.of();
    private Map<Integer, Gateway> gatewaysByHash = Map.of();

    public TrunkAdmission(ActivePlan activePlan, GatewayTargets targets) {
        this.activePlan = activePlan;
        this.targets = targets;
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

    /** The name of the trunk with that hash; empty when there is none such any more. */
    public String trunkName(int trunkHash) {
        plan();
        Trunk trunk = trunksByHash.get(trunkHash);
        return trunk == null ? "" : trunk.name();
    }

    /** How calls of the trunk with that hash are watched; the default when there is none such any more. */
    public Supervision supervision(int trunkHash) {
        plan();
        Trunk trunk = trunksByHash.get(trunkHash);
        return trunk == null ? Supervision.DEFAULT : trunk.supervision();
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

    /** True when the address belongs to the trunk with that hash. */
    public boolean trunkSends(int trunkHash, InetAddress source) {
        plan();
        Trunk trunk = trunksByHash.get(trunkHash);
        if (trunk == null) {
            return false;
        }
        for (int i = 0; i < trunk.sourceNetworks().size(); i++) {
            if (trunk.sourceNetworks().get(i).contains(source)) {
                return true;
            }
        }
        return false;
    }

    /** True when the address belongs to the gateway with that hash. */
    public boolean gatewaySends(int gatewayHash, InetAddress source) {
        plan();
        Gateway gateway = gatewaysByHash.get(gatewayHash);
        return gateway != null && comesFrom(gateway, source);
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
        trunksByHash = trunks;
        gatewaysByHash = gateways;
        plan = newPlan;
    }
}

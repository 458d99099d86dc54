package io.ringtrace.sip.admission;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Supervision;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.sip.message.ByteHash;
import io.ringtrace.sip.target.GatewayTargets;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.TlsSubject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may call: a trunk is known by its source networks, transport, certificate and digest user, a gateway by its address or networks,
 * everybody else is a stranger. Belongs to one shard; follows the plan in force.
 */
public final class TrunkAdmission {
    private final ActivePlan activePlan;
    private final GatewayTargets targets;
    private final FloodGuard guard;
    private final LeaseClock clock;
    private final FormerSides<Trunk> formerTrunks;
    private final FormerSides<Gateway> formerGateways;
    private RoutingPlan plan;
    private List<Trunk> trunksByCertificate = List.of();
    private Map<String, Trunk> trunksByUser = Map.of();
    private Map<DigestAlgorithm, String> digestAlgorithms = Map.of();
    private Set<Transport> digestTransports = Set.of();
    private @Nullable String digestRealm;
    private Map<Integer, Trunk> trunksByHash = Map.of();
    private Map<Integer, Gateway> gatewaysByHash = Map.of();

    /** @param longestCallMillis how long a call may last that began under a former plan */
    public TrunkAdmission(
            ActivePlan activePlan, GatewayTargets targets, FloodGuard guard, LeaseClock clock, long longestCallMillis) {
        this.guard = guard;
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

    /**
     * The trunk that a message from there may be of, by source network, transport and certificate; one that has a digest user must prove it
     * besides. Null for others.
     */
    public @Nullable Trunk trunkFrom(Hop source) {
        Trunk trunk = plan().trunkFrom(source.address());
        if (trunk == null) {
            return trunksByCertificate.isEmpty() ? null : byCertificate(source);
        }
        TrunkAccess access = trunk.access();
        return access.comesBy(source.listener().transport()) && showsCertificate(access, source) ? trunk : null;
    }

    private @Nullable Trunk byCertificate(Hop source) {
        if (source.tlsSubject() == null) {
            return null;
        }
        for (int i = 0; i < trunksByCertificate.size(); i++) {
            TrunkAccess access = trunksByCertificate.get(i).access();
            if (access.comesBy(source.listener().transport()) && showsCertificate(access, source)) {
                return trunksByCertificate.get(i);
            }
        }
        return null;
    }

    private static boolean showsCertificate(TrunkAccess access, Hop source) {
        if (access.tlsSubjects().isEmpty()) {
            return true;
        }
        TlsSubject subject = source.tlsSubject();
        if (subject == null) {
            return false;
        }
        if (access.tlsSubjects().contains(subject.distinguishedName())) {
            return true;
        }
        for (int i = 0; i < subject.identities().size(); i++) {
            if (access.tlsSubjects().contains(subject.identities().get(i))) {
                return true;
            }
        }
        return false;
    }

    /** The trunk that has no source but this user; null for none. */
    public @Nullable Trunk trunkOfUser(String username) {
        plan();
        return trunksByUser.get(username);
    }

    /** The realm of all digest users; null when there is none. */
    public @Nullable String digestRealm() {
        plan();
        return digestRealm;
    }

    /** True when some trunk may prove itself to a listener of that transport. */
    public boolean digestBy(Transport transport) {
        return digestTransports.contains(transport);
    }

    /** The algorithms that some trunk may use. The values are secrets of nobody. */
    public Map<DigestAlgorithm, String> digestAlgorithms() {
        return digestAlgorithms;
    }

    /**
     * True for the address of a trunk or gateway that is in force, or was lately, so that its calls may still run: whatever comes from there by
     * whichever transport, with or without a proof, since anybody can write that address into a datagram.
     */
    public boolean sideAt(InetAddress source) {
        return plan().trunkFrom(source) != null || gatewayAt(source) || formerSideAt(source);
    }

    private boolean formerSideAt(InetAddress source) {
        return formerTrunks.any(trunk -> !trunk.sourceNetworks().isEmpty() && comesFrom(trunk, source))
                || formerGateways.any(gateway -> comesFrom(gateway, source));
    }

    /** The name of the trunk with that hash; empty when there never was one. */
    public String trunkName(int trunkHash) {
        Trunk trunk = trunk(trunkHash);
        return trunk == null ? "" : trunk.name();
    }

    /** How calls of the trunk with that hash are watched; the default when there never was one. */
    public Supervision supervision(int trunkHash) {
        Trunk trunk = trunk(trunkHash);
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
        if (trunk.sourceNetworks().isEmpty()) {
            // Known by a certificate or secret: its address may change within a call.
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
        return targets.isAt(gateway, source);
    }

    private void index(RoutingPlan newPlan) {
        Map<Integer, Trunk> trunks = new HashMap<>();
        newPlan.trunks().forEach(t -> trunks.put(hash(t.name()), t));
        Map<Integer, Gateway> gateways = new HashMap<>();
        newPlan.gateways().values().forEach(g -> gateways.put(hash(g.name()), g));
        targets.follow(newPlan.gateways().values());
        formerTrunks.replace(trunksByHash, trunks, clock.nowMillis());
        formerGateways.replace(gatewaysByHash, gateways, clock.nowMillis());
        indexAccess(newPlan.trunks());
        trunksByHash = trunks;
        gatewaysByHash = gateways;
        plan = newPlan;
        guard.pardon(source -> newPlan.trunkFrom(source) != null || gatewayAt(source));
    }

    private void indexAccess(List<Trunk> trunks) {
        List<Trunk> byCertificate = new ArrayList<>();
        Map<String, Trunk> byUser = new HashMap<>();
        Map<DigestAlgorithm, String> algorithms = new EnumMap<>(DigestAlgorithm.class);
        Set<Transport> transports = EnumSet.noneOf(Transport.class);
        String realm = null;
        for (Trunk trunk : trunks) {
            TrunkAccess access = trunk.access();
            DigestUser user = access.digest();
            boolean anySource = trunk.sourceNetworks().isEmpty();
            if (anySource && !access.tlsSubjects().isEmpty()) {
                byCertificate.add(trunk);
            } else if (anySource && user != null) {
                byUser.put(user.username(), trunk);
            }
            if (user != null) {
                realm = user.realm();
                user.ha1().keySet().forEach(a -> algorithms.put(a, a.hash("nobody's")));
                transports.addAll(access.transports().isEmpty() ? EnumSet.allOf(Transport.class) : access.transports());
            }
        }
        trunksByCertificate = byCertificate;
        trunksByUser = byUser;
        digestAlgorithms = algorithms;
        digestTransports = transports;
        digestRealm = realm;
    }
}

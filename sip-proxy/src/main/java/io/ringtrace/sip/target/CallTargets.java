package io.ringtrace.sip.target;

import io.ringtrace.routing.Gateway;
import io.ringtrace.sip.target.GatewayStatus.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The targets of one call in the order in which they are tried: the gateways in the plan's order, each at all its addresses, but suspect
 * addresses after all others and those that are down at the very end. Made when the call begins; belongs to its response context.
 */
public final class CallTargets {
    private final List<Gateway> gateways;
    private final GatewayTargets targets;
    /** Null while each gateway has one address and all are well: then the gateways' own order is meant. */
    private final @Nullable List<Candidate> order;

    private int next;

    /**
     * A gateway at one of its addresses.
     *
     * @param target null when the gateway's name must be looked up first
     */
    public record Candidate(Gateway gateway, @Nullable Target target) {}

    public CallTargets(List<Gateway> gateways, GatewayTargets targets, GatewayHealth health) {
        this.gateways = gateways;
        this.targets = targets;
        this.order = health.allUp() && oneEach() ? null : ordered(health);
    }

    public boolean hasNext() {
        return next < (order == null ? gateways.size() : order.size());
    }

    /** How many are left, as far as their gateways' names are looked up. */
    public int left() {
        return (order == null ? gateways.size() : order.size()) - next;
    }

    /** The next one; only while {@link #hasNext}. */
    public Candidate next() {
        int at = next++;
        if (order != null) {
            return order.get(at);
        }
        Gateway gateway = gateways.get(at);
        Targets known = targets.known(gateway);
        return new Candidate(
                gateway,
                known == null || known.all().size() != 1 ? null : known.all().getFirst());
    }

    /** The candidate just taken turned out to be at these addresses, of which the first is tried in its place: the others come next. */
    public void resolved(Gateway gateway, List<Target> found) {
        if (order != null) {
            for (int i = found.size() - 1; i > 0; i--) {
                order.add(next, new Candidate(gateway, found.get(i)));
            }
        }
    }

    private boolean oneEach() {
        for (int i = 0; i < gateways.size(); i++) {
            Targets known = targets.known(gateways.get(i));
            if (known == null || known.all().size() != 1) {
                return false;
            }
        }
        return true;
    }

    private List<Candidate> ordered(GatewayHealth health) {
        List<Candidate> up = new ArrayList<>();
        List<Candidate> suspect = new ArrayList<>();
        List<Candidate> down = new ArrayList<>();
        for (Gateway gateway : gateways) {
            Targets known = targets.known(gateway);
            List<Target> all = known == null ? List.of() : known.inOrder();
            if (all.isEmpty()) {
                up.add(new Candidate(gateway, null));
            }
            for (Target target : all) {
                switch (health.state(target)) {
                    case State.UP, State.UNRESOLVED -> up.add(new Candidate(gateway, target));
                    case State.SUSPECT -> suspect.add(new Candidate(gateway, target));
                    case State.DOWN -> down.add(new Candidate(gateway, target));
                }
            }
        }
        up.addAll(suspect);
        up.addAll(down);
        return up;
    }
}

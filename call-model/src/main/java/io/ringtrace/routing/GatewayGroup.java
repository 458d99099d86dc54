package io.ringtrace.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gateways that stand for one another. A call tries them by priority, and those of one priority in an order that is drawn by weight.
 *
 * @param name as routes name it; the gateway's own for a gateway that stands alone
 * @param members at least one, lowest priority number first
 */
public record GatewayGroup(String name, List<Member> members) {
    /**
     * @param priority lower numbers are tried first, as in SRV records (RFC 2782)
     * @param weight its share of the calls among those of its priority, at least 1
     */
    public record Member(Gateway gateway, int priority, int weight) {
        public Member {
            if (weight < 1) {
                throw new IllegalArgumentException("the weight of gateway " + gateway.name() + " must be at least 1");
            }
        }
    }

    /** Throws IllegalArgumentException for a group of nobody. */
    public GatewayGroup {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("gateway group " + name + " has no gateways");
        }
        members = members.stream()
                .sorted(Comparator.comparingInt(Member::priority))
                .toList();
    }

    /** A gateway that stands alone. */
    public static GatewayGroup of(Gateway gateway) {
        return new GatewayGroup(gateway.name(), List.of(new Member(gateway, 1, 1)));
    }

    /** True when every call tries the members in one order. */
    boolean fixed() {
        for (int i = 1; i < members.size(); i++) {
            if (members.get(i).priority() == members.get(i - 1).priority()) {
                return false;
            }
        }
        return true;
    }

    /** Adds the gateways in the order in which the call of this draw tries them: the same for the same draw. */
    void addInOrder(long draw, List<Gateway> order) {
        long random = draw;
        for (int from = 0; from < members.size(); ) {
            int until = from + 1;
            while (until < members.size()
                    && members.get(until).priority() == members.get(from).priority()) {
                until++;
            }
            if (until - from == 1) {
                order.add(members.get(from).gateway());
            } else {
                random = addByWeight(from, until, random, order);
            }
            from = until;
        }
    }

    private long addByWeight(int from, int until, long draw, List<Gateway> order) {
        List<Member> left = new ArrayList<>(members.subList(from, until));
        long random = draw;
        while (!left.isEmpty()) {
            random = Draw.mix(random);
            int sum = 0;
            for (int i = 0; i < left.size(); i++) {
                sum += left.get(i).weight();
            }
            int rest = (int) Long.remainderUnsigned(random, sum);
            int chosen = 0;
            while (rest >= left.get(chosen).weight()) {
                rest -= left.get(chosen++).weight();
            }
            order.add(left.remove(chosen).gateway());
        }
        return random;
    }
}

package io.ringtrace.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Destination numbers that begin with a prefix go to these gateways, in this order.
 *
 * @param prefix digits of E.164 without the plus sign; empty for every number
 * @param trunk only calls that came by this trunk; null for all. A route that names the trunk wins over one of equal prefix that does not.
 * @param conditions what else a call must be like. Of two routes of equal prefix and trunk, the one with the longer caller prefix wins, then
 *     the one that names hours.
 * @param shares the gateways of each part of the calls; one share of 100 for a route that divides nothing
 * @param overflow what is tried when all gateways of the call's share were tried or are full; mostly nothing
 * @param numberSteps by gateway, how those want numbers written that do not take E.164
 * @param ringTimeout from the first 18x; then CANCEL downstream, 408 upstream
 * @param followRedirects whether a 3xx of a gateway is followed where the plan allows it ({@link Router#redirected}); else the caller gets it
 * @param source file and line where it stands, such as {@code ringtrace.yaml:31}
 */
public record Route(
        String prefix,
        @Nullable String trunk,
        RouteConditions conditions,
        List<Share> shares,
        List<GatewayGroup> overflow,
        Map<String, NumberSteps> numberSteps,
        Duration ringTimeout,
        boolean followRedirects,
        String source) {
    public static final Duration DEFAULT_RING_TIMEOUT = Duration.ofSeconds(60);
    private static final int ALL = 100;

    /**
     * This many of a hundred calls go to these gateways.
     *
     * @param groups tried in this order
     */
    public record Share(int percent, List<GatewayGroup> groups) {
        public Share {
            groups = List.copyOf(groups);
        }

        /** All of them; for reports. */
        public List<Gateway> gateways() {
            return groups.stream()
                    .flatMap(group -> group.members().stream())
                    .map(GatewayGroup.Member::gateway)
                    .toList();
        }

        /** Gateways that are tried in this order by every call. */
        public static Share of(int percent, List<Gateway> gateways) {
            return new Share(percent, gateways.stream().map(GatewayGroup::of).toList());
        }
    }

    /** Throws IllegalArgumentException when the shares do not make a hundred. */
    public Route {
        shares = List.copyOf(shares);
        overflow = List.copyOf(overflow);
        numberSteps = Map.copyOf(numberSteps);
        if (shares.stream().mapToInt(Share::percent).sum() != ALL
                || shares.stream().anyMatch(s -> s.percent() < 1)) {
            throw new IllegalArgumentException("the shares of a route make 100 percent: " + source);
        }
    }

    /** A route without overflow, whose gateways take E.164. */
    public Route(
            String prefix,
            @Nullable String trunk,
            RouteConditions conditions,
            List<Share> shares,
            Duration ringTimeout,
            boolean followRedirects,
            String source) {
        this(prefix, trunk, conditions, shares, List.of(), Map.of(), ringTimeout, followRedirects, source);
    }

    /** A route for every caller, at all times, that divides nothing. */
    public Route(String prefix, @Nullable String trunk, List<Gateway> gateways, Duration ringTimeout, String source) {
        this(prefix, trunk, RouteConditions.NONE, List.of(Share.of(ALL, gateways)), ringTimeout, false, source);
    }

    /** The same route, with 3xx followed. */
    public Route followingRedirects() {
        return new Route(prefix, trunk, conditions, shares, overflow, numberSteps, ringTimeout, true, source);
    }

    /** How the gateway wants numbers written; null for E.164 with its plus sign. */
    public @Nullable NumberSteps stepsFor(Gateway gateway) {
        return numberSteps.isEmpty() ? null : numberSteps.get(gateway.name());
    }

    /** The gateways of a share, and the overflow after them, in the order in which the call of this draw tries them; each once. */
    List<Gateway> inOrder(Share share, long draw) {
        List<Gateway> order = new ArrayList<>(share.groups().size() + overflow.size());
        for (int i = 0; i < share.groups().size(); i++) {
            share.groups().get(i).addInOrder(draw, order);
        }
        for (int i = 0; i < overflow.size(); i++) {
            overflow.get(i).addInOrder(draw, order);
        }
        for (int i = order.size() - 1; i > 0; i--) {
            if (order.indexOf(order.get(i)) < i) {
                order.remove(i);
            }
        }
        return order;
    }

    /** The share that a call falls into: the same for the same draw. */
    Share share(long draw) {
        if (shares.size() == 1) {
            return shares.getFirst();
        }
        int left = (int) Long.remainderUnsigned(Draw.mix(draw), ALL);
        for (Share share : shares) {
            left -= share.percent();
            if (left < 0) {
                return share;
            }
        }
        return shares.getLast();
    }
}

package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Everything the operator's files say about calls, checked and immutable. Looking something up makes no garbage but its answer. */
public final class RoutingPlan {
    private final String version;
    private final List<Trunk> trunks;
    private final Map<String, Gateway> gateways;
    private final Map<Long, StaticNumber> staticNumbers;
    private final List<Route> routes;
    private final Map<PrefixKey, Route> routesByPrefix;
    private final int longestPrefix;
    private final List<SourceNetwork> sourceNetworks;

    private record PrefixKey(
            int length, long prefix, @Nullable String trunk) {}

    private record SourceNetwork(IpNetwork network, Trunk trunk) {}

    /**
     * @param version names this plan in every call record
     */
    public RoutingPlan(
            String version,
            List<Trunk> trunks,
            List<Gateway> gateways,
            List<Route> routes,
            List<StaticNumber> staticNumbers) {
        this.version = version;
        this.trunks = List.copyOf(trunks);
        this.gateways = gateways.stream().collect(Collectors.toUnmodifiableMap(Gateway::name, Function.identity()));
        this.routes = List.copyOf(routes);
        this.staticNumbers = staticNumbers.stream()
                .collect(Collectors.toUnmodifiableMap(s -> s.number().digits(), Function.identity()));
        Map<PrefixKey, Route> byPrefix = new HashMap<>();
        int longest = 0;
        for (Route route : routes) {
            long digits = route.prefix().isEmpty() ? 0 : Long.parseLong(route.prefix());
            byPrefix.put(new PrefixKey(route.prefix().length(), digits, route.trunk()), route);
            longest = Math.max(longest, route.prefix().length());
        }
        this.routesByPrefix = Map.copyOf(byPrefix);
        this.longestPrefix = longest;
        List<SourceNetwork> networks = new ArrayList<>();
        for (Trunk trunk : trunks) {
            trunk.sourceNetworks().forEach(n -> networks.add(new SourceNetwork(n, trunk)));
        }
        networks.sort(Comparator.comparingInt((SourceNetwork s) -> s.network().prefixLength())
                .reversed());
        this.sourceNetworks = List.copyOf(networks);
    }

    public String version() {
        return version;
    }

    public List<Trunk> trunks() {
        return trunks;
    }

    public List<Route> routes() {
        return routes;
    }

    public Map<String, Gateway> gateways() {
        return gateways;
    }

    public Map<Long, StaticNumber> staticNumbers() {
        return staticNumbers;
    }

    /** The trunk whose narrowest source network has this address; null for a stranger. */
    public @Nullable Trunk trunkFrom(InetAddress source) {
        for (SourceNetwork s : sourceNetworks) {
            if (s.network().contains(source)) {
                return s.trunk();
            }
        }
        return null;
    }

    public @Nullable StaticNumber staticNumber(PhoneNumber dialed) {
        return staticNumbers.get(dialed.digits());
    }

    /** The route of the longest prefix; of two with the same prefix, the one that names the trunk. Null when none fits. */
    public @Nullable Route routeFor(PhoneNumber destination, String trunk) {
        long digits = destination.digits();
        int length = Long.toString(digits).length();
        while (length > longestPrefix) {
            digits /= 10;
            length--;
        }
        for (; length >= 0; length--, digits /= 10) {
            Route named = routesByPrefix.get(new PrefixKey(length, digits, trunk));
            if (named != null) {
                return named;
            }
            Route any = routesByPrefix.get(new PrefixKey(length, digits, null));
            if (any != null) {
                return any;
            }
        }
        return null;
    }
}

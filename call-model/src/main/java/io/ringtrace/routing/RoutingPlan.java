package io.ringtrace.routing;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.PhoneNumber;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything the operator's files say about calls, checked and immutable. Read by every shard for every call: looking something up makes
 * no garbage that outlives the call of the method.
 */
public final class RoutingPlan {
    private final String version;
    private final List<Trunk> trunks;
    private final List<Route> routes;
    private final Map<String, Gateway> gateways;
    private final Map<Long, StaticNumber> staticNumbers;
    private final LongTable<StaticNumber> staticNumbersByDigits;
    private final RouteTable routeTable;
    private final SourceNetworks sourceNetworks;
    private final Set<String> forwardedFields;
    private final BlockedCallers blockedCallers;
    private final PlanSources sources;

    /** A plan that blocks nobody, and doesn't know where its parts stand. */
    public RoutingPlan(
            String version,
            List<Trunk> trunks,
            List<Gateway> gateways,
            List<Route> routes,
            List<StaticNumber> staticNumbers) {
        this(version, trunks, gateways, routes, staticNumbers, BlockedCallers.NONE, PlanSources.NONE);
    }

    /**
     * Throws IllegalArgumentException for what is ambiguous: a name, source network or number that stands twice, or two routes for one call.
     *
     * @param version names this plan in every call record
     */
    public RoutingPlan(
            String version,
            List<Trunk> trunks,
            List<Gateway> gateways,
            List<Route> routes,
            List<StaticNumber> staticNumbers,
            BlockedCallers blockedCallers,
            PlanSources sources) {
        this.version = version;
        this.trunks = List.copyOf(trunks);
        this.routes = List.copyOf(routes);
        if (trunks.stream().map(Trunk::name).distinct().count() != trunks.size()) {
            throw new IllegalArgumentException("two trunks have the same name");
        }
        Map<String, Gateway> gatewaysByName = new HashMap<>();
        for (Gateway gateway : gateways) {
            if (gatewaysByName.put(gateway.name(), gateway) != null) {
                throw new IllegalArgumentException("two gateways have the name " + gateway.name());
            }
        }
        this.gateways = Map.copyOf(gatewaysByName);
        Map<Long, StaticNumber> numbers = new HashMap<>();
        for (StaticNumber number : staticNumbers) {
            if (numbers.put(number.number().digits(), number) != null) {
                throw new IllegalArgumentException("the static number " + number.number() + " stands twice");
            }
        }
        this.staticNumbers = Map.copyOf(numbers);
        this.staticNumbersByDigits = new LongTable<>(numbers);
        this.routeTable = new RouteTable(routes);
        this.sourceNetworks = new SourceNetworks(trunks);
        this.forwardedFields = trunks.stream()
                .map(trunk -> trunk.headers().callData())
                .filter(Objects::nonNull)
                .flatMap(header -> header.fields().stream())
                .collect(Collectors.toUnmodifiableSet());
        this.blockedCallers = blockedCallers;
        this.sources = sources;
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

    /** By the number's digits. For reports; calls ask {@link #staticNumber}. */
    public Map<Long, StaticNumber> staticNumbers() {
        return staticNumbers;
    }

    /** The trunk whose narrowest source network has this address; null for a stranger. */
    public @Nullable Trunk trunkFrom(InetAddress source) {
        return sourceNetworks.owner(source);
    }

    public @Nullable StaticNumber staticNumber(PhoneNumber dialed) {
        return staticNumbersByDigits.get(dialed.digits());
    }

    /** The marketing fields that some trunk forwards. */
    public Set<String> forwardedFields() {
        return forwardedFields;
    }

    public BlockedCallers blockedCallers() {
        return blockedCallers;
    }

    public PlanSources sources() {
        return sources;
    }

    /** As {@link RouteTable#find}. */
    @Nullable
    Route routeFor(
            PhoneNumber destination,
            CallAttempt attempt,
            AttributionResult attribution,
            long atMillis,
            @Nullable RouteTrace trace) {
        return routeTable.find(destination, attempt, attribution, atMillis, trace);
    }
}

package io.ringtrace.config;

import static io.ringtrace.config.ConfigBinder.duration;
import static io.ringtrace.config.ConfigBinder.integer;
import static io.ringtrace.config.ConfigBinder.text;
import static io.ringtrace.config.ConfigBinder.textOr;
import static io.ringtrace.config.ConfigBinder.texts;
import static io.ringtrace.config.ConfigBinder.transport;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.BlockedCallers;
import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.PlanSources;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RouteConditions;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.StaticNumber;
import io.ringtrace.routing.Supervision;
import io.ringtrace.routing.TimeWindow;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the routing plan of a tree that has its defaults and was found free of mistakes. */
final class PlanBinder {
    private final YamlNode.Mapping tree;
    private final TrunkBinder trunks;
    private final List<StaticNumberRow> rows;
    private final Map<String, Gateway> gateways;
    private final Map<String, TimeWindow> windows;

    /** @param environment where secrets of the form {@code env:NAME} stand */
    PlanBinder(YamlNode.Mapping tree, List<StaticNumberRow> rows, Map<String, String> environment) {
        this.tree = tree;
        this.trunks = new TrunkBinder(environment);
        this.rows = rows;
        this.gateways = named("gateways", PlanBinder::gateway);
        this.windows = named("time-windows", PlanBinder::window);
    }

    RoutingPlan bind(String version) {
        return new RoutingPlan(
                version,
                List.copyOf(named("trunks", trunks::trunk).values()),
                List.copyOf(gateways.values()),
                tree.items("routes").stream().map(this::route).toList(),
                staticNumbers(),
                blockedCallers(tree.mapping("blocked-callers")),
                new PlanSources(sources("trunks"), sources("gateways")));
    }

    private <T> Map<String, T> named(String section, BiFunction<String, YamlNode.Mapping, T> bound) {
        Map<String, T> all = new LinkedHashMap<>();
        tree.mapping(section)
                .entries()
                .forEach((name, entry) -> all.put(name, bound.apply(name, (YamlNode.Mapping) entry.value())));
        return all;
    }

    private Map<String, String> sources(String section) {
        Map<String, String> sources = new LinkedHashMap<>();
        tree.mapping(section)
                .entries()
                .forEach((name, entry) -> sources.put(name, entry.keyPosition().toString()));
        return sources;
    }

    private static Gateway gateway(String name, YamlNode.Mapping gateway) {
        return new Gateway(
                name,
                text(gateway, "host"),
                integer(gateway, "port"),
                transport(gateway),
                duration(gateway, "silence"),
                statuses(gateway),
                networks(gateway),
                Boolean.parseBoolean(text(gateway, "trusted")),
                new CallLimits(integer(gateway, "calls-per-second"), integer(gateway, "maximum-calls")));
    }

    private static Set<Integer> statuses(YamlNode.Mapping mapping) {
        return texts(mapping.items("failover-statuses")).stream()
                .map(Integer::valueOf)
                .collect(Collectors.toUnmodifiableSet());
    }

    static TimeWindow window(String name, YamlNode.Mapping window) {
        return new TimeWindow(
                name,
                ZoneId.of(text(window, "time-zone")),
                texts(window.items("weekdays")).stream()
                        .map(ClockText::weekday)
                        .collect(Collectors.toUnmodifiableSet()),
                Objects.requireNonNull(ClockText.minuteOrNull(text(window, "from"))),
                Objects.requireNonNull(ClockText.minuteOrNull(text(window, "until"))),
                texts(window.items("holidays")).stream().map(LocalDate::parse).collect(Collectors.toUnmodifiableSet()),
                window.position().toString());
    }

    private Route route(YamlNode node) {
        YamlNode.Mapping route = (YamlNode.Mapping) node;
        YamlNode.Scalar trunk = route.scalar("trunk");
        YamlNode.Scalar when = route.scalar("when");
        return new Route(
                prefix(text(route, "prefix")),
                trunk == null ? null : trunk.text(),
                new RouteConditions(
                        prefix(textOr(route, "caller-prefix", "")),
                        when == null ? null : Objects.requireNonNull(windows.get(when.text()))),
                shares(route),
                duration(route, "ring-timeout"),
                text(route, "redirects").equals("follow"),
                route.position().toString());
    }

    private List<Route.Share> shares(YamlNode.Mapping route) {
        Set<Integer> own = route.get("failover-statuses") == null ? null : statuses(route);
        List<YamlNode> split = route.items("split");
        if (split.isEmpty()) {
            return List.of(new Route.Share(100, gateways(route, own)));
        }
        List<Route.Share> shares = new ArrayList<>();
        for (YamlNode share : split) {
            YamlNode.Mapping part = (YamlNode.Mapping) share;
            shares.add(new Route.Share(integer(part, "percent"), gateways(part, own)));
        }
        return shares;
    }

    /** The route's own failover statuses go with its gateways, so that nobody after the router has to know of routes. */
    private List<Gateway> gateways(YamlNode.Mapping mapping, @Nullable Set<Integer> statuses) {
        return texts(mapping.items("gateways")).stream()
                .map(name -> Objects.requireNonNull(gateways.get(name)))
                .map(g -> statuses == null ? g : g.withFailoverStatuses(statuses))
                .toList();
    }

    private static BlockedCallers blockedCallers(YamlNode.Mapping blocked) {
        List<BlockedCallers.Entry> entries = new ArrayList<>();
        blocked.items("numbers").forEach(number -> entries.add(blocked(number, true)));
        blocked.items("prefixes").forEach(prefix -> entries.add(blocked(prefix, false)));
        return new BlockedCallers(integer(blocked, "status"), entries);
    }

    private static BlockedCallers.Entry blocked(YamlNode node, boolean whole) {
        return new BlockedCallers.Entry(
                prefix(((YamlNode.Scalar) node).text()), whole, node.position().toString());
    }

    /** The digits of a prefix as it is written; empty for every number. */
    static String prefix(String written) {
        return written.equals("*") ? "" : written.startsWith("+") ? written.substring(1) : written;
    }

    private List<StaticNumber> staticNumbers() {
        List<StaticNumber> numbers = new ArrayList<>();
        tree.items("static-numbers").forEach(node -> numbers.add(staticNumber(node)));
        for (StaticNumberRow row : rows) {
            numbers.add(new StaticNumber(
                    row.number(),
                    row.destination(),
                    row.campaign(),
                    row.position().toString()));
        }
        return numbers;
    }

    private static StaticNumber staticNumber(YamlNode node) {
        YamlNode.Mapping entry = (YamlNode.Mapping) node;
        return new StaticNumber(
                PhoneNumber.parse(text(entry, "number")),
                PhoneNumber.parse(text(entry, "destination")),
                text(entry, "campaign"),
                entry.position().toString());
    }

    static List<IpNetwork> networks(YamlNode.Mapping mapping) {
        return texts(mapping.items("source-networks")).stream()
                .map(IpNetwork::parse)
                .toList();
    }
}

package io.ringtrace.config;

import static io.ringtrace.config.ConfigBinder.duration;
import static io.ringtrace.config.ConfigBinder.integer;
import static io.ringtrace.config.ConfigBinder.text;
import static io.ringtrace.config.ConfigBinder.textOr;
import static io.ringtrace.config.ConfigBinder.texts;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.BlockedCallers;
import io.ringtrace.routing.CallLimits;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.GatewayGroup;
import io.ringtrace.routing.IpNetwork;
import io.ringtrace.routing.NumberSteps;
import io.ringtrace.routing.PlanSources;
import io.ringtrace.routing.Probing;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RouteConditions;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.StaticNumber;
import io.ringtrace.routing.TimeWindow;
import io.ringtrace.routing.Transport;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
    private final Map<String, NumberSteps> stepsOfGateways;

    /** @param environment where secrets of the form {@code env:NAME} stand */
    PlanBinder(YamlNode.Mapping tree, List<StaticNumberRow> rows, Map<String, String> environment) {
        this.tree = tree;
        this.trunks = new TrunkBinder(environment);
        this.rows = rows;
        this.gateways = named("gateways", PlanBinder::gateway);
        this.windows = named("time-windows", (name, window) -> window(name, window, tree));
        Map<String, NumberSteps> steps = named("number-steps", PlanBinder::numberSteps);
        Map<String, NumberSteps> byGateway = new HashMap<>();
        tree.mapping("gateways").entries().forEach((name, entry) -> {
            YamlNode.Scalar own = ((YamlNode.Mapping) entry.value()).scalar("number-steps");
            if (own != null) {
                byGateway.put(name, Objects.requireNonNull(steps.get(own.text())));
            }
        });
        this.stepsOfGateways = Map.copyOf(byGateway);
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

    static Gateway gateway(String name, YamlNode.Mapping gateway) {
        String host = text(gateway, "host");
        boolean address = Formats.isAddress(host);
        Transport transport = transportOrAuto(gateway, address);
        int usualPort = !address ? 0 : transport == Transport.TLS ? 5061 : 5060;
        return new Gateway(
                name,
                host,
                gateway.get("port") == null ? usualPort : integer(gateway, "port"),
                transport,
                duration(gateway, "silence"),
                statuses(gateway, "failover-statuses"),
                networks(gateway),
                Boolean.parseBoolean(text(gateway, "trusted")),
                new CallLimits(integer(gateway, "calls-per-second"), integer(gateway, "maximum-calls")),
                probing(gateway.mapping("probe")));
    }

    /** What is written, else {@code udp} for an IP address; null for {@code auto}, as it is for a name that says nothing. */
    private static @Nullable Transport transportOrAuto(YamlNode.Mapping gateway, boolean address) {
        String written = textOr(gateway, "transport", address ? "udp" : "auto");
        return written.equals("auto") ? null : Transport.valueOf(written.toUpperCase(Locale.ROOT));
    }

    private static Probing probing(YamlNode.Mapping probe) {
        return new Probing(
                duration(probe, "interval"), text(probe, "when").equals("always"), statuses(probe, "failing-statuses"));
    }

    private static Set<Integer> statuses(YamlNode.Mapping mapping, String key) {
        return texts(mapping.items(key)).stream().map(Integer::valueOf).collect(Collectors.toUnmodifiableSet());
    }

    static NumberSteps numberSteps(String name, YamlNode.Mapping steps) {
        return new NumberSteps(
                name,
                steps.items("steps").stream()
                        .map(step -> step((YamlNode.Mapping) step))
                        .toList(),
                steps.position().toString());
    }

    private static NumberSteps.Step step(YamlNode.Mapping step) {
        String kind = step.entries().keySet().iterator().next();
        return switch (kind) {
            case "strip" -> new NumberSteps.Strip(integer(step, kind));
            case "prepend" -> new NumberSteps.Prepend(text(step, kind));
            case "replace-prefix" ->
                new NumberSteps.ReplacePrefix(text(step.mapping(kind), "from"), text(step.mapping(kind), "to"));
            case "plus-sign" -> new NumberSteps.PlusSign(text(step, kind).equals("true"));
            default -> throw new IllegalStateException("the schema lets the step " + kind + " pass");
        };
    }

    /**
     * @param tree where the window's calendars stand
     */
    static TimeWindow window(String name, YamlNode.Mapping window, YamlNode.Mapping tree) {
        Set<LocalDate> holidays = new HashSet<>();
        texts(window.items("holidays")).forEach(date -> holidays.add(LocalDate.parse(date)));
        for (String calendar : texts(window.items("calendars"))) {
            texts(tree.mapping("calendars").items(calendar)).forEach(date -> holidays.add(LocalDate.parse(date)));
        }
        return new TimeWindow(
                name,
                ZoneId.of(text(window, "time-zone")),
                texts(window.items("weekdays")).stream()
                        .map(ClockText::weekday)
                        .collect(Collectors.toUnmodifiableSet()),
                Objects.requireNonNull(ClockText.minuteOrNull(text(window, "from"))),
                Objects.requireNonNull(ClockText.minuteOrNull(text(window, "until"))),
                holidays,
                window.position().toString());
    }

    private Route route(YamlNode node) {
        YamlNode.Mapping route = (YamlNode.Mapping) node;
        YamlNode.Scalar trunk = route.scalar("trunk");
        YamlNode.Scalar when = route.scalar("when");
        YamlNode.Scalar promoNumber = route.scalar("promo-number");
        YamlNode.Scalar campaign = route.scalar("campaign");
        Set<Integer> own = route.get("failover-statuses") == null ? null : statuses(route, "failover-statuses");
        List<Route.Share> shares = shares(route, own);
        List<GatewayGroup> overflow = groups(route.items("overflow"), own);
        return new Route(
                prefix(text(route, "prefix")),
                trunk == null ? null : trunk.text(),
                new RouteConditions(
                        prefix(textOr(route, "caller-prefix", "")),
                        when == null ? null : Objects.requireNonNull(windows.get(when.text())),
                        promoNumber == null ? null : PhoneNumber.parse(promoNumber.text()),
                        campaign == null ? null : campaign.text()),
                shares,
                overflow,
                stepsOfGateways,
                duration(route, "ring-timeout"),
                text(route, "redirects").equals("follow"),
                route.position().toString());
    }

    private List<Route.Share> shares(YamlNode.Mapping route, @Nullable Set<Integer> own) {
        List<YamlNode> split = route.items("split");
        if (split.isEmpty()) {
            return List.of(new Route.Share(100, groups(route.items("gateways"), own)));
        }
        List<Route.Share> shares = new ArrayList<>();
        for (YamlNode share : split) {
            YamlNode.Mapping part = (YamlNode.Mapping) share;
            shares.add(new Route.Share(integer(part, "percent"), groups(part.items("gateways"), own)));
        }
        return shares;
    }

    /** The route's own failover statuses go with its gateways, so that nobody after the router has to know of routes. */
    private List<GatewayGroup> groups(List<YamlNode> names, @Nullable Set<Integer> statuses) {
        return texts(names).stream().map(name -> group(name, statuses)).toList();
    }

    private GatewayGroup group(String name, @Nullable Set<Integer> ofRoute) {
        if (!(tree.mapping("gateway-groups").get(name) instanceof YamlNode.Mapping group)) {
            return GatewayGroup.of(gateway(name, ofRoute));
        }
        Set<Integer> own = group.get("failover-statuses") == null ? null : statuses(group, "failover-statuses");
        return new GatewayGroup(
                name,
                group.items("gateways").stream()
                        .map(YamlNode.Mapping.class::cast)
                        .map(m -> new GatewayGroup.Member(
                                gateway(text(m, "gateway"), ofRoute == null ? own : ofRoute),
                                integer(m, "priority"),
                                integer(m, "weight")))
                        .toList());
    }

    private Gateway gateway(String name, @Nullable Set<Integer> statuses) {
        Gateway gateway = Objects.requireNonNull(gateways.get(name));
        return statuses == null ? gateway : gateway.withFailoverStatuses(statuses);
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

package io.ringtrace.config;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.GatewayGroup;
import io.ringtrace.routing.Route;
import io.ringtrace.routing.RouteConditions;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.StaticNumber;
import io.ringtrace.routing.TimeWindow;
import io.ringtrace.routing.Trunk;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Says in lines for a person what one plan has and another has not. Where something stands is no difference. */
public final class PlanDiff {
    private static final int MOST_LINES = 200;

    private PlanDiff() {}

    /** {@code + } new, {@code - } gone, {@code ~ } changed; empty when calls find no difference. */
    public static List<String> between(RoutingPlan old, RoutingPlan next) {
        List<String> lines = new ArrayList<>();
        differences(lines, "trunk ", byName(old.trunks(), Trunk::name), byName(next.trunks(), Trunk::name));
        differences(lines, "gateway ", old.gateways(), next.gateways());
        differences(lines, "", routes(old), routes(next));
        numbers(lines, old, next);
        if (!blocked(old).equals(blocked(next))) {
            lines.add("~ " + blocked(next) + " (" + blocked(old) + " before)");
        }
        if (lines.size() <= MOST_LINES) {
            return List.copyOf(lines);
        }
        List<String> most = new ArrayList<>(lines.subList(0, MOST_LINES));
        most.add("and " + (lines.size() - MOST_LINES) + " more");
        return List.copyOf(most);
    }

    private static <T> Map<String, T> byName(List<T> items, Function<T, String> name) {
        Map<String, T> named = new LinkedHashMap<>();
        items.forEach(item -> named.put(name.apply(item), item));
        return named;
    }

    private static <T> void differences(List<String> lines, String what, Map<String, T> old, Map<String, T> next) {
        old.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .sorted()
                .forEach(name -> lines.add("- " + what + name));
        next.forEach((name, value) -> {
            T before = old.get(name);
            if (before == null) {
                lines.add("+ " + what + name);
            } else if (!before.equals(value)) {
                lines.add(
                        "~ " + what + name + (value instanceof String s ? ": " + s + " (" + before + " before)" : ""));
            }
        });
    }

    /** What a route does, by which calls it is for. */
    private static Map<String, String> routes(RoutingPlan plan) {
        Map<String, String> routes = new LinkedHashMap<>();
        for (Route route : plan.routes()) {
            routes.put(calls(route), way(route));
        }
        return routes;
    }

    private static String calls(Route route) {
        RouteConditions conditions = route.conditions();
        TimeWindow when = conditions.when();
        return "route for " + (route.prefix().isEmpty() ? "every number" : "+" + route.prefix())
                + (route.trunk() == null ? "" : " by trunk " + route.trunk())
                + (conditions.promoNumber() == null ? "" : " of promo number " + conditions.promoNumber())
                + (conditions.campaign() == null ? "" : " of campaign " + conditions.campaign())
                + (conditions.callerPrefix().isEmpty() ? "" : " from callers +" + conditions.callerPrefix())
                + (when == null ? "" : " in " + when.name());
    }

    private static String way(Route route) {
        String shares = route.shares().stream()
                .map(share -> (route.shares().size() == 1 ? "" : share.percent() + " % ") + groups(share.groups()))
                .collect(Collectors.joining("; "));
        return "to " + shares
                + (route.overflow().isEmpty() ? "" : ", overflow " + groups(route.overflow()))
                + ", may ring " + route.ringTimeout().toSeconds() + " s";
    }

    private static String groups(List<GatewayGroup> groups) {
        return groups.stream()
                .map(group -> group.members().size() == 1
                        ? group.name()
                        : group.name()
                                + group.members().stream()
                                        .map(m -> m.gateway().name() + " " + m.priority() + "/" + m.weight())
                                        .toList())
                .collect(Collectors.joining(", "));
    }

    private static void numbers(List<String> lines, RoutingPlan old, RoutingPlan next) {
        int added = 0;
        int changed = 0;
        for (StaticNumber number : next.staticNumbers().values()) {
            StaticNumber before = old.staticNumber(number.number());
            if (before == null) {
                added++;
            } else if (!before.destination().equals(number.destination())
                    || !before.campaign().equals(number.campaign())) {
                changed++;
            }
        }
        long gone = old.staticNumbers().values().stream()
                .filter(number -> Objects.isNull(next.staticNumber(number.number())))
                .count();
        if (added + changed + gone > 0) {
            lines.add("~ static numbers: " + added + " new, " + changed + " changed, " + gone + " gone");
        }
    }

    private static String blocked(RoutingPlan plan) {
        return "blocked callers: " + plan.blockedCallers().size() + " answered with "
                + plan.blockedCallers().status();
    }

    /** The gateways that a call is sent to, for a line that compares two decisions. */
    public static String names(List<Gateway> gateways) {
        return gateways.stream().map(Gateway::name).collect(Collectors.joining(", "));
    }
}

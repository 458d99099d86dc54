package io.ringtrace.config;

import io.ringtrace.routing.TimeWindow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks that routes name what exists, divide all of their calls, and leave no call to two of them; and that nobody is blocked twice. */
final class RouteChecks {
    private final YamlNode.Mapping tree;
    private final Findings findings;
    private final NameChecks names;
    private final Map<String, TimeWindow> windows = new HashMap<>();

    RouteChecks(YamlNode.Mapping tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
        this.names = new NameChecks(tree, findings);
    }

    void run() {
        tree.mapping("time-windows").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping window) {
                window(name, window);
            }
        });
        Map<Calls, List<Earlier>> seen = new HashMap<>();
        List<YamlNode> items = tree.items("routes");
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof YamlNode.Mapping route) {
                route(route, YamlNode.item("routes", i), seen);
            }
        }
        blockedOnce("numbers");
        blockedOnce("prefixes");
    }

    private YamlNode.@Nullable Scalar good(YamlNode.@Nullable Scalar scalar) {
        return scalar == null || findings.isWrong(scalar) ? null : scalar;
    }

    private void window(String name, YamlNode.Mapping window) {
        YamlNode.Scalar zone = good(window.scalar("time-zone"));
        YamlNode.Scalar from = good(window.scalar("from"));
        YamlNode.Scalar until = good(window.scalar("until"));
        if (zone == null || from == null || until == null) {
            return;
        }
        Integer first = ClockText.minuteOrNull(from.text());
        Integer end = ClockText.minuteOrNull(until.text());
        if (first == null || end == null) {
            return;
        }
        if (end <= first) {
            findings.addAt(
                    until,
                    "time-windows." + name + ".until",
                    until.text(),
                    "a time after from, which is " + from.text(),
                    "hours over midnight are two windows");
        } else if (allGood(window.items("weekdays")) && datesGood(name, window)) {
            windows.put(name, PlanBinder.window(name, window, tree));
        }
    }

    private boolean datesGood(String name, YamlNode.Mapping window) {
        List<YamlNode> calendars = window.items("calendars");
        for (int i = 0; i < calendars.size(); i++) {
            if (calendars.get(i) instanceof YamlNode.Scalar calendar) {
                names.mustExist(
                        calendar, YamlNode.item("time-windows." + name + ".calendars", i), "calendars", "calendar");
            }
        }
        return allGood(window.items("holidays"))
                && allGood(calendars)
                && calendars.stream()
                        .allMatch(c -> c instanceof YamlNode.Scalar named
                                && allGood(tree.mapping("calendars").items(named.text())));
    }

    private boolean allGood(List<YamlNode> items) {
        return items.stream().noneMatch(findings::isWrong);
    }

    /** Routes that a call may have to choose between. */
    private record Calls(String promoNumber, String campaign, String prefix, String trunk, String callerPrefix) {}

    private record Earlier(@Nullable String when, Position position) {}

    private void route(YamlNode.Mapping route, String key, Map<Calls, List<Earlier>> seen) {
        names.mustExist(route.scalar("trunk"), key + ".trunk", "trunks", "trunk");
        names.mustExist(route.scalar("when"), key + ".when", "time-windows", "time window");
        gateways(route.items("gateways"), key + ".gateways");
        gateways(route.items("overflow"), key + ".overflow");
        promoNumberOrCampaign(route, key);
        split(route, key);
        YamlNode.Scalar prefix = good(route.scalar("prefix"));
        if (prefix == null) {
            return;
        }
        YamlNode.Scalar trunk = route.scalar("trunk");
        YamlNode.Scalar caller = route.scalar("caller-prefix");
        YamlNode.Scalar when = route.scalar("when");
        YamlNode.Scalar promoNumber = route.scalar("promo-number");
        Calls calls = new Calls(
                promoNumber == null ? "" : PlanBinder.prefix(promoNumber.text()),
                textOf(route.scalar("campaign")),
                PlanBinder.prefix(prefix.text()),
                trunk == null ? "" : trunk.text(),
                caller == null ? "" : PlanBinder.prefix(caller.text()));
        List<Earlier> earlier = seen.computeIfAbsent(calls, _ -> new ArrayList<>());
        String window = when == null ? null : when.text();
        for (Earlier other : earlier) {
            if (ambiguous(window, other.when())) {
                ambiguous(prefix, key, trunk, caller, when, other);
                return;
            }
        }
        earlier.add(new Earlier(window, prefix.position()));
    }

    private static String textOf(YamlNode.@Nullable Scalar scalar) {
        return scalar == null ? "" : scalar.text();
    }

    private void promoNumberOrCampaign(YamlNode.Mapping route, String key) {
        YamlNode.Entry campaign = route.entries().get("campaign");
        if (campaign != null && route.get("promo-number") != null) {
            findings.add(
                    campaign.keyPosition(),
                    key + ".campaign",
                    null,
                    "promo-number or campaign, not both",
                    "a promo number counts for one campaign anyway; remove one of the two");
        }
    }

    private void ambiguous(
            YamlNode.Scalar prefix,
            String key,
            YamlNode.@Nullable Scalar trunk,
            YamlNode.@Nullable Scalar caller,
            YamlNode.@Nullable Scalar when,
            Earlier other) {
        if (when != null) {
            boolean same = when.text().equals(other.when());
            findings.addAt(
                    when,
                    key + ".when",
                    when.text(),
                    "hours that no other route of this prefix has",
                    "the route at " + other.position() + " has "
                            + (same
                                    ? "the same"
                                    : "window " + other.when() + ", which meets it or has another time zone"));
            return;
        }
        String once = caller != null
                ? "each prefix once for a caller prefix"
                : trunk == null ? "each prefix once" : "each prefix once for a trunk";
        findings.addAt(
                prefix,
                key + ".prefix",
                prefix.text(),
                once,
                "it stands at " + other.position() + " already, so it is not clear which route is meant");
    }

    private boolean ambiguous(@Nullable String when, @Nullable String other) {
        if (when == null || other == null) {
            return when == null && other == null;
        }
        TimeWindow first = windows.get(when);
        TimeWindow second = windows.get(other);
        return when.equals(other) || (first != null && second != null && first.meets(second));
    }

    private void split(YamlNode.Mapping route, String key) {
        boolean divided = route.get("split") != null;
        if (divided == (route.get("gateways") != null)) {
            findings.add(
                    route.position(),
                    key + ".gateways",
                    null,
                    "a list of 1 to 16 names of gateways and gateway groups",
                    divided
                            ? "a route has gateways or split, not both"
                            : "the key is missing; split may stand instead");
            return;
        }
        List<YamlNode> shares = route.items("split");
        int sum = 0;
        for (int i = 0; i < shares.size(); i++) {
            if (!(shares.get(i) instanceof YamlNode.Mapping share)) {
                return;
            }
            gateways(share.items("gateways"), YamlNode.item(key + ".split", i) + ".gateways");
            YamlNode.Scalar percent = good(share.scalar("percent"));
            if (percent == null) {
                return;
            }
            sum += Integer.parseInt(percent.text());
        }
        YamlNode list = route.get("split");
        if (list != null && !shares.isEmpty() && sum != 100) {
            findings.addAt(list, key + ".split", null, "shares that make 100 percent", "they make " + sum);
        }
    }

    private void gateways(List<YamlNode> items, String key) {
        for (int g = 0; g < items.size(); g++) {
            if (items.get(g) instanceof YamlNode.Scalar gateway) {
                names.mustBeGatewayOrGroup(gateway, YamlNode.item(key, g));
            }
        }
    }

    private void blockedOnce(String kind) {
        Map<String, Position> seen = new HashMap<>();
        List<YamlNode> items = tree.mapping("blocked-callers").items(kind);
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof YamlNode.Scalar scalar && !findings.isWrong(scalar)) {
                Position earlier = seen.putIfAbsent(PlanBinder.prefix(scalar.text()), scalar.position());
                if (earlier != null) {
                    findings.addAt(
                            scalar,
                            YamlNode.item("blocked-callers." + kind, i),
                            scalar.text(),
                            "each one once",
                            "it stands at " + earlier + " already");
                }
            }
        }
    }
}

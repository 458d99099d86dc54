package io.ringtrace.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds routes that no call can ever take: whoever wrote one expects it to do something. */
final class ReachChecks {
    private final YamlNode.Mapping tree;
    private final List<StaticNumberRow> rows;
    private final Findings findings;

    ReachChecks(YamlNode.Mapping tree, List<StaticNumberRow> rows, Findings findings) {
        this.tree = tree;
        this.rows = rows;
        this.findings = findings;
    }

    void run() {
        List<YamlNode> items = tree.items("routes");
        Map<String, Map<String, Position>> trunksOfPrefix = new HashMap<>();
        for (YamlNode item : items) {
            if (item instanceof YamlNode.Mapping route) {
                collect(route, trunksOfPrefix);
            }
        }
        Set<String> campaigns = campaigns();
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof YamlNode.Mapping route) {
                String key = YamlNode.item("routes", i);
                neverRoutedTo(route, key);
                everyTrunkHasItsOwn(route, key, trunksOfPrefix);
                blocked(route, key);
                nobodysCampaign(route, key, campaigns);
            }
        }
    }

    private YamlNode.@Nullable Scalar good(YamlNode.@Nullable Scalar scalar) {
        return scalar == null || findings.isWrong(scalar) ? null : scalar;
    }

    /** Routes that take every call of their trunk and prefix. */
    private void collect(YamlNode.Mapping route, Map<String, Map<String, Position>> trunksOfPrefix) {
        YamlNode.Scalar prefix = good(route.scalar("prefix"));
        YamlNode.Scalar trunk = good(route.scalar("trunk"));
        boolean all = route.get("promo-number") == null
                && route.get("campaign") == null
                && route.get("caller-prefix") == null
                && route.get("when") == null;
        if (prefix != null && trunk != null && all) {
            trunksOfPrefix
                    .computeIfAbsent(PlanBinder.prefix(prefix.text()), _ -> new HashMap<>())
                    .put(trunk.text(), trunk.position());
        }
    }

    private void neverRoutedTo(YamlNode.Mapping route, String key) {
        YamlNode.Scalar written = good(route.scalar("prefix"));
        if (written == null) {
            return;
        }
        String prefix = PlanBinder.prefix(written.text());
        String why = prefix.startsWith("0")
                ? "no number begins so: write the country code, not what is dialed before it"
                : prefix.matches("1(900|911|...976).*") ? "premium and emergency numbers are never routed to" : null;
        if (why != null) {
            findings.addAt(written, key + ".prefix", written.text(), "a prefix of numbers that calls go to", why);
        }
    }

    private void everyTrunkHasItsOwn(
            YamlNode.Mapping route, String key, Map<String, Map<String, Position>> trunksOfPrefix) {
        YamlNode.Scalar prefix = good(route.scalar("prefix"));
        Set<String> trunks = tree.mapping("trunks").entries().keySet();
        if (prefix == null
                || trunks.isEmpty()
                || route.get("trunk") != null
                || route.get("promo-number") != null
                || route.get("campaign") != null) {
            return;
        }
        Map<String, Position> own = trunksOfPrefix.getOrDefault(PlanBinder.prefix(prefix.text()), Map.of());
        if (own.keySet().containsAll(trunks)) {
            findings.addAt(
                    prefix,
                    key + ".prefix",
                    prefix.text(),
                    "a route that some call can take",
                    "each trunk has a route of its own for this prefix, such as at "
                            + own.values().stream().sorted().toList().getFirst());
        }
    }

    private void blocked(YamlNode.Mapping route, String key) {
        YamlNode.Scalar caller = good(route.scalar("caller-prefix"));
        if (caller == null) {
            return;
        }
        String digits = PlanBinder.prefix(caller.text());
        for (YamlNode item : tree.mapping("blocked-callers").items("prefixes")) {
            if (item instanceof YamlNode.Scalar blocked
                    && !findings.isWrong(blocked)
                    && digits.startsWith(PlanBinder.prefix(blocked.text()))) {
                findings.addAt(
                        caller,
                        key + ".caller-prefix",
                        caller.text(),
                        "callers who are not blocked",
                        "all of them are, at " + blocked.position());
            }
        }
    }

    private void nobodysCampaign(YamlNode.Mapping route, String key, Set<String> campaigns) {
        YamlNode.Scalar campaign = good(route.scalar("campaign"));
        // a number may be the id of a campaign in the store
        if (campaign == null
                || campaigns.contains(campaign.text())
                || campaign.text().matches("[1-9][0-9]*")) {
            return;
        }
        String near = Suggestion.didYouMean(campaign.text(), campaigns);
        findings.addAt(
                campaign,
                key + ".campaign",
                campaign.text(),
                "the campaign of a static number, or the id of a campaign in the store",
                near == null ? "no static number counts for it" : near);
    }

    private Set<String> campaigns() {
        Set<String> campaigns = new HashSet<>();
        for (YamlNode number : tree.items("static-numbers")) {
            if (number instanceof YamlNode.Mapping entry && entry.get("campaign") instanceof YamlNode.Scalar campaign) {
                campaigns.add(campaign.text());
            }
        }
        rows.forEach(row -> campaigns.add(row.campaign()));
        return campaigns;
    }
}

package io.ringtrace.config;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that what one entry names exists. */
final class NameChecks {
    private final YamlNode.Mapping tree;
    private final Findings findings;

    NameChecks(YamlNode.Mapping tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
    }

    void mustExist(YamlNode.@Nullable Scalar written, String key, String section, String what) {
        mustBeOneOf(written, key, tree.mapping(section).entries().keySet(), section, what);
    }

    void mustBeGatewayOrGroup(YamlNode.Scalar written, String key) {
        Set<String> groups = tree.mapping("gateway-groups").entries().keySet();
        Set<String> known =
                new LinkedHashSet<>(tree.mapping("gateways").entries().keySet());
        known.addAll(groups);
        boolean without = groups.isEmpty();
        mustBeOneOf(
                written,
                key,
                known,
                without ? "gateways" : "gateways and groups",
                without ? "gateway" : "gateway or gateway group");
    }

    private void mustBeOneOf(
            YamlNode.@Nullable Scalar name, String key, Collection<String> known, String section, String what) {
        if (name == null || findings.isWrong(name) || known.contains(name.text())) {
            return;
        }
        String suggestion = Suggestion.didYouMean(name.text(), known);
        String all = known.isEmpty() ? "there are no " + section : section + " are " + Suggestion.list(known);
        findings.addAt(
                name, key, name.text(), "the name of a " + what, suggestion == null ? all : all + "; " + suggestion);
    }
}

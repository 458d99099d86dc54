package io.ringtrace.config;

import io.ringtrace.routing.IpNetwork;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks that trunks can be told apart by where their requests come from. The same network twice is ambiguous, an error; one within another
 * is not, because the narrower one counts, but whoever wrote both should know: a warning.
 */
final class NetworkChecks {
    private final YamlNode.Mapping tree;
    private final Findings findings;
    private final Map<IpNetwork, Written> seen = new LinkedHashMap<>();

    NetworkChecks(YamlNode.Mapping tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
    }

    private record Written(String trunk, String key, YamlNode.Scalar scalar) {}

    void run() {
        tree.mapping("trunks").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping trunk) {
                once(name, trunk.items("source-networks"), "trunks." + name + ".source-networks");
            }
        });
        seen.forEach(this::overlap);
    }

    private void once(String trunk, List<YamlNode> items, String list) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof YamlNode.Scalar scalar && !findings.isWrong(scalar)) {
                String key = YamlNode.item(list, i);
                Written earlier = seen.putIfAbsent(IpNetwork.parse(scalar.text()), new Written(trunk, key, scalar));
                if (earlier != null) {
                    findings.addAt(
                            scalar,
                            key,
                            scalar.text(),
                            "each source network once",
                            "it stands at " + earlier.scalar().position() + " already");
                }
            }
        }
    }

    private void overlap(IpNetwork network, Written written) {
        Written wider = narrowestAround(network);
        if (wider == null) {
            return;
        }
        boolean same = wider.trunk().equals(written.trunk());
        findings.warn(
                written.scalar().position(),
                written.key(),
                written.scalar().text(),
                "networks that do not overlap",
                "it lies in " + wider.scalar().text() + " at " + wider.scalar().position()
                        + (same
                                ? " of the same trunk, which says it all"
                                : " of trunk " + wider.trunk() + "; what comes from it is trunk " + written.trunk()
                                        + "'s, because the narrower network counts"));
    }

    private @Nullable Written narrowestAround(IpNetwork network) {
        for (int length = network.prefixLength() - 1; length >= 0; length--) {
            Written wider = seen.get(new IpNetwork(network.address(), length));
            if (wider != null) {
                return wider;
            }
        }
        return null;
    }
}

package io.ringtrace.config;

import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.NumberSteps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Checks gateway groups, and that number steps make of their examples what these say. */
final class GatewayChecks {
    private final YamlNode.Mapping tree;
    private final Findings findings;
    private final NameChecks names;

    GatewayChecks(YamlNode.Mapping tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
        this.names = new NameChecks(tree, findings);
    }

    void run() {
        tree.mapping("gateways").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping gateway) {
                names.mustExist(
                        gateway.scalar("number-steps"),
                        "gateways." + name + ".number-steps",
                        "number-steps",
                        "list of number steps");
            }
        });
        tree.mapping("gateway-groups").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping group) {
                group(name, entry.keyPosition(), group);
            }
        });
        tree.mapping("number-steps").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping steps) {
                examples(name, steps);
            }
        });
    }

    private void group(String name, Position position, YamlNode.Mapping group) {
        YamlNode.Entry gateway = tree.mapping("gateways").entries().get(name);
        if (gateway != null) {
            findings.add(
                    position,
                    "gateway-groups." + name,
                    null,
                    "a name that no gateway has",
                    "routes could mean either; the gateway stands at " + gateway.keyPosition());
        }
        Map<String, Position> seen = new HashMap<>();
        List<YamlNode> items = group.items("gateways");
        for (int i = 0; i < items.size(); i++) {
            String key = YamlNode.item("gateway-groups." + name + ".gateways", i) + ".gateway";
            if (!(items.get(i) instanceof YamlNode.Mapping member)) {
                continue;
            }
            YamlNode.Scalar written = member.scalar("gateway");
            names.mustExist(written, key, "gateways", "gateway");
            if (written == null || findings.isWrong(written)) {
                continue;
            }
            Position earlier = seen.putIfAbsent(written.text(), written.position());
            if (earlier != null) {
                findings.addAt(
                        written, key, written.text(), "each gateway once", "it stands at " + earlier + " already");
            }
        }
    }

    private void examples(String name, YamlNode.Mapping steps) {
        if (findings.concern("number-steps." + name)) {
            return; // they can't be taken, or not compared
        }
        NumberSteps made = PlanBinder.numberSteps(name, steps);
        List<YamlNode> examples = steps.items("examples");
        for (int i = 0; i < examples.size(); i++) {
            if (examples.get(i) instanceof YamlNode.Mapping example) {
                example(
                        made,
                        ConfigBinder.text(example, "number"),
                        Objects.requireNonNull(example.scalar("becomes")),
                        YamlNode.item("number-steps." + name + ".examples", i) + ".becomes");
            }
        }
    }

    private void example(NumberSteps made, String number, YamlNode.Scalar becomes, String key) {
        String written = made.written(PhoneNumber.parse(number));
        if (!written.equals(becomes.text())) {
            findings.addAt(
                    becomes,
                    key,
                    becomes.text(),
                    "what the steps make of " + number + ", which is " + written,
                    "mend the steps or the example");
        }
    }
}

package io.ringtrace.config;

import io.ringtrace.call.PhoneNumber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks what one entry says of another: names that must exist, numbers and prefixes that must stand alone, calls that would come back to
 * us. Looks at a tree that may have other mistakes, and passes over the nodes that do, so that all findings come at once.
 */
final class MeaningChecks {
    private static final List<String> CUSTOM_KEYS =
            List.of("country-code", "national-prefix", "international-prefix", "national-digits");

    private final YamlNode.Mapping tree;
    private final List<StaticNumberRow> rows;
    private final Findings findings;

    MeaningChecks(YamlNode.Mapping tree, List<StaticNumberRow> rows, Findings findings) {
        this.tree = tree;
        this.rows = rows;
        this.findings = findings;
    }

    void run(Map<String, String> environment) {
        Map<Long, Position> staticNumbers = staticNumbers();
        staticDestinations(staticNumbers);
        shards();
        trunks(staticNumbers);
        new NetworkChecks(tree, findings).run();
        new GatewayChecks(tree, findings).run();
        new TrunkChecks(tree, findings).run(environment);
        new RouteChecks(tree, findings).run();
        new ReachChecks(tree, rows, findings).run();
        new AddressChecks(tree, findings).run();
        SecretChecks.run(
                findings, tree.mapping("sip").mapping("hep").scalar("password"), "sip.hep.password", environment);
        new StoreChecks(tree.mapping("store"), findings).run(environment);
    }

    private YamlNode.@Nullable Scalar good(YamlNode.@Nullable Scalar scalar) {
        return scalar == null || findings.isWrong(scalar) ? null : scalar;
    }

    private void shards() {
        YamlNode.Scalar shards = good(tree.mapping("sip").scalar("shards"));
        int processors = tree.mapping("sip").items("processors").size();
        if (shards != null
                && processors > 0
                && !shards.text().equals("auto")
                && Integer.parseInt(shards.text()) != processors) {
            findings.addAt(
                    shards,
                    "sip.shards",
                    shards.text(),
                    "auto, or as many as sip.processors has",
                    "it has " + processors);
        }
    }

    private Map<Long, Position> staticNumbers() {
        Map<Long, Position> seen = new HashMap<>();
        List<YamlNode> items = tree.items("static-numbers");
        for (int i = 0; i < items.size(); i++) {
            YamlNode.Scalar number =
                    items.get(i) instanceof YamlNode.Mapping entry ? good(entry.scalar("number")) : null;
            if (number == null) {
                continue;
            }
            Position earlier = seen.putIfAbsent(PhoneNumber.parse(number.text()).digits(), number.position());
            if (earlier != null) {
                findings.addAt(
                        number,
                        YamlNode.item("static-numbers", i) + ".number",
                        number.text(),
                        "each number once",
                        "it stands at " + earlier + " already");
            }
        }
        for (StaticNumberRow row : rows) {
            Position earlier = seen.putIfAbsent(row.number().digits(), row.position());
            if (earlier != null) {
                findings.add(
                        row.position(),
                        "number",
                        row.number().toString(),
                        "each number once",
                        "it stands at " + earlier + " already");
            }
        }
        return seen;
    }

    private void staticDestinations(Map<Long, Position> staticNumbers) {
        List<YamlNode> items = tree.items("static-numbers");
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof YamlNode.Mapping entry) {
                notStatic(
                        entry.scalar("destination"),
                        YamlNode.item("static-numbers", i) + ".destination",
                        staticNumbers);
            }
        }
        for (StaticNumberRow row : rows) {
            Position ours = staticNumbers.get(row.destination().digits());
            if (ours != null) {
                findings.add(
                        row.destinationPosition(),
                        "destination",
                        row.destination().toString(),
                        "a number that is not ours",
                        "it is the static number at " + ours + ", so the call would come back");
            }
        }
    }

    private void notStatic(YamlNode.@Nullable Scalar written, String key, Map<Long, Position> staticNumbers) {
        YamlNode.Scalar destination = good(written);
        if (destination == null) {
            return;
        }
        Position ours = staticNumbers.get(PhoneNumber.parse(destination.text()).digits());
        if (ours != null) {
            findings.addAt(
                    destination,
                    key,
                    destination.text(),
                    "a number that is not ours",
                    "it is the static number at " + ours + ", so the call would come back");
        }
    }

    private void trunks(Map<Long, Position> staticNumbers) {
        tree.mapping("trunks").entries().forEach((name, entry) -> {
            if (!(entry.value() instanceof YamlNode.Mapping trunk)) {
                return;
            }
            String key = "trunks." + name;
            numbers(trunk.mapping("numbers"), key + ".numbers");
            notStatic(trunk.scalar("default-destination"), key + ".default-destination", staticNumbers);
        });
    }

    private void numbers(YamlNode.Mapping numbers, String key) {
        YamlNode.Scalar format = good(numbers.scalar("format"));
        if (format == null) {
            return;
        }
        boolean custom = format.text().equals("custom");
        for (String own : CUSTOM_KEYS) {
            YamlNode.Entry entry = numbers.entries().get(own);
            if (entry != null && !custom) {
                findings.add(
                        entry.keyPosition(),
                        key + "." + own,
                        null,
                        "this key with format custom only",
                        "the format is " + format.text());
            }
        }
        if (!custom || numbers.get("country-code") != null) {
            return;
        }
        if (numbers.get("national-prefix") != null || numbers.get("national-digits") != null) {
            findings.add(
                    numbers.position(),
                    key + ".country-code",
                    null,
                    "a country code of 1 to 3 digits such as 44",
                    "national numbers need it");
        } else if (numbers.get("international-prefix") == null) {
            findings.addAt(
                    format,
                    key + ".format",
                    format.text(),
                    "country-code, international-prefix or more beside it",
                    "without any of them it is e164");
        }
    }
}

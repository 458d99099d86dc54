package io.ringtrace.config;

import io.ringtrace.attribution.OwnedNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks the store whether it owns a number that the files own too, or one that they send calls to, which would come back. */
final class OwnershipChecks {
    private final YamlNode.Mapping tree;
    private final List<StaticNumberRow> rows;
    private final Findings findings;
    private final List<Place> places = new ArrayList<>();

    OwnershipChecks(YamlNode.Mapping tree, List<StaticNumberRow> rows, Findings findings) {
        this.tree = tree;
        this.rows = rows;
        this.findings = findings;
    }

    /** @param ours the files own it; else they send calls to it */
    private record Place(PhoneNumber number, boolean ours, Position position, String key) {}

    /**
     * False when the store could not be asked.
     *
     * @param main names the configuration when the store can't be asked
     */
    boolean run(OwnedNumbers store, String main) {
        collect();
        Set<PhoneNumber> numbers = new HashSet<>();
        places.forEach(place -> numbers.add(place.number()));
        if (numbers.isEmpty()) {
            return true;
        }
        Map<PhoneNumber, String> owned;
        try {
            owned = store.among(numbers);
        } catch (StoreUnavailableException e) {
            findings.warn(
                    Position.outside(main),
                    "",
                    null,
                    "a store that says which of the " + numbers.size() + " numbers in these files it owns",
                    String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
            return false;
        }
        places.forEach(place -> compare(place, owned.get(place.number())));
        return true;
    }

    private void compare(Place place, @Nullable String state) {
        if (state == null) {
            return;
        }
        findings.add(
                place.position(),
                place.key(),
                place.number().toString(),
                place.ours() ? "a number that the files alone own" : "a number that is not ours",
                place.ours()
                        ? "the store owns it too, its state there is " + state + "; take it out of one of the two"
                        : "it is a promo number of the store, its state there is " + state
                                + ", so the call would come back");
    }

    private void collect() {
        List<YamlNode> items = tree.items("static-numbers");
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof YamlNode.Mapping entry) {
                String key = YamlNode.item("static-numbers", i);
                add(entry.scalar("number"), true, key + ".number");
                add(entry.scalar("destination"), false, key + ".destination");
            }
        }
        for (StaticNumberRow row : rows) {
            places.add(new Place(row.number(), true, row.position(), "number"));
            places.add(new Place(row.destination(), false, row.destinationPosition(), "destination"));
        }
        tree.mapping("trunks").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping trunk) {
                add(trunk.scalar("default-destination"), false, "trunks." + name + ".default-destination");
            }
        });
    }

    private void add(YamlNode.@Nullable Scalar written, boolean ours, String key) {
        if (written != null && !findings.isWrong(written)) {
            places.add(new Place(PhoneNumber.parse(written.text()), ours, written.position(), key));
        }
    }
}

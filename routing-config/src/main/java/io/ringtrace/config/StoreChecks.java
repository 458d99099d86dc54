package io.ringtrace.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks that the store's settings go together and that its secret can be had. */
final class StoreChecks {
    private static final int FEWEST_SEGMENTS = 4;

    private final YamlNode.Mapping store;
    private final Findings findings;

    StoreChecks(YamlNode.Mapping store, Findings findings) {
        this.store = store;
        this.findings = findings;
    }

    void run(Map<String, String> environment) {
        boolean external = store.get("url") != null;
        together(external, "user", "a user name of 1 to 80 characters");
        together(external, "password", SecretChecks.EXPECTED);
        SecretChecks.run(findings, store.scalar("password"), "store.password", environment);
        journal();
    }

    private void together(boolean external, String key, String expected) {
        YamlNode.Entry entry = store.entries().get(key);
        if (external && entry == null) {
            findings.add(store.position(), "store." + key, null, expected, "store.url needs it");
        } else if (!external && entry != null) {
            findings.add(
                    entry.keyPosition(),
                    "store." + key,
                    null,
                    "store.url beside it",
                    "the embedded database makes its own user; remove this key or give the URL");
        }
    }

    private void journal() {
        YamlNode.Mapping journal = store.mapping("journal");
        YamlNode.Scalar limit = good(journal.scalar("size-limit-mb"));
        YamlNode.Scalar segment = good(journal.scalar("segment-mb"));
        if (limit == null || segment == null) {
            return;
        }
        long least = FEWEST_SEGMENTS * Long.parseLong(segment.text());
        if (Long.parseLong(limit.text()) < least) {
            // point at what the operator wrote, not at a default
            boolean limitWritten = !limit.position().equals(Position.DEFAULT);
            findings.addAt(
                    limitWritten ? limit : segment,
                    limitWritten ? "store.journal.size-limit-mb" : "store.journal.segment-mb",
                    limitWritten ? limit.text() : segment.text(),
                    "a size limit of at least " + FEWEST_SEGMENTS + " segments",
                    "size-limit-mb is " + limit.text() + ", segment-mb is " + segment.text());
        }
    }

    private YamlNode.@Nullable Scalar good(YamlNode.@Nullable Scalar scalar) {
        return scalar == null || findings.isWrong(scalar) ? null : scalar;
    }
}

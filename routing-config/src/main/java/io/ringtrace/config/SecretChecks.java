package io.ringtrace.config;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks that a secret can be had where its reference says. */
final class SecretChecks {
    static final String EXPECTED = "a secret by reference, file:/path or env:NAME";

    private SecretChecks() {}

    /** Adds a finding when the secret cannot be had; nothing when there is no reference, or a wrong one. */
    static void run(Findings findings, YamlNode.@Nullable Scalar written, String key, Map<String, String> environment) {
        SecretReference reference =
                written == null || findings.isWrong(written) ? null : SecretReference.parseOrNull(written.text());
        if (written == null || reference == null) {
            return;
        }
        try {
            reference.read(environment);
        } catch (IOException _) {
            findings.addAt(written, key, null, EXPECTED, reference.missing());
        }
    }
}

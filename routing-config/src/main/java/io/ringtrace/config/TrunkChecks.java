package io.ringtrace.config;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks that the settings of each trunk go together, and that its secret can be had. */
final class TrunkChecks {
    private static final String SECRET = "a secret by reference, file:/path or env:NAME";
    private final YamlNode.Mapping tree;
    private final Findings findings;
    private final Map<String, Position> users = new HashMap<>();
    private YamlNode.@Nullable Scalar firstRealm;

    TrunkChecks(YamlNode.Mapping tree, Findings findings) {
        this.tree = tree;
        this.findings = findings;
    }

    void run(Map<String, String> environment) {
        tree.mapping("trunks").entries().forEach((name, entry) -> {
            if (entry.value() instanceof YamlNode.Mapping trunk) {
                String key = "trunks." + name;
                access(trunk, key);
                callerId(trunk.mapping("caller-id"), key + ".caller-id");
                if (trunk.get("digest") instanceof YamlNode.Mapping digest) {
                    digest(digest, key + ".digest", environment);
                }
            }
        });
    }

    private void access(YamlNode.Mapping trunk, String key) {
        if (trunk.get("source-networks") == null && trunk.get("tls-subjects") == null && trunk.get("digest") == null) {
            findings.add(
                    trunk.position(),
                    key + ".source-networks",
                    null,
                    "a list of 1 to 1024 IP networks",
                    "the key is missing; tls-subjects or digest may stand instead");
        }
        YamlNode.Entry subjects = trunk.entries().get("tls-subjects");
        YamlNode.Scalar asked = tree.mapping("sip").mapping("tls").scalar("client-certificates");
        if (subjects != null && (asked == null || asked.text().equals("none"))) {
            findings.add(
                    subjects.keyPosition(),
                    key + ".tls-subjects",
                    null,
                    "sip.tls.client-certificates optional or required",
                    "nobody is asked for a certificate");
        }
    }

    private void digest(YamlNode.Mapping digest, String key, Map<String, String> environment) {
        YamlNode.Scalar username = good(digest.scalar("username"));
        if (username != null) {
            Position earlier = users.putIfAbsent(username.text(), username.position());
            if (earlier != null) {
                findings.addAt(
                        username,
                        key + ".username",
                        username.text(),
                        "each user once",
                        "it stands at " + earlier + " already");
            }
        }
        YamlNode.Scalar realm = good(digest.scalar("realm"));
        if (realm != null && firstRealm == null) {
            firstRealm = realm;
        } else if (realm != null && firstRealm != null && !realm.text().equals(firstRealm.text())) {
            findings.addAt(
                    realm,
                    key + ".realm",
                    realm.text(),
                    "the same realm for all trunks",
                    "another has " + firstRealm.text() + ", and a challenge names one");
        }
        boolean password = digest.get("password") != null;
        if (password == (digest.get("ha1") != null)) {
            findings.add(
                    digest.position(),
                    key + ".password",
                    null,
                    SECRET,
                    password ? "a user has password or ha1, not both" : "the key is missing; ha1 may stand instead");
            return;
        }
        secret(digest, key, password ? "password" : "ha1", environment);
    }

    private void secret(YamlNode.Mapping digest, String key, String name, Map<String, String> environment) {
        YamlNode.Scalar written = good(digest.scalar(name));
        SecretReference reference = written == null ? null : SecretReference.parseOrNull(written.text());
        if (written == null || reference == null) {
            return;
        }
        try {
            String secret = reference.read(environment);
            if (name.equals("ha1") && DigestSecrets.hashes(secret) == null) {
                findings.addAt(
                        written,
                        key + ".ha1",
                        null,
                        "hashes such as SHA-256: and 64 digits",
                        "the secret holds something else");
            }
        } catch (IOException _) {
            findings.addAt(written, key + "." + name, null, SECRET, reference.missing());
        }
    }

    private YamlNode.@Nullable Scalar good(YamlNode.@Nullable Scalar scalar) {
        return scalar == null || findings.isWrong(scalar) ? null : scalar;
    }

    private void callerId(YamlNode.Mapping callerId, String key) {
        YamlNode.Scalar show = callerId.scalar("show");
        if (show == null || findings.isWrong(show)) {
            return;
        }
        YamlNode.Entry number = callerId.entries().get("number");
        boolean fixed = show.text().equals("fixed");
        if (fixed && number == null) {
            findings.add(
                    callerId.position(),
                    key + ".number",
                    null,
                    "an E.164 number such as +18005550123",
                    "show is fixed");
        } else if (!fixed && number != null) {
            findings.add(
                    number.keyPosition(),
                    key + ".number",
                    null,
                    "this key with show fixed only",
                    "show is " + show.text());
        }
        YamlNode.Scalar rewrite = callerId.scalar("rewrite-from");
        if (rewrite != null && rewrite.text().equals("true") && show.text().equals("original")) {
            findings.addAt(
                    rewrite,
                    key + ".rewrite-from",
                    rewrite.text(),
                    "show promo or fixed beside it",
                    "the original caller id is in From already");
        }
    }
}

package io.ringtrace.config;

import static io.ringtrace.config.ConfigBinder.text;
import static io.ringtrace.config.ConfigBinder.textOr;
import static io.ringtrace.config.ConfigBinder.texts;

import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a trunk proves itself by, from where the configuration says it stands. */
final class DigestSecrets {
    private static final Pattern HASH = Pattern.compile("([A-Z0-9-]{3,12}):([0-9A-Fa-f]{32,64})");

    private DigestSecrets() {}

    /** The user of a mapping that was found free of mistakes. */
    static DigestUser user(YamlNode.Mapping digest, Map<String, String> environment) {
        String username = text(digest, "username");
        String realm = text(digest, "realm");
        try {
            if (digest.get("password") != null) {
                List<DigestAlgorithm> algorithms = texts(digest.items("algorithms")).stream()
                        .map(name -> Objects.requireNonNull(DigestAlgorithm.named(name)))
                        .toList();
                return DigestUser.of(username, realm, secret(digest, "password", environment), algorithms);
            }
            Map<DigestAlgorithm, String> ha1 = hashes(secret(digest, "ha1", environment));
            return new DigestUser(username, realm, Objects.requireNonNull(ha1));
        } catch (IOException e) {
            throw new UncheckedIOException("trunk user " + username + ": " + e.getMessage(), e);
        }
    }

    private static String secret(YamlNode.Mapping digest, String key, Map<String, String> environment)
            throws IOException {
        return Objects.requireNonNull(SecretReference.parseOrNull(textOr(digest, key, "")))
                .read(environment);
    }

    /** The hashes by their algorithms; null when the text is no list of them. */
    static @Nullable Map<DigestAlgorithm, String> hashes(String text) {
        Map<DigestAlgorithm, String> hashes = new EnumMap<>(DigestAlgorithm.class);
        for (String word : text.strip().split("\\s+", -1)) {
            Matcher matcher = HASH.matcher(word);
            DigestAlgorithm algorithm = matcher.matches() ? DigestAlgorithm.named(matcher.group(1)) : null;
            if (algorithm == null
                    || matcher.group(2).length() != algorithm.digits()
                    || hashes.put(algorithm, matcher.group(2).toLowerCase(Locale.ROOT)) != null) {
                return null;
            }
        }
        return hashes;
    }
}

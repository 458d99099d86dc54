package io.ringtrace.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a secret is to be found. The configuration holds this, never the secret; it is read by whoever needs it, at that moment. */
public sealed interface SecretReference {
    int MOST_BYTES = 65_536;
    Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    /** A file that holds the secret and nothing else; one line break at its end is left out. */
    record FromFile(Path path) implements SecretReference {
        @Override
        public String read(Map<String, String> environment) throws IOException {
            byte[] bytes;
            try (InputStream in = Files.newInputStream(path)) {
                bytes = in.readNBytes(MOST_BYTES + 1);
            }
            if (bytes.length > MOST_BYTES) {
                throw new IOException("the secret file " + path + " is larger than " + MOST_BYTES + " bytes");
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            int end = text.length();
            if (end > 0 && text.charAt(end - 1) == '\n') {
                end--;
            }
            if (end > 0 && text.charAt(end - 1) == '\r') {
                end--;
            }
            if (end == 0) {
                throw new IOException("the secret file " + path + " is empty");
            }
            return text.substring(0, end);
        }
    }

    /** An environment variable. */
    record FromEnvironment(String name) implements SecretReference {
        @Override
        public String read(Map<String, String> environment) throws IOException {
            String value = environment.get(name);
            if (value == null || value.isEmpty()) {
                throw new IOException("the environment variable " + name + " is not set");
            }
            return value;
        }
    }

    /**
     * The secret. Throws IOException, naming the place but never the secret, when it cannot be had.
     *
     * @param environment the process's environment
     */
    String read(Map<String, String> environment) throws IOException;

    /** Why it cannot be had, for whoever wrote the reference. */
    default String missing() {
        return switch (this) {
            case FromFile(var path) -> "the file " + path + " cannot be read, or is empty";
            case FromEnvironment(var name) -> "the environment variable " + name + " is not set";
        };
    }

    /** Reads {@code file:/path} or {@code env:NAME}; null for anything else. */
    static @Nullable SecretReference parseOrNull(String text) {
        if (text.startsWith("env:")) {
            String name = text.substring("env:".length());
            return VARIABLE.matcher(name).matches() ? new FromEnvironment(name) : null;
        }
        if (text.startsWith("file:/")) {
            try {
                return new FromFile(Path.of(text.substring("file:".length())));
            } catch (InvalidPathException _) {
                return null;
            }
        }
        return null;
    }
}

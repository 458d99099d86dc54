package io.ringtrace.routing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The hash functions of digest authentication (RFC 8760), the one that is best understood first. */
public enum DigestAlgorithm {
    SHA_256("SHA-256", "SHA-256"),
    SHA_512_256("SHA-512-256", "SHA-512/256"),
    MD5("MD5", "MD5");

    private final String text;
    private final String name;

    DigestAlgorithm(String text, String name) {
        this.text = text;
        this.name = name;
    }

    /** As a challenge names it. */
    public String text() {
        return text;
    }

    /** The algorithm of that name, compared without case; null for none of ours. */
    public static @Nullable DigestAlgorithm named(String text) {
        for (DigestAlgorithm algorithm : values()) {
            if (algorithm.text.equalsIgnoreCase(text)) {
                return algorithm;
            }
        }
        return null;
    }

    /** Hexadecimal digits of a hash. */
    public int digits() {
        return this == MD5 ? 32 : 64;
    }

    /** The hash in lower-case hexadecimal digits. */
    public String hash(String of) {
        try {
            byte[] hash = MessageDigest.getInstance(name).digest(of.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + name, e);
        }
    }
}

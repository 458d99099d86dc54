package io.ringtrace.http.limit;

import java.security.SecureRandom;

/** A hash of texts that nobody outside can foresee: its seed is its own. Thread-safe. */
final class SeededHash {
    private final long seed = new SecureRandom().nextLong();

    long of(String text) {
        long hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        return hash;
    }
}

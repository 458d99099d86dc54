package io.ringtrace.store.account;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What each key opens, found by the key's SHA-256. Whatever is given, known or not, takes one hash, one look-up and one comparison in
 * constant time, so that time tells nothing of the keys: what a look-up's time tells of a hash tells nothing of the key behind it.
 * Immutable, thread-safe.
 */
final class KeyTable<T> {
    /** What is compared where nothing was found; the hash of no key that anybody knows. */
    private static final Entry<?> NOBODY = new Entry<>(new byte[32], null);

    @SuppressWarnings("ArrayRecordComponent") // Compared by hand, in constant time.
    private record Entry<T>(byte[] hash, @Nullable T opens) {}

    private final Map<ByteBuffer, Entry<T>> entries;
    private final UnaryOperator<byte[]> hash;
    private final BiPredicate<byte[], byte[]> same;

    private KeyTable(Map<ByteBuffer, Entry<T>> entries, UnaryOperator<byte[]> hash, BiPredicate<byte[], byte[]> same) {
        this.entries = entries;
        this.hash = hash;
        this.same = same;
    }

    static <T> KeyTable<T> empty() {
        return KeyTable.<T>builder().build();
    }

    static <T> Builder<T> builder() {
        return new Builder<>();
    }

    static final class Builder<T> {
        private final Map<ByteBuffer, Entry<T>> entries = new HashMap<>();

        /** Of keys of which the database has the hash alone. */
        Builder<T> addHash(byte[] hash, T opens) {
            entries.put(ByteBuffer.wrap(hash), new Entry<>(hash, opens));
            return this;
        }

        Builder<T> add(String key, T opens) {
            return addHash(hash(key), opens);
        }

        KeyTable<T> build() {
            return observed(KeyTable::sha256, MessageDigest::isEqual);
        }

        /** With hashes and comparisons that somebody counts. */
        KeyTable<T> observed(UnaryOperator<byte[]> hash, BiPredicate<byte[], byte[]> same) {
            return new KeyTable<>(Map.copyOf(entries), hash, same);
        }
    }

    /** Null when it opens nothing. */
    @Nullable
    T find(String key) {
        byte[] hashed = hash.apply(key.getBytes(StandardCharsets.UTF_8));
        @SuppressWarnings("unchecked")
        Entry<T> entry = entries.getOrDefault(ByteBuffer.wrap(hashed), (Entry<T>) NOBODY);
        return same.test(entry.hash(), hashed) ? entry.opens() : null;
    }

    /** Without salt or stretching: our keys are 192 random bits and more, nobody guesses them. */
    static byte[] hash(String key) {
        return sha256(key.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}

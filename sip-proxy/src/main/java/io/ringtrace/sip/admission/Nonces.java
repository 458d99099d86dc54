package io.ringtrace.sip.admission;

import io.ringtrace.attribution.LeaseClock;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The nonces of digest authentication. One that is given out is signed and holds its own time, so nothing is kept for strangers; what is kept,
 * within a bound, are the counts of those that a good response came with (RFC 7616 §3.4). For all shards, thread-safe.
 */
final class Nonces {
    static final long GOOD_FOR_MILLIS = 300_000;
    private static final int MOST_IN_USE = 16_384;
    private static final int UNIQUE = 8;
    private static final int SIGNED = Long.BYTES + UNIQUE;
    private static final int SIGNATURE = 16;
    private static final int WINDOW = 64;
    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key;
    private final LeaseClock clock;
    private final Map<String, Counts> inUse = new ConcurrentHashMap<>();

    /** The counts that came with one nonce: the highest, and which of the 64 up to it. */
    private static final class Counts {
        private long highest;
        private long seen;

        synchronized boolean take(long count) {
            if (count > highest) {
                long step = count - highest;
                seen = step >= WINDOW ? 1 : seen << step | 1;
                highest = count;
                return true;
            }
            long back = highest - count;
            if (back >= WINDOW || (seen >>> back & 1) != 0) {
                return false;
            }
            seen |= 1L << back;
            return true;
        }
    }

    Nonces(LeaseClock clock) {
        this.clock = clock;
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        this.key = new SecretKeySpec(secret, "HmacSHA256");
    }

    String make() {
        byte[] unique = new byte[UNIQUE];
        random.nextBytes(unique);
        byte[] signed = ByteBuffer.allocate(SIGNED)
                .putLong(clock.nowMillis())
                .put(unique)
                .array();
        byte[] nonce = Arrays.copyOf(signed, SIGNED + SIGNATURE);
        System.arraycopy(signature(signed), 0, nonce, SIGNED, SIGNATURE);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce);
    }

    /** True when it is one of ours and young enough. */
    boolean fresh(String nonce) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(nonce);
        } catch (IllegalArgumentException _) {
            return false;
        }
        if (bytes.length != SIGNED + SIGNATURE
                || !MessageDigest.isEqual(
                        signature(Arrays.copyOf(bytes, SIGNED)), Arrays.copyOfRange(bytes, SIGNED, bytes.length))) {
            return false;
        }
        long age = clock.nowMillis() - ByteBuffer.wrap(bytes).getLong();
        return age >= 0 && age <= GOOD_FOR_MILLIS;
    }

    /** Takes note of a good response with that count; false when there was one before. */
    boolean use(String nonce, long count) {
        Counts counts = inUse.get(nonce);
        if (counts == null) {
            if (inUse.size() >= MOST_IN_USE) {
                inUse.keySet().removeIf(known -> !fresh(known));
            }
            if (inUse.size() >= MOST_IN_USE) {
                return false;
            }
            counts = inUse.computeIfAbsent(nonce, _ -> new Counts());
        }
        return counts.take(count);
    }

    private byte[] signature(byte[] signed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return Arrays.copyOf(mac.doFinal(signed), SIGNATURE);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}

package io.ringtrace.sip.admission;

import io.ringtrace.attribution.LeaseClock;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.NavigableMap;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The nonces of digest authentication. One that is given out is signed and holds its own time, so nothing is kept for strangers; what is kept,
 * within a bound, are the counts of those that a good response came with (RFC 7616 §3.4). When there are too many the oldest are forgotten, and with
 * them every nonce made as early: who still has one of these is given a new one. For all shards, thread-safe; what is locked is short.
 */
final class Nonces {
    static final long GOOD_FOR_MILLIS = 300_000;
    static final int MOST_IN_USE = 65_536;
    private static final int UNIQUE = 8;
    private static final int SIGNED = Long.BYTES + UNIQUE;
    private static final int SIGNATURE = 16;
    private static final int WINDOW = 64;
    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key;
    private final LeaseClock clock;
    private final NavigableMap<Id, Counts> inUse =
            new TreeMap<>(Comparator.comparingLong(Id::madeAtMillis).thenComparingLong(Id::unique));
    /** Those made then or before are good no more, whatever their age. */
    private long forgottenUpTo = Long.MIN_VALUE;

    /** What tells nonces apart. */
    private record Id(long madeAtMillis, long unique) {}

    /** The counts that came with one nonce: the highest, and which of the 64 up to it. */
    private static final class Counts {
        private long highest;
        private long seen;

        boolean take(long count) {
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

    /**
     * Takes note of a good response with that nonce and count; false when the nonce is none of ours, too old or forgotten, or came with that count
     * before: a new one is to be asked for then.
     */
    boolean use(String nonce, long count) {
        Id id = read(nonce);
        if (id == null) {
            return false;
        }
        long now = clock.nowMillis();
        long age = now - id.madeAtMillis();
        return age >= 0 && age <= GOOD_FOR_MILLIS && take(id, count, now);
    }

    private synchronized boolean take(Id id, long count, long now) {
        forgottenUpTo = Math.max(forgottenUpTo, now - GOOD_FOR_MILLIS - 1);
        forgetUpTo(forgottenUpTo);
        if (id.madeAtMillis() <= forgottenUpTo) {
            return false;
        }
        Counts counts = inUse.get(id);
        if (counts == null) {
            if (inUse.size() >= MOST_IN_USE) {
                forgottenUpTo = inUse.firstKey().madeAtMillis();
                forgetUpTo(forgottenUpTo);
                if (id.madeAtMillis() <= forgottenUpTo) {
                    return false;
                }
            }
            counts = new Counts();
            inUse.put(id, counts);
        }
        return counts.take(count);
    }

    private void forgetUpTo(long madeAtMillis) {
        while (!inUse.isEmpty() && inUse.firstKey().madeAtMillis() <= madeAtMillis) {
            inUse.pollFirstEntry();
        }
    }

    /** Those that are kept. */
    synchronized int inUse() {
        return inUse.size();
    }

    /** Null for what we did not sign. */
    private @Nullable Id read(String nonce) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(nonce);
        } catch (IllegalArgumentException _) {
            return null;
        }
        if (bytes.length != SIGNED + SIGNATURE
                || !MessageDigest.isEqual(
                        signature(Arrays.copyOf(bytes, SIGNED)), Arrays.copyOfRange(bytes, SIGNED, bytes.length))) {
            return null;
        }
        ByteBuffer parts = ByteBuffer.wrap(bytes);
        return new Id(parts.getLong(), parts.getLong());
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

package io.ringtrace.sip.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A fast 64-bit hash of bytes, the same on every machine. Not cryptographic: tables that strangers fill pass a secret seed, so that nobody
 * can aim for one bucket.
 */
public final class ByteHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private ByteHash() {}

    /** Continues the hash with the bytes from (inclusive) to (exclusive). Text split differently hashes differently. */
    public static long hash(long seed, byte[] bytes, int from, int to) {
        long hash = seed + (to - from) * MULTIPLIER;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            hash = mix(hash ^ (long) LONG.get(bytes, at));
        }
        long rest = 0;
        for (int shift = 0; at < to; at++, shift += 8) {
            rest |= (bytes[at] & 0xFFL) << shift;
        }
        return mix(hash ^ rest);
    }

    public static long hash(long seed, long value) {
        return mix(seed + MULTIPLIER ^ value);
    }

    /** A hash of the text; not equal to that of its bytes. */
    public static long hash(long seed, String text) {
        long hash = seed + text.length() * MULTIPLIER;
        for (int i = 0; i < text.length(); i++) {
            hash = mix(hash ^ text.charAt(i));
        }
        return hash;
    }

    private static long mix(long value) {
        long mixed = value * 0xBF58476D1CE4E5B9L;
        mixed ^= mixed >>> 32;
        mixed *= 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 29;
    }
}

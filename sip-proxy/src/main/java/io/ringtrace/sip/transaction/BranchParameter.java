package io.ringtrace.sip.transaction;

/**
 * The branch parameter that we put into our Via. It names the client transaction by its place, so that a response is an array access:
 * {@code z9hG4bK} and in hexadecimal the shard (2 digits), the slot (6), the slot's generation (8), a random number (8) and the loop hash
 * (8, RFC 5393 §4.2.2).
 */
public final class BranchParameter {
    private static final byte[] COOKIE = {'z', '9', 'h', 'G', '4', 'b', 'K'};
    private static final int SHARD = COOKIE.length;
    private static final int SLOT = SHARD + 2;
    private static final int GENERATION = SLOT + 6;
    private static final int RANDOM = GENERATION + 8;
    private static final int LOOP = RANDOM + 8;
    public static final int LENGTH = LOOP + 8;
    public static final int MOST_SHARDS = 256;
    public static final int MOST_SLOTS = 1 << 24;
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private BranchParameter() {}

    /** True when the bytes begin with the magic cookie of RFC 3261 §8.1.1.7, so that the branch is unique. */
    public static boolean unique(byte[] bytes, int from, int to) {
        if (to - from < COOKIE.length) {
            return false;
        }
        for (int i = 0; i < COOKIE.length; i++) {
            // Tokens are compared without case.
            if ((bytes[from + i] | 0x20) != (COOKIE[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    /** Writes the {@link #LENGTH} bytes of a branch. */
    public static void write(byte[] out, int at, int shard, int slot, int generation, int random, int loopHash) {
        System.arraycopy(COOKIE, 0, out, at, COOKIE.length);
        hex(out, at + SHARD, 2, shard);
        hex(out, at + SLOT, 6, slot);
        hex(out, at + GENERATION, 8, generation);
        hex(out, at + RANDOM, 8, random);
        hex(out, at + LOOP, 8, loopHash);
    }

    /** True when the bytes have the form of our branches; the other readers may then be used. */
    public static boolean ours(byte[] bytes, int from, int to) {
        if (to - from != LENGTH || !unique(bytes, from, to)) {
            return false;
        }
        for (int i = from + SHARD; i < to; i++) {
            if (Character.digit(bytes[i], 16) < 0) {
                return false;
            }
        }
        return true;
    }

    public static int shard(byte[] bytes, int from) {
        return read(bytes, from + SHARD, 2);
    }

    public static int slot(byte[] bytes, int from) {
        return read(bytes, from + SLOT, 6);
    }

    public static int generation(byte[] bytes, int from) {
        return read(bytes, from + GENERATION, 8);
    }

    public static int random(byte[] bytes, int from) {
        return read(bytes, from + RANDOM, 8);
    }

    public static int loopHash(byte[] bytes, int from) {
        return read(bytes, from + LOOP, 8);
    }

    private static void hex(byte[] out, int at, int digits, int value) {
        int rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            out[i] = DIGITS[rest & 15];
            rest >>>= 4;
        }
    }

    private static int read(byte[] bytes, int at, int digits) {
        int value = 0;
        for (int i = at; i < at + digits; i++) {
            value = value << 4 | Character.digit(bytes[i], 16);
        }
        return value;
    }
}

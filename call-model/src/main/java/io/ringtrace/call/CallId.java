package io.ringtrace.call;

import java.nio.ByteBuffer;

/**
 * The name we give a call when its INVITE arrives: a ULID, so calls sort by time. 48 bits of Unix milliseconds, 80 of randomness. The
 * milliseconds are the start of the call's record.
 */
public record CallId(long high, long low) implements Comparable<CallId> {
    private static final String CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 26;
    private static final long LAST_MILLIS = (1L << 48) - 1;

    /** Unix milliseconds of the moment it was made. */
    public long madeAtMillis() {
        return high >>> 16;
    }

    /** The least id that a call of that moment or a later one has; of a moment that no id can hold, the nearest one. */
    public static CallId firstMadeAt(long unixMillis) {
        return new CallId(Math.clamp(unixMillis, 0, LAST_MILLIS) << 16, 0);
    }

    /** Reads the 26 characters of a ULID; throws IllegalArgumentException for anything else. */
    public static CallId parse(String text) {
        if (text.length() != LENGTH || text.charAt(0) > '7') {
            throw new IllegalArgumentException("'" + text + "' is not a call id (a ULID of 26 characters)");
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            int value = CROCKFORD.indexOf(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
            if (value < 0) {
                throw new IllegalArgumentException(
                        "'" + text + "' is not a call id: '" + text.charAt(i) + "' is not in Crockford's base 32");
            }
            high = high << 5 | low >>> 59;
            low = low << 5 | value;
        }
        return new CallId(high, low);
    }

    /** Reads what {@link #toBytes} made; throws IllegalArgumentException for another length. */
    public static CallId fromBytes(byte[] bytes) {
        if (bytes.length != 16) {
            throw new IllegalArgumentException("a call id has 16 bytes, not " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new CallId(buffer.getLong(), buffer.getLong());
    }

    /** 16 bytes, most significant first. */
    public byte[] toBytes() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    @Override
    public int compareTo(CallId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        char[] text = new char[LENGTH];
        long h = high;
        long l = low;
        for (int i = LENGTH - 1; i >= 0; i--) {
            text[i] = CROCKFORD.charAt((int) (l & 31));
            l = l >>> 5 | h << 59;
            h >>>= 5;
        }
        return new String(text);
    }
}

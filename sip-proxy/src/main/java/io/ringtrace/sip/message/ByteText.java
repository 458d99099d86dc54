package io.ringtrace.sip.message;

import java.nio.charset.StandardCharsets;

/**
 * A view of bytes as characters, one per byte, without copying. Reused by its shard: valid until pointed elsewhere and while the bytes
 * under it stand. {@link #toString} copies, reading UTF-8.
 */
public final class ByteText implements CharSequence {
    private byte[] bytes = {};
    private int start;
    private int length;

    /** Points this view at the bytes from (inclusive) to (exclusive); returns itself. */
    public ByteText of(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.start = from;
        this.length = to - from;
        return this;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException(index);
        }
        return (char) (bytes[start + index] & 0xFF);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        if (from < 0 || to > length || from > to) {
            throw new IndexOutOfBoundsException(from + " to " + to);
        }
        return new ByteText().of(bytes, start + from, start + to);
    }

    @Override
    public String toString() {
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }
}

package io.ringtrace.sip.message;

/**
 * A range of a message's bytes packed into an int, so that an index is plain ints and reading allocates nothing: the start in the upper
 * 16 bits, the exclusive end in the lower 16, both counted from the message's first byte. A message has at most 65,535 bytes, so both
 * fit. {@link #NONE} means absent; an empty value that is present has a start above zero, because no value stands at a message's first
 * byte.
 */
public final class Span {
    /** No range: the header, parameter or part is absent. */
    public static final int NONE = 0;

    private Span() {}

    public static int of(int start, int end) {
        return start << 16 | end;
    }

    public static int start(int span) {
        return span >>> 16;
    }

    /** The first position behind the range. */
    public static int end(int span) {
        return span & 0xFFFF;
    }

    public static int length(int span) {
        return (span & 0xFFFF) - (span >>> 16);
    }

    public static boolean present(int span) {
        return span != NONE;
    }
}

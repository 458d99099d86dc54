package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Finds where messages end in a stream of bytes, however it was cut into segments: by Content-Length, which a stream's messages must have
 * (RFC 3261 §18.3). Holds what is not complete yet, so one belongs to each connection; its loop's thread.
 */
final class StreamFraming {
    /** What {@link #next} found. */
    enum Found {
        /** A message, at {@link #bytes}, {@link #offset} and {@link #length}. */
        MESSAGE,
        /** A keep-alive that wants an answer: two CRLF between messages (RFC 5626 §4.4.1). */
        PING,
        /** Nothing complete. */
        NOTHING,
        /** A message beyond our bounds, of which {@link #bytes}, {@link #offset} and {@link #length} have the header: the connection must be closed. */
        TOO_LONG,
        /** No way to know where the next message begins: the connection must be closed. */
        BROKEN
    }

    private static final int SMALLEST = 2 * 1024;
    private static final int LARGEST_KEPT = 16 * 1024;
    private static final int UNKNOWN = -1;
    private static final byte[] CONTENT_LENGTH = {'c', 'o', 'n', 't', 'e', 'n', 't', '-', 'l', 'e', 'n', 'g', 't', 'h'};

    private final int longestHeader;
    private final int longestMessage;
    private byte[] held = new byte[SMALLEST];
    private int start;
    private int end;
    /** Up to here no empty line was found. */
    private int searched;

    private int needed = UNKNOWN;
    private int offset;
    private int length;

    /**
     * @param longestHeader most bytes of a start line with its header
     * @param longestMessage most bytes of a message, header and body
     */
    StreamFraming(int longestHeader, int longestMessage) {
        this.longestHeader = longestHeader;
        this.longestMessage = longestMessage;
    }

    /** Takes over the buffer's bytes, not the buffer. To be followed by {@link #next} until nothing is found. */
    void append(ByteBuf segment) {
        int added = segment.readableBytes();
        if (start > 0) {
            System.arraycopy(held, start, held, 0, end - start);
            end -= start;
            searched -= start;
            start = 0;
        }
        if (end + added > held.length) {
            held = Arrays.copyOf(held, Math.max(end + added, 2 * held.length));
        }
        segment.readBytes(held, end, added);
        end += added;
    }

    Found next() {
        if (needed == UNKNOWN) {
            Found before = skipLineEnds();
            if (before != Found.MESSAGE) {
                return before;
            }
            int headerEnd = headerEnd();
            if (headerEnd < 0) {
                return end - start > longestHeader ? tooLong(end) : Found.NOTHING;
            }
            int body = contentLength(headerEnd);
            if (body < 0) {
                return Found.BROKEN;
            } else if (headerEnd - start > longestHeader || headerEnd - start + body > longestMessage) {
                return tooLong(headerEnd);
            }
            needed = headerEnd - start + body;
        }
        if (end - start < needed) {
            return Found.NOTHING;
        }
        offset = start;
        length = needed;
        start += needed;
        searched = start;
        needed = UNKNOWN;
        return Found.MESSAGE;
    }

    private Found tooLong(int to) {
        offset = start;
        length = to - start;
        return Found.TOO_LONG;
    }

    /** Valid until the next append. */
    byte[] bytes() {
        return held;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    /** True while a message has begun and has not ended. */
    boolean withinMessage() {
        return start < end && !lineEnd(start);
    }

    /** Lets a large buffer go when nothing is held. */
    void rest() {
        if (start == end && held.length > LARGEST_KEPT) {
            held = new byte[SMALLEST];
            start = 0;
            end = 0;
            searched = 0;
        }
    }

    /** MESSAGE when one begins here. */
    private Found skipLineEnds() {
        while (start < end && lineEnd(start)) {
            boolean crlf = held[start] == '\r' && start + 1 < end && held[start + 1] == '\n';
            if (crlf && start + 3 < end && held[start + 2] == '\r' && held[start + 3] == '\n') {
                start += 4;
                searched = start;
                return Found.PING;
            }
            boolean mayBecomePing = held[start] == '\r' && (end - start < 2 || (crlf && mayGoOnAsPing(start + 2)));
            if (mayBecomePing) {
                return Found.NOTHING;
            }
            start++;
        }
        searched = Math.max(searched, start);
        return start < end ? Found.MESSAGE : Found.NOTHING;
    }

    private boolean mayGoOnAsPing(int at) {
        return at == end || (at + 1 == end && held[at] == '\r');
    }

    private boolean lineEnd(int at) {
        return held[at] == '\r' || held[at] == '\n';
    }

    /** The position behind the empty line; -1 when it has not come yet. */
    private int headerEnd() {
        int at = searched;
        while (at < end) {
            if (held[at] == '\n') {
                int next = at + 1 < end && held[at + 1] == '\r' ? at + 2 : at + 1;
                if (next >= end) {
                    searched = at;
                    return -1;
                }
                if (held[next] == '\n') {
                    return next + 1;
                }
            }
            at++;
        }
        searched = at;
        return -1;
    }

    /** Content-Length's value, written long or compact; -1 when it is absent, malformed or stands there with two values. */
    private int contentLength(int headerEnd) {
        int found = -1;
        int line = start;
        while (line < headerEnd) {
            int colon = fieldNameEnd(line, headerEnd);
            if (colon > 0) {
                int value = number(colon + 1, headerEnd);
                if (value < 0 || (found >= 0 && found != value)) {
                    return -1;
                }
                found = value;
            }
            while (held[line] != '\n') {
                line++;
            }
            line++;
        }
        return found;
    }

    /** The colon's place when this line is a Content-Length; else 0. */
    private int fieldNameEnd(int line, int headerEnd) {
        int at = line;
        int matched = 0;
        while (matched < CONTENT_LENGTH.length && lower(held[at]) == CONTENT_LENGTH[matched]) {
            matched++;
            at++;
        }
        if (matched < CONTENT_LENGTH.length) {
            if (lower(held[line]) != 'l') {
                return 0;
            }
            at = line + 1;
        }
        while (at < headerEnd && (held[at] == ' ' || held[at] == '\t')) {
            at++;
        }
        return held[at] == ':' ? at : 0;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter;
    }

    private int number(int from, int headerEnd) {
        int at = from;
        while (at < headerEnd && (held[at] == ' ' || held[at] == '\t' || folded(at))) {
            at++;
        }
        int digits = at;
        int value = 0;
        while (at < headerEnd && held[at] >= '0' && held[at] <= '9') {
            // As long as it is written: beyond the bound, one length is as good as another.
            value = Math.min(value * 10 + held[at] - '0', longestMessage + 1);
            at++;
        }
        int digitsEnd = at;
        while (at < headerEnd && (held[at] == ' ' || held[at] == '\t')) {
            at++;
        }
        return digitsEnd > digits && lineEnd(at) ? value : -1;
    }

    /** A line end that a folded line follows. */
    private boolean folded(int at) {
        return (held[at] == '\r' && held[at + 1] == '\n')
                || (held[at] == '\n' && (held[at + 1] == ' ' || held[at + 1] == '\t'));
    }
}

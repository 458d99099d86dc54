package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Indexes SIP messages in one pass over their bytes, allocating nothing. A shard owns one and calls it on its thread for every datagram.
 *
 * <p>Tolerated, as RFC 4475 asks: lines ended by LF alone, folded lines, white space around colons and separators, empty lines before the
 * start line, unknown methods, headers and schemes, any bytes in values that a proxy has no need to read. Whatever a proxy reads and
 * cannot is a {@link Flaw}; after the first flaw the rest is still indexed, so that the request can be answered.
 */
public final class SipParser {
    /** Most bytes of a message. */
    public static final int LONGEST = 65_535;
    /** Most header fields of a message. */
    public static final int MOST_FIELDS = 256;

    /**
     * Indexes one datagram. Content-Length is treated by §18.3: bytes behind the body are dropped, too few are a flaw, and without it the
     * body goes to the datagram's end.
     *
     * @return null for a message a proxy can work with, else why not; also in {@link SipMessage#flaw()}
     */
    public @Nullable Flaw parseDatagram(byte[] bytes, int offset, int length, SipMessage into) {
        throw new UnsupportedOperationException("in work");
    }

    /**
     * Copies the readable bytes of a buffer (a message we sent, kept for retransmission) into the message's own buffer and indexes them
     * there; the buffer's reader index stays.
     */
    public @Nullable Flaw parseCopy(ByteBuf sent, SipMessage into) {
        throw new UnsupportedOperationException("in work");
    }
}

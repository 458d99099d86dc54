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

    private static final long HIGHEST_CSEQ = (1L << 31) - 1;
    private static final int HIGHEST_MAX_FORWARDS = 255;
    private final NameAddress address = new NameAddress();

    /**
     * Indexes one datagram. Content-Length is treated by §18.3: bytes behind the body are dropped, too few are a flaw, and without it the
     * body goes to the datagram's end.
     *
     * @return null for a message a proxy can work with, else why not; also in {@link SipMessage#flaw()}
     */
    public @Nullable Flaw parseDatagram(byte[] bytes, int offset, int length, SipMessage into) {
        int start = offset;
        int end = offset + length;
        while (start < end && (bytes[start] == '\r' || bytes[start] == '\n')) {
            start++;
        }
        into.clear(bytes, start, end - start);
        if (start == end) {
            return note(into, Flaw.KEEP_ALIVE);
        }
        if (end - start > LONGEST) {
            into.length = 0;
            into.bodyStart = 0;
            return note(into, Flaw.TOO_LONG);
        }
        int lineFeed = Lines.lineFeed(bytes, start, end);
        if (lineFeed < 0) {
            return note(into, Flaw.NOT_SIP);
        }
        note(into, StartLine.read(into, start, withoutReturn(bytes, start, lineFeed)));
        if (into.flaw == Flaw.NOT_SIP) {
            return into.flaw;
        }
        into.firstLineEnd = lineFeed + 1 - start;
        if (fields(into, lineFeed + 1, end)) {
            requireFields(into);
            endOfBody(into);
        }
        return into.flaw;
    }

    /**
     * Copies the readable bytes of a buffer (a message we sent, kept for retransmission) into the message's own buffer and indexes them
     * there; the buffer's reader index stays.
     */
    public @Nullable Flaw parseCopy(ByteBuf sent, SipMessage into) {
        int length = sent.readableBytes();
        byte[] own = into.ownBuffer(length);
        sent.getBytes(sent.readerIndex(), own, 0, length);
        return parseDatagram(own, 0, length, into);
    }

    /** Indexes the header fields up to the empty line; false when they cannot be read to their end. */
    private boolean fields(SipMessage into, int from, int end) {
        byte[] bytes = into.bytes;
        int line = from;
        while (line < end) {
            int lineFeed = Lines.lineFeed(bytes, line, end);
            if (lineFeed < 0) {
                break;
            }
            if (lineFeed == line || (lineFeed == line + 1 && bytes[line] == '\r')) {
                into.bodyStart = lineFeed + 1 - into.offset;
                return true;
            }
            while (lineFeed + 1 < end && (bytes[lineFeed + 1] == ' ' || bytes[lineFeed + 1] == '\t')) {
                int next = Lines.lineFeed(bytes, lineFeed + 1, end);
                if (next < 0) {
                    note(into, Flaw.UNTERMINATED);
                    return false;
                }
                lineFeed = next;
            }
            if (into.fieldCount == MOST_FIELDS) {
                note(into, Flaw.TOO_MANY_FIELDS);
                return false;
            }
            field(into, line, lineFeed);
            line = lineFeed + 1;
        }
        note(into, Flaw.UNTERMINATED);
        return false;
    }

    private void field(SipMessage into, int line, int lineFeed) {
        byte[] bytes = into.bytes;
        int base = into.offset;
        int nameEnd = line;
        while (nameEnd < lineFeed && Ascii.token(bytes[nameEnd])) {
            nameEnd++;
        }
        int colon = Ascii.skipWhite(bytes, nameEnd, lineFeed);
        if (nameEnd == line || colon == lineFeed || bytes[colon] != ':') {
            note(into, Flaw.FIELD);
            return;
        }
        SipHeader header = HeaderNames.of(bytes, line, nameEnd);
        int value = Ascii.skipWhite(bytes, colon + 1, lineFeed);
        int valueEnd = Ascii.trimEnd(bytes, value, lineFeed);
        into.addField(
                header,
                Span.of(line - base, lineFeed + 1 - base),
                Span.of(line - base, nameEnd - base),
                Span.of(value - base, valueEnd - base));
        index(into, header, value, valueEnd);
    }

    /** Reads the values that a proxy works with. */
    private void index(SipMessage into, SipHeader header, int from, int to) {
        switch (header) {
            case VIA -> via(into, from, to);
            case FROM -> into.fromTag = tag(into, header, from, to, Flaw.FROM, Flaw.REPEATED_FROM);
            case TO -> into.toTag = tag(into, header, from, to, Flaw.TO, Flaw.REPEATED_TO);
            case CALL_ID -> callId(into, from, to);
            case CSEQ -> cseq(into, from, to);
            case MAX_FORWARDS -> {
                into.maxForwards = (int) Ascii.number(into.bytes, from, to, HIGHEST_MAX_FORWARDS);
                once(into, header, Flaw.REPEATED_MAX_FORWARDS);
                require(into, into.maxForwards >= 0, Flaw.MAX_FORWARDS);
            }
            case MAX_BREADTH -> {
                into.maxBreadth = (int) Ascii.number(into.bytes, from, to, Integer.MAX_VALUE);
                once(into, header, Flaw.REPEATED_MAX_BREADTH);
                require(into, into.maxBreadth >= 0, Flaw.MAX_BREADTH);
            }
            case CONTENT_LENGTH -> {
                into.contentLength = (int) Ascii.number(into.bytes, from, to, Integer.MAX_VALUE);
                once(into, header, Flaw.REPEATED_CONTENT_LENGTH);
                require(into, into.contentLength >= 0, Flaw.CONTENT_LENGTH);
            }
            case ROUTE -> routes(into, from, to);
            default -> {
                // Every other header is read when somebody asks for it.
            }
        }
    }

    private static void via(SipMessage into, int from, int to) {
        if (isFirst(into, SipHeader.VIA)) {
            int end = HeaderLists.entryEnd(into.bytes, from, to);
            int span = Span.of(from - into.offset, Ascii.trimEnd(into.bytes, from, end) - into.offset);
            require(into, into.topVia().read(into, span), Flaw.VIA);
        }
    }

    private int tag(SipMessage into, SipHeader header, int from, int to, Flaw malformed, Flaw repeated) {
        once(into, header, repeated);
        boolean good = address.read(into, Span.of(from - into.offset, to - into.offset));
        require(into, good, malformed);
        int tag = good ? address.tag() : Span.NONE;
        require(into, tag == Span.NONE || Span.length(tag) > 0, malformed);
        return tag;
    }

    private static void callId(SipMessage into, int from, int to) {
        once(into, SipHeader.CALL_ID, Flaw.REPEATED_CALL_ID);
        boolean good = from < to;
        for (int at = from; at < to; at++) {
            good &= !Ascii.white(into.bytes[at]);
        }
        require(into, good, Flaw.CALL_ID);
        into.callId = Span.of(from - into.offset, to - into.offset);
    }

    private static void cseq(SipMessage into, int from, int to) {
        byte[] bytes = into.bytes;
        once(into, SipHeader.CSEQ, Flaw.REPEATED_CSEQ);
        int numberEnd = from;
        while (numberEnd < to && Ascii.digit(bytes[numberEnd])) {
            numberEnd++;
        }
        into.cseqNumber = Ascii.number(bytes, from, numberEnd, HIGHEST_CSEQ);
        int method = Ascii.skipWhite(bytes, numberEnd, to);
        require(into, into.cseqNumber >= 0 && method > numberEnd && Ascii.token(bytes, method, to), Flaw.CSEQ);
        into.cseqMethodSpan = Span.of(method - into.offset, to - into.offset);
        into.cseqMethod = SipMethod.of(bytes, method, to);
    }

    /** Every Route value of a request must name a hop; responses carry none that counts (§20.34). */
    private void routes(SipMessage into, int from, int to) {
        int at = from;
        boolean good = from < to;
        while (at < to) {
            int end = HeaderLists.entryEnd(into.bytes, at, to);
            int entry = Ascii.skipWhite(into.bytes, at, end);
            int entryEnd = Ascii.trimEnd(into.bytes, entry, end);
            good &= address.read(into, Span.of(entry - into.offset, entryEnd - into.offset))
                    && Span.present(address.uri().span());
            at = end + 1;
        }
        require(into, good || !into.request, Flaw.ROUTE);
    }

    private static void requireFields(SipMessage into) {
        require(into, into.has(SipHeader.VIA), Flaw.MISSING_VIA);
        require(into, into.has(SipHeader.FROM), Flaw.MISSING_FROM);
        require(into, into.has(SipHeader.TO), Flaw.MISSING_TO);
        require(into, into.has(SipHeader.CALL_ID), Flaw.MISSING_CALL_ID);
        require(into, into.has(SipHeader.CSEQ), Flaw.MISSING_CSEQ);
        if (into.request) {
            boolean same = into.method == into.cseqMethod
                    && (into.method != SipMethod.OTHER || into.same(into.methodSpan, into, into.cseqMethodSpan));
            require(into, same, Flaw.CSEQ_METHOD);
        }
    }

    /** §18.3 over UDP. */
    private static void endOfBody(SipMessage into) {
        if (into.contentLength > into.bodyLength()) {
            note(into, Flaw.BODY_TOO_SHORT);
        } else if (into.contentLength >= 0) {
            into.length = into.bodyStart + into.contentLength;
        }
    }

    private static int withoutReturn(byte[] bytes, int from, int lineFeed) {
        return lineFeed > from && bytes[lineFeed - 1] == '\r' ? lineFeed - 1 : lineFeed;
    }

    private static boolean isFirst(SipMessage into, SipHeader header) {
        return into.first(header) == into.fieldCount - 1;
    }

    private static void once(SipMessage into, SipHeader header, Flaw repeated) {
        require(into, isFirst(into, header), repeated);
    }

    private static void require(SipMessage into, boolean good, Flaw otherwise) {
        if (!good) {
            note(into, otherwise);
        }
    }

    /** Keeps the first flaw; later ones often follow from it. */
    private static @Nullable Flaw note(SipMessage into, @Nullable Flaw flaw) {
        if (into.flaw == null) {
            into.flaw = flaw;
        }
        return into.flaw;
    }
}

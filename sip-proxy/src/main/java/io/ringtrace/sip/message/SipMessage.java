package io.ringtrace.sip.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One SIP message: its bytes and the index {@link SipParser} made of them. A shard owns one for reading and reuses it; what must outlive
 * the read batch is kept with {@link #copyFrom} in another. Not thread-safe.
 *
 * <p>Parts are {@link Span}s counted from the message's first byte; {@link Span#NONE} says absent. Header fields are numbered from 0 in
 * the order of the message. Values are without the white space around them; line folds (§7.3.1) stay inside, as white space.
 */
public final class SipMessage {
    private static final int FIELDS_AT_FIRST = 32;
    private static final int MAX_BREADTH_UNSTATED = 60;
    static final SipHeader[] HEADERS = SipHeader.values();
    private static final short NO_FIELD = -1;

    private byte[] own = {};
    byte[] bytes = own;
    int offset;
    int length;

    @Nullable
    Flaw flaw;

    boolean request;
    SipMethod method = SipMethod.OTHER;
    int methodSpan;
    int requestUriSpan;
    int status;
    int reasonSpan;
    int bodyStart;
    int firstLineEnd;

    int fieldCount;
    private int[] lines = new int[FIELDS_AT_FIRST];
    private int[] names = new int[FIELDS_AT_FIRST];
    private int[] values = new int[FIELDS_AT_FIRST];
    private byte[] headers = new byte[FIELDS_AT_FIRST];
    private short[] nextSame = new short[FIELDS_AT_FIRST];
    private final short[] first = new short[HEADERS.length];
    private final short[] last = new short[HEADERS.length];

    int callId;
    int fromTag;
    int toTag;
    long cseqNumber;
    SipMethod cseqMethod = SipMethod.OTHER;
    int cseqMethodSpan;
    int maxForwards;
    int maxBreadth;
    int contentLength;

    private final SipUri requestUri = new SipUri();
    private final Via topVia = new Via();

    /** An empty index, to be filled by a parser or {@link #copyFrom}. */
    public SipMessage() {
        clear(bytes, 0, 0);
    }

    /** The array that holds the message; it starts at {@link #offset()}. Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where in {@link #bytes()} the message starts. */
    public int offset() {
        return offset;
    }

    /** Bytes of the message to the end of its body; what followed the body in the datagram is left out (§18.3). */
    public int length() {
        return length;
    }

    /** Why the message is refused, or null for a good one. */
    public @Nullable Flaw flaw() {
        return flaw;
    }

    /**
     * True for a flawed request that can still be answered: not an ACK, and its Via, From, To, Call-ID and CSeq can be copied into a
     * response. True for every good request but ACK.
     */
    public boolean answerable() {
        return request
                && method != SipMethod.ACK
                && (flaw == null || flaw.status() != 0)
                && Span.present(topVia.span())
                && first(SipHeader.FROM) >= 0
                && first(SipHeader.TO) >= 0
                && first(SipHeader.CALL_ID) >= 0
                && first(SipHeader.CSEQ) >= 0;
    }

    public boolean isRequest() {
        return request;
    }

    /** A request's method; for a response the method in its CSeq. */
    public SipMethod method() {
        return request ? method : cseqMethod;
    }

    /** The method's bytes in a request's start line. */
    public int methodSpan() {
        return methodSpan;
    }

    /** The Request-URI's bytes (§19.1). */
    public int requestUriSpan() {
        return requestUriSpan;
    }

    /** The parts of the Request-URI; reused with this message. */
    public SipUri requestUri() {
        return requestUri;
    }

    /** A response's status code, 100 to 699; 0 for a request. */
    public int status() {
        return status;
    }

    /** A response's reason phrase, possibly empty. */
    public int reasonSpan() {
        return reasonSpan;
    }

    /** The topmost Via value's parts; reused with this message. Its span is absent when there is none or it is malformed. */
    public Via topVia() {
        return topVia;
    }

    public int callId() {
        return callId;
    }

    /** The From tag's value; absent from RFC 2543 peers. */
    public int fromTag() {
        return fromTag;
    }

    /** The To tag's value; present within a dialog and in most responses. */
    public int toTag() {
        return toTag;
    }

    /** The CSeq number, below 2^31 (§8.1.1.5). */
    public long cseqNumber() {
        return cseqNumber;
    }

    public SipMethod cseqMethod() {
        return cseqMethod;
    }

    /** The CSeq method's bytes. */
    public int cseqMethodSpan() {
        return cseqMethodSpan;
    }

    /** Max-Forwards, 0 to 255; -1 when absent. */
    public int maxForwards() {
        return maxForwards;
    }

    /** Max-Breadth (RFC 5393 §5), below 2^31; -1 when absent. */
    public int maxBreadth() {
        return maxBreadth;
    }

    /** The same, as what a request without one counts as having (RFC 5393 §5.3.3). */
    public int maxBreadthOrDefault() {
        return maxBreadth < 0 ? MAX_BREADTH_UNSTATED : maxBreadth;
    }

    /** Content-Length as stated; -1 when absent. */
    public int contentLength() {
        return contentLength;
    }

    /** Where the body starts, counted from the message's first byte; it ends at {@link #length()}. */
    public int bodyStart() {
        return bodyStart;
    }

    public int bodyLength() {
        return length - bodyStart;
    }

    public int fieldCount() {
        return fieldCount;
    }

    public SipHeader header(int field) {
        return HEADERS[headers[field]];
    }

    /** The field's name as written. */
    public int name(int field) {
        return names[field];
    }

    public int value(int field) {
        return values[field];
    }

    /** The whole field, its line end(s) included. */
    public int line(int field) {
        return lines[field];
    }

    /** The first field of that header, -1 when there is none. Not for {@link SipHeader#OTHER}. */
    public int first(SipHeader header) {
        return first[header.index()];
    }

    /** The next field of the same header, -1 after the last. */
    public int next(int field) {
        return nextSame[field];
    }

    public boolean has(SipHeader header) {
        return first[header.index()] >= 0;
    }

    /** The value of the first field of that header; absent when there is none. */
    public int value(SipHeader header) {
        int field = first[header.index()];
        return field < 0 ? Span.NONE : values[field];
    }

    /** The first field with that name, known to {@link SipHeader} or not, compared without case; -1 when there is none. */
    public int firstNamed(CharSequence name) {
        for (int field = 0; field < fieldCount; field++) {
            int span = names[field];
            if (Ascii.sameIgnoringCase(name, bytes, offset + Span.start(span), offset + Span.end(span))) {
                return field;
            }
        }
        return -1;
    }

    /** The number of comma-separated entries over all fields of that header (§7.3.1), as of Via, Route, Record-Route, Require. */
    public int entryCount(SipHeader header) {
        int count = 0;
        for (int field = first(header); field >= 0; field = next(field)) {
            int value = values[field];
            int end = offset + Span.end(value);
            int at = offset + Span.start(value);
            while (at < end) {
                count++;
                at = HeaderLists.entryEnd(bytes, at, end) + 1;
            }
        }
        return count;
    }

    /** The entry with that index (from 0) over all fields of that header, without the white space around it; absent beyond the last. */
    public int entry(SipHeader header, int index) {
        int left = index;
        for (int field = first(header); field >= 0; field = next(field)) {
            int value = values[field];
            int end = offset + Span.end(value);
            int at = offset + Span.start(value);
            while (at < end) {
                int entryEnd = HeaderLists.entryEnd(bytes, at, end);
                if (left-- == 0) {
                    int from = Ascii.skipWhite(bytes, at, entryEnd);
                    return Span.of(from - offset, Ascii.trimEnd(bytes, from, entryEnd) - offset);
                }
                at = entryEnd + 1;
            }
        }
        return Span.NONE;
    }

    /** True when one of that header's entries is the token, compared without case: {@code listed(SUPPORTED, "100rel")}. */
    public boolean listed(SipHeader header, CharSequence token) {
        int count = entryCount(header);
        for (int i = 0; i < count; i++) {
            if (is(entry(header, i), token)) {
                return true;
            }
        }
        return false;
    }

    /** The text of the range, read as UTF-8; empty when absent. Allocates: not for the hot path. */
    public String text(int span) {
        return new String(bytes, offset + Span.start(span), Span.length(span), StandardCharsets.UTF_8);
    }

    /** A copy of the range's bytes. */
    public byte[] copy(int span) {
        return Arrays.copyOfRange(bytes, offset + Span.start(span), offset + Span.end(span));
    }

    /** Points the view at the range; returns it. */
    public ByteText view(int span, ByteText into) {
        return into.of(bytes, offset + Span.start(span), offset + Span.end(span));
    }

    /** True when the range spells that ASCII text, letters compared without case. */
    public boolean is(int span, CharSequence text) {
        return Ascii.sameIgnoringCase(text, bytes, offset + Span.start(span), offset + Span.end(span));
    }

    /** True when both ranges hold the same bytes. */
    public boolean same(int span, SipMessage other, int otherSpan) {
        return Arrays.equals(
                bytes,
                offset + Span.start(span),
                offset + Span.end(span),
                other.bytes,
                other.offset + Span.start(otherSpan),
                other.offset + Span.end(otherSpan));
    }

    /**
     * A 64-bit hash of the range's bytes, folded into the seed; for tables that compare exactly afterwards. Depends on nothing but the
     * bytes and the seed, so a Call-ID finds the same shard on every socket.
     */
    public long hash(int span, long seed) {
        return ByteHash.hash(seed, bytes, offset + Span.start(span), offset + Span.end(span));
    }

    /**
     * Makes this message a copy of the other: its bytes go into this message's own buffer (made anew, right-sized, when the present one
     * is too small) and the index is copied, not made again.
     */
    public void copyFrom(SipMessage other) {
        System.arraycopy(other.bytes, other.offset, ownBuffer(other.length), 0, other.length);
        bytes = own;
        offset = 0;
        length = other.length;
        flaw = other.flaw;
        request = other.request;
        method = other.method;
        methodSpan = other.methodSpan;
        requestUriSpan = other.requestUriSpan;
        status = other.status;
        reasonSpan = other.reasonSpan;
        bodyStart = other.bodyStart;
        firstLineEnd = other.firstLineEnd;
        callId = other.callId;
        fromTag = other.fromTag;
        toTag = other.toTag;
        cseqNumber = other.cseqNumber;
        cseqMethod = other.cseqMethod;
        cseqMethodSpan = other.cseqMethodSpan;
        maxForwards = other.maxForwards;
        maxBreadth = other.maxBreadth;
        contentLength = other.contentLength;
        fieldCount = other.fieldCount;
        if (headers.length < fieldCount) {
            growFields(BufferSizes.fitting(fieldCount));
        }
        System.arraycopy(other.lines, 0, lines, 0, fieldCount);
        System.arraycopy(other.names, 0, names, 0, fieldCount);
        System.arraycopy(other.values, 0, values, 0, fieldCount);
        System.arraycopy(other.headers, 0, headers, 0, fieldCount);
        System.arraycopy(other.nextSame, 0, nextSame, 0, fieldCount);
        System.arraycopy(other.first, 0, first, 0, first.length);
        System.arraycopy(other.last, 0, last, 0, last.length);
        requestUri.copyFrom(other.requestUri, bytes, offset);
        topVia.copyFrom(other.topVia);
    }

    /** This message's own buffer with room for so many bytes; it is never a buffer that was only pointed at. */
    byte[] ownBuffer(int size) {
        if (own.length < size) {
            own = new byte[BufferSizes.fitting(size)];
        }
        return own;
    }

    /** Empties the index and points it at bytes to be parsed. */
    void clear(byte[] source, int from, int size) {
        bytes = source;
        offset = from;
        length = size;
        flaw = null;
        request = false;
        method = SipMethod.OTHER;
        methodSpan = Span.NONE;
        requestUriSpan = Span.NONE;
        status = 0;
        reasonSpan = Span.NONE;
        bodyStart = size;
        firstLineEnd = 0;
        callId = Span.NONE;
        fromTag = Span.NONE;
        toTag = Span.NONE;
        cseqNumber = 0;
        cseqMethod = SipMethod.OTHER;
        cseqMethodSpan = Span.NONE;
        maxForwards = -1;
        maxBreadth = -1;
        contentLength = -1;
        fieldCount = 0;
        Arrays.fill(first, NO_FIELD);
        Arrays.fill(last, NO_FIELD);
        requestUri.clear();
        topVia.clear();
    }

    /** Appends a field to the index; the caller keeps to the bound. */
    void addField(SipHeader header, int line, int name, int value) {
        if (fieldCount == headers.length) {
            growFields(fieldCount * 2);
        }
        int kind = header.index();
        lines[fieldCount] = line;
        names[fieldCount] = name;
        values[fieldCount] = value;
        headers[fieldCount] = (byte) kind;
        nextSame[fieldCount] = NO_FIELD;
        if (last[kind] >= 0) {
            nextSame[last[kind]] = (short) fieldCount;
        } else {
            first[kind] = (short) fieldCount;
        }
        last[kind] = (short) fieldCount;
        fieldCount++;
    }

    /** The number of bytes this message's own buffers hold, for the bound of a pool. */
    int footprint() {
        return own.length + headers.length * 15;
    }

    private void growFields(int size) {
        lines = Arrays.copyOf(lines, size);
        names = Arrays.copyOf(names, size);
        values = Arrays.copyOf(values, size);
        headers = Arrays.copyOf(headers, size);
        nextSame = Arrays.copyOf(nextSame, size);
    }

    /** The start line and header fields as text, for logs and tests; the body is left out. */
    @Override
    public String toString() {
        return new String(bytes, offset, bodyStart, StandardCharsets.UTF_8);
    }
}

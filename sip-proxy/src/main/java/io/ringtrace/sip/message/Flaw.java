package io.ringtrace.sip.message;

import org.jspecify.annotations.Nullable;

/**
 * Why a message is refused, as a value: the parser's answer for anything a proxy cannot work with (RFC 3261 §16.3 step 1, §18.3, and
 * our bounds). A flawed request is answered with {@link #status} and {@link #reason} when {@link SipMessage#answerable()}, else dropped;
 * a flawed response is always dropped (§18.1.2).
 */
public enum Flaw {
    /** Only line ends or nothing: a keep-alive (RFC 5626 §3.5.1), to be ignored. */
    KEEP_ALIVE(0, "Keep-alive", null),
    /** No SIP start line: dropped. */
    NOT_SIP(0, "Not a SIP message", null),
    /** Over 65,535 bytes. */
    TOO_LONG(513, "Message Too Large", null),
    /** Over {@link SipParser#MOST_FIELDS} header fields. */
    TOO_MANY_FIELDS(513, "Too Many Header Fields", null),
    VERSION(505, "Version Not Supported", null),
    REQUEST_URI(400, "Malformed Request-URI", null),
    START_LINE(400, "Malformed Start-Line", null),
    /** No empty line ends the header fields. */
    UNTERMINATED(400, "Header Fields Not Terminated", null),
    /** A line that is no header field: no colon, or no token before it. */
    FIELD(400, "Malformed Header Field", null),
    MISSING_VIA(400, "Missing Via Header", SipHeader.VIA),
    MISSING_FROM(400, "Missing From Header", SipHeader.FROM),
    MISSING_TO(400, "Missing To Header", SipHeader.TO),
    MISSING_CALL_ID(400, "Missing Call-ID Header", SipHeader.CALL_ID),
    MISSING_CSEQ(400, "Missing CSeq Header", SipHeader.CSEQ),
    VIA(400, "Malformed Via Header", SipHeader.VIA),
    FROM(400, "Malformed From Header", SipHeader.FROM),
    TO(400, "Malformed To Header", SipHeader.TO),
    CALL_ID(400, "Malformed Call-ID Header", SipHeader.CALL_ID),
    CSEQ(400, "Malformed CSeq Header", SipHeader.CSEQ),
    /** The CSeq method differs from the request's (§8.1.1.5). */
    CSEQ_METHOD(400, "CSeq Method Mismatch", SipHeader.CSEQ),
    MAX_FORWARDS(400, "Malformed Max-Forwards Header", SipHeader.MAX_FORWARDS),
    MAX_BREADTH(400, "Malformed Max-Breadth Header", SipHeader.MAX_BREADTH),
    ROUTE(400, "Malformed Route Header", SipHeader.ROUTE),
    CONTENT_LENGTH(400, "Malformed Content-Length Header", SipHeader.CONTENT_LENGTH),
    /** The body is shorter than Content-Length says (§18.3). */
    BODY_TOO_SHORT(400, "Content-Length Exceeds Body", SipHeader.CONTENT_LENGTH),
    /** From, To, Call-ID, CSeq, Max-Forwards or Content-Length more than once (RFC 4475 §3.3.8). */
    REPEATED_FROM(400, "Repeated From Header", SipHeader.FROM),
    REPEATED_TO(400, "Repeated To Header", SipHeader.TO),
    REPEATED_CALL_ID(400, "Repeated Call-ID Header", SipHeader.CALL_ID),
    REPEATED_CSEQ(400, "Repeated CSeq Header", SipHeader.CSEQ),
    REPEATED_MAX_FORWARDS(400, "Repeated Max-Forwards Header", SipHeader.MAX_FORWARDS),
    REPEATED_MAX_BREADTH(400, "Repeated Max-Breadth Header", SipHeader.MAX_BREADTH),
    REPEATED_CONTENT_LENGTH(400, "Repeated Content-Length Header", SipHeader.CONTENT_LENGTH);

    private final int status;
    private final String reason;
    private final @Nullable SipHeader header;

    Flaw(int status, String reason, @Nullable SipHeader header) {
        this.status = status;
        this.reason = reason;
        this.header = header;
    }

    /** The status a request with this flaw is answered with; 0 when it is never answered. */
    public int status() {
        return status;
    }

    /** The reason phrase, naming the header. */
    public String reason() {
        return reason;
    }

    /** The header at fault, if one is. */
    public @Nullable SipHeader header() {
        return header;
    }
}

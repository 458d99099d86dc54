package io.ringtrace.sip.message;

/**
 * The header fields a proxy reads or may be asked to remove (RFC 3261 §20, RFC 3323, 3325, 3326, 4028, 5806, 7044, 7315, 7433, 8224). Names
 * are case-insensitive and some have a compact form (§7.3.3). {@link #OTHER} is any other name; such fields pass through unread and are
 * found by {@link SipMessage#firstNamed}.
 */
public enum SipHeader {
    VIA("Via", 'v'),
    FROM("From", 'f'),
    TO("To", 't'),
    CALL_ID("Call-ID", 'i'),
    CSEQ("CSeq"),
    MAX_FORWARDS("Max-Forwards"),
    ROUTE("Route"),
    RECORD_ROUTE("Record-Route"),
    CONTACT("Contact", 'm'),
    PROXY_REQUIRE("Proxy-Require"),
    REQUIRE("Require"),
    SUPPORTED("Supported", 'k'),
    UNSUPPORTED("Unsupported"),
    ALLOW("Allow"),
    CONTENT_LENGTH("Content-Length", 'l'),
    CONTENT_TYPE("Content-Type", 'c'),
    EXPIRES("Expires"),
    MIN_EXPIRES("Min-Expires"),
    DATE("Date"),
    TIMESTAMP("Timestamp"),
    RETRY_AFTER("Retry-After"),
    REASON("Reason"),
    WARNING("Warning"),
    USER_AGENT("User-Agent"),
    SERVER("Server"),
    AUTHORIZATION("Authorization"),
    WWW_AUTHENTICATE("WWW-Authenticate"),
    PROXY_AUTHORIZATION("Proxy-Authorization"),
    PROXY_AUTHENTICATE("Proxy-Authenticate"),
    PRIVACY("Privacy"),
    P_ASSERTED_IDENTITY("P-Asserted-Identity"),
    P_PREFERRED_IDENTITY("P-Preferred-Identity"),
    P_CALLED_PARTY_ID("P-Called-Party-ID"),
    DIVERSION("Diversion"),
    HISTORY_INFO("History-Info"),
    USER_TO_USER("User-to-User"),
    IDENTITY("Identity", 'y'),
    SESSION_EXPIRES("Session-Expires", 'x'),
    MIN_SE("Min-SE"),
    RSEQ("RSeq"),
    RACK("RAck"),
    MAX_BREADTH("Max-Breadth"),
    OTHER("");

    private static final char NO_COMPACT_FORM = 0;
    private final String fieldName;
    private final char compact;

    SipHeader(String fieldName) {
        this(fieldName, NO_COMPACT_FORM);
    }

    SipHeader(String fieldName, char compact) {
        this.fieldName = fieldName;
        this.compact = compact;
    }

    /** The long name as RFCs write it, such as {@code Call-ID}; empty for {@link #OTHER}. */
    public String fieldName() {
        return fieldName;
    }

    /** The compact form's lower-case letter, or 0. */
    char compact() {
        return compact;
    }

    /** This header's place in tables of one run; never stored. */
    @SuppressWarnings("EnumOrdinal") // An EnumMap would box every field's number on the hot path.
    int index() {
        return ordinal();
    }
}

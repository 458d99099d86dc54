package io.ringtrace.sip.message;

/**
 * The parts of one name-addr or addr-spec value with its header parameters: From, To, Contact, Route, Record-Route, P-Asserted-Identity,
 * Diversion (RFC 3261 §20.10, §25.1). A reusable view; spans are counted from the message's first byte. Without angle brackets, semicolons
 * start header parameters, not the URI's (§20.10). Not thread-safe.
 */
public final class NameAddress {
    byte[] bytes = {};
    int base;
    int displayName;
    int uriSpan;
    int parameters;
    private final SipUri uri = new SipUri();

    /**
     * Reads the value at that span, such as {@code message.value(FROM)} or {@code message.entry(ROUTE, 0)}; false when it is malformed.
     * The URI within is not read before {@link #uri()}.
     */
    public boolean read(SipMessage message, int span) {
        return NameAddressReader.read(message.bytes, message.offset, span, this);
    }

    /** The same of bytes that stand elsewhere, of which the span is counted from the first. */
    public boolean read(byte[] elsewhere, int span) {
        return NameAddressReader.read(elsewhere, 0, span, this);
    }

    /** The display name as written, quotes included; absent when there is none. */
    public int displayName() {
        return displayName;
    }

    /** The URI, without angle brackets. */
    public int uriSpan() {
        return uriSpan;
    }

    /** The URI's parts, read now; its span is absent when it is malformed. */
    public SipUri uri() {
        uri.read(bytes, base, uriSpan);
        return uri;
    }

    /** From the first semicolon behind the URI to the end; absent when there are no header parameters. */
    public int parameters() {
        return parameters;
    }

    /** The value of the header parameter with that name; an empty span when it has none, absent when it is not there. */
    public int parameter(CharSequence name) {
        return NameAddressReader.parameter(bytes, base, parameters, name);
    }

    /** The tag of a From or To. */
    public int tag() {
        return NameAddressReader.tag(bytes, base, parameters);
    }
}

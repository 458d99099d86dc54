package io.ringtrace.sip.message;

/**
 * The parts of a URI: sip and sips (RFC 3261 §19.1), tel (RFC 3966), any other by its scheme alone. A reusable view of bytes that belong
 * to somebody else; spans are counted from the {@code base} it was read with. Not thread-safe.
 */
public final class SipUri {
    /** The schemes a proxy tells apart (§16.3 step 2). */
    public enum Scheme {
        SIP,
        SIPS,
        TEL,
        /** Any other: answered with 416 where it must be understood. */
        OTHER
    }

    byte[] bytes = {};
    int base;
    int span;
    Scheme scheme = Scheme.OTHER;
    int user;
    int host;
    boolean ipv6;
    int port;
    int parameters;
    int headers;

    /** A view of nothing, to be filled by {@link #read}. */
    public SipUri() {
        clear();
    }

    /**
     * Reads the URI at that span of bytes counted from the base; false, and a cleared view, when it is malformed. A URI of another scheme
     * is only checked for characters that no URI has.
     */
    public boolean read(byte[] bytes, int base, int span) {
        return UriReader.read(bytes, base, span, this);
    }

    /** Reads the URI at that span of the message, as {@link NameAddress#uriSpan()} gives it. */
    public boolean read(SipMessage message, int span) {
        return UriReader.read(message.bytes, message.offset, span, this);
    }

    /** Reads a URI written as text; false when it is malformed. Allocates: for configuration, not for messages. */
    public boolean read(String text) {
        byte[] own = Ascii.bytes(" " + text);
        return own.length <= SipParser.LONGEST && UriReader.read(own, 0, Span.of(1, own.length), this);
    }

    /** The whole URI. */
    public int span() {
        return span;
    }

    public Scheme scheme() {
        return scheme;
    }

    /** The user part as written, escapes and user parameters included; of a tel URI its subscriber number. */
    public int user() {
        return user;
    }

    /** The host; an IPv6 address without its brackets. Absent in tel and other URIs. */
    public int host() {
        return host;
    }

    /** True when the host is an IPv6 reference. */
    public boolean ipv6() {
        return ipv6;
    }

    /** The port, -1 when it is left out. */
    public int port() {
        return port;
    }

    /** From the first semicolon to the end of the URI parameters; absent when there are none. */
    public int parameters() {
        return parameters;
    }

    /** The header part from the question mark on; absent when there is none. */
    public int headers() {
        return headers;
    }

    /** The value of the URI parameter with that name, compared without case; an empty span when it has none, absent when it is not there. */
    public int parameter(CharSequence name) {
        return UriReader.parameter(this, name);
    }

    /** True for a loose router's URI (§16.4). */
    public boolean lr() {
        return Span.present(parameter("lr"));
    }

    public int transport() {
        return parameter("transport");
    }

    public int maddr() {
        return parameter("maddr");
    }

    /** True with {@code user=phone}. */
    public boolean userIsPhone() {
        int value = parameter("user");
        return Span.present(value)
                && Ascii.sameIgnoringCase("phone", bytes, base + Span.start(value), base + Span.end(value));
    }

    /** True when the host is that text, compared without case. */
    public boolean hostIs(CharSequence text) {
        return Ascii.sameIgnoringCase(text, bytes, base + Span.start(host), base + Span.end(host));
    }

    /**
     * Puts the phone number that this sip, sips or tel URI may name into the text (cleared first): the user part with its escapes resolved
     * (§19.1.2) and its own parameters ({@code ;npdi;rn=…}, RFC 4694) left out, but for a {@code phone-context} of digits, which is put before
     * a local number (RFC 3966 §5.1.5). False when there is no user part. Visual separators stay.
     */
    public boolean phoneNumber(StringBuilder into) {
        return UriReader.phoneNumber(this, into);
    }

    /** The same for the routing number of a ported one, {@code rn} (RFC 4694); false when there is none. */
    public boolean routingNumber(StringBuilder into) {
        return UriReader.routingNumber(this, into);
    }

    /** The URI as text. Allocates. */
    @Override
    public String toString() {
        return new ByteText()
                .of(bytes, base + Span.start(span), base + Span.end(span))
                .toString();
    }

    void clear() {
        span = Span.NONE;
        scheme = Scheme.OTHER;
        user = Span.NONE;
        host = Span.NONE;
        ipv6 = false;
        port = -1;
        parameters = Span.NONE;
        headers = Span.NONE;
    }

    void copyFrom(SipUri other, byte[] newBytes, int newBase) {
        bytes = newBytes;
        base = newBase;
        span = other.span;
        scheme = other.scheme;
        user = other.user;
        host = other.host;
        ipv6 = other.ipv6;
        port = other.port;
        parameters = other.parameters;
        headers = other.headers;
    }
}

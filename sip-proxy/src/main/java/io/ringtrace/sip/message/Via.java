package io.ringtrace.sip.message;

/**
 * The parts of one Via value (RFC 3261 §20.42, RFC 3581): a reusable view, its spans counted from the message's first byte. Not
 * thread-safe.
 */
public final class Via {
    private static final int DEFAULT_PORT = 5060;
    private static final int DEFAULT_TLS_PORT = 5061;
    /** {@link #rport()}: there is no rport parameter. */
    public static final int NO_RPORT = -1;
    /** {@link #rport()}: rport stands there without a value, so the caller asks for it. */
    public static final int ASKED_RPORT = 0;

    int span;
    int transport;
    int host;
    int port;
    int branch;
    int received;
    int maddr;
    int rport;
    int rportSpan;
    boolean tls;

    /** A view of nothing, to be filled by {@link #read}. */
    public Via() {
        clear();
    }

    /** Reads the Via value at that span, as {@code message.entry(VIA, 1)} gives it; false, and a cleared view, when it is malformed. */
    public boolean read(SipMessage message, int span) {
        return ViaReader.read(message, span, this);
    }

    /** The whole value. */
    public int span() {
        return span;
    }

    /** The transport's name in the sent-protocol, such as {@code UDP}. */
    public int transport() {
        return transport;
    }

    /** The sent-by host; an IPv6 address with its brackets. */
    public int host() {
        return host;
    }

    /** The sent-by port, the transport's default when it is left out (§18.2.2). */
    public int port() {
        return port >= 0 ? port : tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
    }

    /** True when the sent-by names its port. */
    public boolean hasPort() {
        return port >= 0;
    }

    public int branch() {
        return branch;
    }

    /** True when the branch starts with the cookie {@code z9hG4bK} (§8.1.1.7), so the transaction's id is the branch. */
    public boolean hasMagicCookie(SipMessage message) {
        return ViaReader.hasMagicCookie(message, branch);
    }

    /** The received parameter's value; an IPv6 address may have brackets. */
    public int received() {
        return received;
    }

    public int maddr() {
        return maddr;
    }

    /** The rport parameter's value, {@link #ASKED_RPORT} or {@link #NO_RPORT} (RFC 3581). */
    public int rport() {
        return rport;
    }

    void clear() {
        span = Span.NONE;
        transport = Span.NONE;
        host = Span.NONE;
        port = -1;
        branch = Span.NONE;
        received = Span.NONE;
        maddr = Span.NONE;
        rport = NO_RPORT;
        rportSpan = Span.NONE;
        tls = false;
    }

    void copyFrom(Via other) {
        span = other.span;
        transport = other.transport;
        host = other.host;
        port = other.port;
        branch = other.branch;
        received = other.received;
        maddr = other.maddr;
        rport = other.rport;
        rportSpan = other.rportSpan;
        tls = other.tls;
    }
}

package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import io.ringtrace.routing.Transport;

/**
 * How one of our listeners names itself in Via and Record-Route: transport, host and port, encoded once. Immutable; shared by all threads.
 *
 * @param host an IP address or a name; an IPv6 address without brackets
 */
public record SentBy(Transport transport, String host, int port) {
    /** Host and port as they stand in a URI or Via: {@code 192.0.2.1:5060}, {@code [2001:db8::1]:5060}. */
    public String hostPort() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /** True when the Via's sent-by is ours: host, compared without case, and port (§18.1.2). */
    public boolean names(SipMessage message, Via via) {
        int span = via.host();
        int from = message.offset() + Span.start(span);
        int to = message.offset() + Span.end(span);
        if (to > from && message.bytes()[from] == '[') {
            from++;
            to--;
        }
        return via.port() == port && Ascii.sameIgnoringCase(host, message.bytes(), from, to);
    }

    /** True when the URI's host and port are ours; without a port its scheme's default counts (§19.1.2). Compares no transport. */
    public boolean names(SipUri uri) {
        int named = uri.port() >= 0 ? uri.port() : uri.scheme() == SipUri.Scheme.SIPS ? 5061 : 5060;
        return named == port && uri.hostIs(host);
    }

    /** {@link #hostPort} without making a string of it. */
    void appendHostPort(Scratch to) {
        boolean ipv6 = host.indexOf(':') >= 0;
        if (ipv6) {
            to.append('[');
        }
        to.append(host);
        if (ipv6) {
            to.append(']');
        }
        to.append(':');
        to.append(port);
    }

    /** The Via value up to and with {@code ;branch=}. */
    void appendVia(Scratch to) {
        to.append("SIP/2.0/");
        to.append(transport.name());
        to.append(' ');
        appendHostPort(to);
        to.append(";branch=");
    }

    void writeVia(ByteBuf out, CharSequence branch) {
        Wire.text(out, "Via: ");
        Wire.text(out, "SIP/2.0/" + transport + " " + hostPort() + ";branch=");
        Wire.text(out, branch);
        out.writeBytes(Wire.CRLF);
    }
}

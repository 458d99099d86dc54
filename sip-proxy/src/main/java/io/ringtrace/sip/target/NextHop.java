package io.ringtrace.sip.target;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Transport;
import org.jspecify.annotations.Nullable;

/**
 * Where a request is to go, as it was written: what RFC 3263 begins with.
 *
 * @param gateway the gateway's name; empty for the next hop of a request within a dialog
 * @param host an IP address (IPv6 without brackets) or a name
 * @param port 0 when none was written
 * @param transport null when none was written
 */
public record NextHop(
        String gateway, String host, int port, @Nullable Transport transport) {
    static NextHop of(Gateway gateway) {
        return new NextHop(gateway.name(), gateway.host(), gateway.port(), gateway.transport());
    }

    boolean isOf(Gateway other) {
        return port == other.port() && transport == other.transport() && host.equals(other.host());
    }

    /** What holds where neither the URI nor DNS names one (RFC 3263 §4.1). */
    Transport transportOrUdp() {
        return transport == null ? Transport.UDP : transport;
    }

    /** The written port, else the transport's own (RFC 3261 §19.1.2). */
    int portFor(Transport by) {
        return port > 0 ? port : by == Transport.TLS ? 5061 : 5060;
    }
}

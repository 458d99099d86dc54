package io.ringtrace.sip.target;

import io.ringtrace.routing.Transport;
import java.net.InetAddress;

/**
 * One address that a gateway, or the next hop of a request within a dialog, is reached at. Immutable, any thread.
 *
 * @param gateway the gateway's name; empty for a next hop
 * @param host what was resolved to this address; over TLS the certificate must be for it (RFC 5922 §4)
 */
public record Target(String gateway, String host, InetAddress address, int port, Transport transport) {
    @Override
    public String toString() {
        String text = address.getHostAddress();
        return (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + port + " " + transport;
    }
}

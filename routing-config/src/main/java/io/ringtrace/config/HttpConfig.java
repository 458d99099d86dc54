package io.ringtrace.config;

import io.ringtrace.routing.IpNetwork;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Where the HTTP interface is heard, and how much it lends to pages.
 *
 * @param port 0 for any free one
 * @param trustedProxies whose X-Forwarded-For is believed
 * @param newNumbersBySource most numbers a minute for new visitors of one site from one source network
 * @param newNumbersByPool most numbers a minute for new visitors of pages from one pool
 */
public record HttpConfig(
        InetAddress address, int port, List<IpNetwork> trustedProxies, int newNumbersBySource, int newNumbersByPool) {
    public HttpConfig {
        trustedProxies = List.copyOf(trustedProxies);
    }

    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }
}

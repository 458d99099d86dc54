package io.ringtrace.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Where the HTTP interface is heard.
 *
 * @param port 0 for any free one
 */
public record HttpConfig(InetAddress address, int port) {
    public InetSocketAddress socketAddress() {
        return new InetSocketAddress(address, port);
    }
}

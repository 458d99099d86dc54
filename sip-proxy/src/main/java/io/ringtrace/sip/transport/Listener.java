package io.ringtrace.sip.transport;

import io.ringtrace.routing.Transport;
import java.net.InetSocketAddress;

/**
 * One address we listen on, by one transport; all shards' sockets of it share its port. Immutable, any thread.
 *
 * @param index its number among all listeners, from 0; those of UDP come first
 * @param address the address and port really bound
 */
public record Listener(int index, Transport transport, InetSocketAddress address) {
    /** The bound IP address as text, IPv6 without brackets and zone. */
    public String host() {
        return Addresses.text(address.getAddress());
    }

    public int port() {
        return address.getPort();
    }

    @Override
    public String toString() {
        return transport + " " + Addresses.text(address);
    }
}

package io.ringtrace.sip.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A peer as seen from one of our listeners: where a message came from and where its answers go (RFC 3261 §18.2.2). Immutable and compared
 * by value, its hash computed once; safe to keep and to hand to another shard, which sends from its own socket of the same listener.
 */
public final class Hop {
    private final InetSocketAddress remote;
    private final Listener listener;
    private final String host;
    private final int hash;

    /** @param remote a resolved address */
    public Hop(InetSocketAddress remote, Listener listener) {
        if (remote.isUnresolved()) {
            throw new IllegalArgumentException(remote + " is not resolved");
        }
        this.remote = remote;
        this.listener = listener;
        this.host = Addresses.text(remote.getAddress());
        this.hash = remote.hashCode() * 31 + listener.index();
    }

    public InetSocketAddress remote() {
        return remote;
    }

    public InetAddress address() {
        return remote.getAddress();
    }

    /** The peer's IP address as text, IPv6 without brackets and zone; as {@code received} wants it. */
    public String host() {
        return host;
    }

    public int port() {
        return remote.getPort();
    }

    public Listener listener() {
        return listener;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Hop hop
                        && hash == hop.hash
                        && remote.equals(hop.remote)
                        && listener.equals(hop.listener));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Addresses.text(remote) + " on " + listener;
    }
}

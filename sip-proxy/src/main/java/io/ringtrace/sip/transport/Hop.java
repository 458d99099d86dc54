package io.ringtrace.sip.transport;

import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A peer as seen from one of our listeners: where a message came from and where its answers go (RFC 3261 §18.2.2). Immutable and compared
 * by value (address and listener), its hash computed once; safe to keep and to hand to another shard, which sends from its own socket of
 * the same listener, or by the connection that the message came by.
 */
public final class Hop {
    private final InetSocketAddress remote;
    private final Listener listener;
    private final @Nullable StreamConnection connection;
    private final String name;
    private final String host;
    private final int hash;
    /** Made when it is first asked for; by two threads at once, twice the same. */
    private @Nullable KernelAddress kernelAddress;

    /** @param remote a resolved address */
    public Hop(InetSocketAddress remote, Listener listener) {
        this(remote, listener, null, "");
    }

    /** @param name whose certificate a new TLS connection must show: a host name or IP address; empty where there is none to check */
    public Hop(InetSocketAddress remote, Listener listener, String name) {
        this(remote, listener, null, name);
    }

    /** @param connection what messages to this hop go by while it is open; null for any connection to that address */
    Hop(InetSocketAddress remote, Listener listener, @Nullable StreamConnection connection, String name) {
        if (remote.isUnresolved()) {
            throw new IllegalArgumentException(remote + " is not resolved");
        }
        this.remote = remote;
        this.listener = listener;
        this.connection = connection;
        this.name = name;
        this.host = Addresses.text(remote.getAddress());
        this.hash = remote.hashCode() * 31 + listener.index();
    }

    /** The same peer and connection with another port: where a new connection would go when the present one is gone. */
    public Hop withPort(int port) {
        return new Hop(new InetSocketAddress(address(), port), listener, connection, host);
    }

    public InetSocketAddress remote() {
        return remote;
    }

    KernelAddress kernelAddress() {
        KernelAddress made = kernelAddress;
        if (made == null) {
            made = KernelAddress.of(remote);
            kernelAddress = made;
        }
        return made;
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

    /** True for TCP and TLS: what is sent arrives, or we hear that it did not. */
    public boolean reliable() {
        return listener.transport() != Transport.UDP;
    }

    /** Whose certificate a new TLS connection must show; empty for none. */
    public String name() {
        return name;
    }

    /** Whom the certificate is for that the peer has shown on this connection, and which was found good; null for none. */
    public @Nullable TlsSubject tlsSubject() {
        StreamConnection by = connection;
        return by == null ? null : by.tlsSubject();
    }

    @Nullable
    StreamConnection connection() {
        return connection;
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

package io.ringtrace.sip.proxy;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.target.NextHop;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import java.net.InetAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** From the URI that a request within a dialog goes to next to its hop (RFC 3263 §4). One per shard. */
final class DialogHops {
    private static final int DEFAULT_PORT = 5060;
    private static final int DEFAULT_TLS_PORT = 5061;
    private final ProxyParts parts;

    DialogHops(ProxyParts parts) {
        this.parts = parts;
    }

    /** True when the host is an address, whose hop is found within the call. */
    boolean atOnce(String host) {
        return parts.targets().literal(host) != null;
    }

    /** True for a URI that a request can be sent to. */
    static boolean leads(SipUri uri) {
        return (uri.scheme() == SipUri.Scheme.SIP || uri.scheme() == SipUri.Scheme.SIPS) && Span.present(uri.host());
    }

    /** Where a URI that {@link #leads} is reached: at its maddr if it has one (§19.1.1), else at its host. */
    static int host(SipUri uri) {
        int maddr = uri.maddr();
        return Span.present(maddr) && Span.length(maddr) > 0 ? maddr : uri.host();
    }

    /**
     * What a URI's scheme and transport parameter say; null for nothing, and UDP for a transport that we do not know.
     *
     * @param written the parameter's value; null for none
     */
    static @Nullable Transport transport(SipUri uri, @Nullable String written) {
        if (uri.scheme() == SipUri.Scheme.SIPS) {
            return Transport.TLS;
        }
        if (written == null) {
            return null;
        }
        return written.equalsIgnoreCase("tcp")
                ? Transport.TCP
                : written.equalsIgnoreCase("tls") ? Transport.TLS : Transport.UDP;
    }

    /**
     * Finds the hop: at once for an address, later for a name.
     *
     * @param port negative for none
     * @param written the URI's transport; null for none
     * @param then gets it; null when there is no way there
     */
    void find(String host, int port, @Nullable Transport written, Listener preferred, Consumer<@Nullable Hop> then) {
        InetAddress literal = parts.targets().literal(host);
        if (literal != null) {
            then.accept(at(literal, host, port, written == null ? Transport.UDP : written, preferred));
            return;
        }
        NextHop name = new NextHop("", host, Math.max(port, 0), written);
        parts.targets()
                .resolve(
                        name,
                        parts.loop(),
                        found -> then.accept(
                                found.isEmpty() ? null : parts.hops().to(found.getFirst(), preferred)));
    }

    private @Nullable Hop at(InetAddress address, String host, int port, Transport transport, Listener preferred) {
        if (address.isMulticastAddress() || address.isAnyLocalAddress()) {
            // One request must not become many, nor one to ourselves.
            return null;
        }
        int reachedPort = port >= 0 ? port : transport == Transport.TLS ? DEFAULT_TLS_PORT : DEFAULT_PORT;
        // Many a Contact of a peer on TCP forgets to say so; where we have no UDP at all, it cannot mean that.
        Transport reached =
                transport == Transport.UDP && !parts.hops().has(Transport.UDP, address) ? Transport.TCP : transport;
        return parts.hops().to(address, reachedPort, reached, host, preferred);
    }
}

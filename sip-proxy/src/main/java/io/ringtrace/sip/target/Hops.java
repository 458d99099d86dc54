package io.ringtrace.sip.target;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the listener that a peer is reached by, and keeps the hops used of late, so that sending to them makes no garbage. One per shard. */
public final class Hops {
    private static final int REMEMBERED = 1024;
    private final List<Listener> listeners;
    private final @Nullable Hop[] recent = new Hop[REMEMBERED];

    public Hops(List<Listener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    /**
     * The hop to that address, by the preferred listener when it is of that transport and family; null when no listener is.
     *
     * @param name the host that was resolved to this address; over TLS its certificate is asked for
     */
    public @Nullable Hop to(InetAddress address, int port, Transport transport, String name, Listener preferred) {
        Listener listener = fits(preferred, transport, address) ? preferred : listenerFor(transport, address);
        if (listener == null) {
            return null;
        }
        int place = (address.hashCode() * 31 + port) * 31 + listener.index() & (REMEMBERED - 1);
        Hop hop = recent[place];
        if (hop == null
                || hop.port() != port
                || !hop.address().equals(address)
                || !hop.listener().equals(listener)
                || (transport == Transport.TLS && !hop.name().equals(name))) {
            hop = new Hop(new InetSocketAddress(address, port), listener, transport == Transport.TLS ? name : "");
            recent[place] = hop;
        }
        return hop;
    }

    public List<Listener> listeners() {
        return listeners;
    }

    /** As above, for a target. */
    public @Nullable Hop to(Target target, Listener preferred) {
        return to(target.address(), target.port(), target.transport(), target.host(), preferred);
    }

    /** True when some listener is of that transport and the address's family. */
    public boolean has(Transport transport, InetAddress address) {
        return listenerFor(transport, address) != null;
    }

    private @Nullable Listener listenerFor(Transport transport, InetAddress address) {
        for (Listener listener : listeners) {
            if (fits(listener, transport, address)) {
                return listener;
            }
        }
        return null;
    }

    private static boolean fits(Listener listener, Transport transport, InetAddress address) {
        return listener.transport() == transport
                && listener.address().getAddress().getClass() == address.getClass();
    }
}

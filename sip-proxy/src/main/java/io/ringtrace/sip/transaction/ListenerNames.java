package io.ringtrace.sip.transaction;

import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Via;
import io.ringtrace.sip.transport.Addresses;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.LocalAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How our listeners name themselves in Via and Record-Route: by the address they are on or the host they advertise; one on all addresses by
 * the address from which packets to that peer leave. One per shard.
 */
public final class ListenerNames {
    private static final int REMEMBERED = 1_024;
    /** Routes change. */
    private static final long FRESH_MILLIS = 30_000;

    private final List<Name> names;
    private final LocalAddresses local;
    private final LongSupplier monotonicMillis;
    private final @Nullable Towards[] recent = new Towards[REMEMBERED];

    /**
     * A listener's name.
     *
     * @param byRoute it has none of its own: the listener is on all addresses and advertises no host
     */
    public record Name(SentBy sentBy, boolean byRoute) {}

    private record Towards(InetAddress peer, int listener, InetAddress ours, SentBy sentBy, long until) {}

    /** @param names by the listeners' index */
    public ListenerNames(List<Name> names, LocalAddresses local, LongSupplier monotonicMillis) {
        this.names = List.copyOf(names);
        this.local = local;
        this.monotonicMillis = monotonicMillis;
    }

    SentBy of(Hop hop) {
        Name name = names.get(hop.listener().index());
        return name.byRoute() ? towards(hop).sentBy() : name.sentBy();
    }

    /** The address that a message to or from there has on our side. */
    public InetSocketAddress ourEnd(Hop hop) {
        InetSocketAddress bound = hop.listener().address();
        return bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(towards(hop).ours(), bound.getPort())
                : bound;
    }

    /** True when the Via of a response that came from there was put by the listener that it came to (§18.1.2). */
    boolean put(SipMessage response, Via via, Hop source) {
        Name name = names.get(source.listener().index());
        if (!name.byRoute()) {
            return name.sentBy().names(response, via);
        }
        // The route may have changed since.
        return towards(source).sentBy().names(response, via)
                || (via.port() == name.sentBy().port() && local.has(host(response, via)));
    }

    private static String host(SipMessage response, Via via) {
        String host = response.text(via.host());
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private Towards towards(Hop hop) {
        InetAddress peer = hop.address();
        int listener = hop.listener().index();
        int place = (peer.hashCode() * 31 + listener) & (REMEMBERED - 1);
        Towards known = recent[place];
        long now = monotonicMillis.getAsLong();
        if (known == null
                || known.listener() != listener
                || now >= known.until()
                || !known.peer().equals(peer)) {
            InetAddress ours = LocalAddresses.towards(peer);
            SentBy bound = names.get(listener).sentBy();
            known = new Towards(
                    peer,
                    listener,
                    ours,
                    new SentBy(bound.transport(), Addresses.text(ours), bound.port()),
                    now + FRESH_MILLIS);
            recent[place] = known;
        }
        return known;
    }
}

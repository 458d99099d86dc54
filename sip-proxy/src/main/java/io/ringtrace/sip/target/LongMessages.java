package io.ringtrace.sip.target;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3261 §18.1.1: a request that is too long for a datagram goes by TCP, where the gateway leaves us the choice. Remembers who takes no
 * connection, so that only the first long request finds it out. One per shard, on its thread.
 */
public final class LongMessages {
    /** Most bytes of a request that goes by UDP while the path's MTU is not known. */
    public static final int LONGEST_BY_UDP = 1300;

    private static final long REFUSAL_REMEMBERED_MILLIS = 5 * 60 * 1000L;
    private static final int MOST_REMEMBERED = 1024;
    private final Hops hops;
    private final LongSupplier monotonicMillis;
    private final Map<InetSocketAddress, Long> udpUntil = new HashMap<>();

    public LongMessages(Hops hops, LongSupplier monotonicMillis) {
        this.hops = hops;
        this.monotonicMillis = monotonicMillis;
    }

    /** The hop by which a long request goes to that target instead of by UDP; null when UDP is all there is. */
    public @Nullable Hop streamTo(Target target, Listener preferred) {
        return streamTo(new InetSocketAddress(target.address(), target.port()), preferred);
    }

    /** The same for where a UDP hop leads. */
    public @Nullable Hop streamTo(Hop udp) {
        return streamTo(udp.remote(), udp.listener());
    }

    private @Nullable Hop streamTo(InetSocketAddress remote, Listener preferred) {
        return refuses(remote) ? null : hops.to(remote.getAddress(), remote.getPort(), Transport.TCP, "", preferred);
    }

    /** True when no connection came about there lately. */
    public boolean refuses(InetSocketAddress remote) {
        Long until = udpUntil.get(remote);
        return until != null && monotonicMillis.getAsLong() < until;
    }

    /** No connection came about there. */
    public void refused(InetSocketAddress remote) {
        if (udpUntil.size() >= MOST_REMEMBERED) {
            udpUntil.clear();
        }
        udpUntil.put(remote, monotonicMillis.getAsLong() + REFUSAL_REMEMBERED_MILLIS);
    }
}

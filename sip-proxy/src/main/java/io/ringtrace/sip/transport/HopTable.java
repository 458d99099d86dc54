package io.ringtrace.sip.transport;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The hops lately heard on one socket, so that a peer's datagrams share one {@link Hop} and its text is made once. A fixed number of
 * places: a newcomer takes the place its hash names, whoever had it. One loop's thread.
 */
final class HopTable {
    private static final int PLACES = 4096;
    private final Listener listener;
    private final @Nullable Hop[] hops = new Hop[PLACES];

    HopTable(Listener listener) {
        this.listener = listener;
    }

    Hop of(InetSocketAddress remote) {
        int place = place(remote.hashCode());
        Hop known = hops[place];
        if (known == null || !known.remote().equals(remote)) {
            known = new Hop(remote, listener);
            hops[place] = known;
        }
        return known;
    }

    /** The same by the numbers of a {@link KernelAddress}; a table is asked in one of the two ways. */
    Hop of(long high, long low, int port, int scope) {
        int place = place((Long.hashCode(high) * 31 + Long.hashCode(low)) * 31 + port);
        Hop known = hops[place];
        if (known == null || !known.kernelAddress().is(high, low, port, scope)) {
            known = new Hop(new KernelAddress(high, low, port, scope).socketAddress(), listener);
            hops[place] = known;
        }
        return known;
    }

    private static int place(int hash) {
        return ((hash * 0x9E3779B9) >>> 16) & (PLACES - 1);
    }
}

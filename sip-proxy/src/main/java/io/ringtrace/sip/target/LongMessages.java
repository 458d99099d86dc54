package io.ringtrace.sip.target;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
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
    private final Map<Target, Long> udpUntil = new HashMap<>();

    public LongMessages(Hops hops, LongSupplier monotonicMillis) {
        this.hops = hops;
        this.monotonicMillis = monotonicMillis;
    }

    /** The hop by which a long request goes to that target instead of by UDP; null when UDP is all there is. */
    public @Nullable Hop streamTo(Target target, Listener preferred) {
        Long until = udpUntil.get(target);
        if (until != null && monotonicMillis.getAsLong() < until) {
            return null;
        }
        return hops.to(target.address(), target.port(), Transport.TCP, target.host(), preferred);
    }

    /** No connection came about there. */
    public void refused(Target target) {
        if (udpUntil.size() >= MOST_REMEMBERED) {
            udpUntil.clear();
        }
        udpUntil.put(target, monotonicMillis.getAsLong() + REFUSAL_REMEMBERED_MILLIS);
    }
}

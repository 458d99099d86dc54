package io.ringtrace.sip.target;

import io.ringtrace.routing.Gateway;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Host names and addresses to IP addresses. An address is known at once; a name is resolved by a virtual thread and remembered, so that a
 * shard never waits. Shared by all shards.
 */
public final class GatewayTargets {
    private static final long REMEMBERED_MILLIS = 30_000;
    private static final long FAILURE_REMEMBERED_MILLIS = 2_000;
    private static final int MOST_REMEMBERED = 4096;
    private static final int MOST_AT_ONCE = 64;
    private final Map<String, Resolved> resolved = new ConcurrentHashMap<>();
    private final Semaphore atOnce = new Semaphore(MOST_AT_ONCE);
    private final LongSupplier monotonicMillis;

    private record Resolved(@Nullable InetAddress address, long untilMillis) {}

    public GatewayTargets(LongSupplier monotonicMillis) {
        this.monotonicMillis = monotonicMillis;
    }

    /** The gateway's address as far as it is known now; null before its name was resolved. */
    public @Nullable InetAddress knownAddress(Gateway gateway) {
        Resolved known = known(gateway.host());
        return known == null ? null : known.address;
    }

    /** The host's address when it is known now; null when it must be resolved first. */
    public @Nullable InetAddress knownAddress(String host) {
        Resolved known = known(host);
        return known != null && monotonicMillis.getAsLong() < known.untilMillis ? known.address : null;
    }

    /**
     * Gives the host's address, or null when it has none: at once, within this call, when it is known; else later by the executor.
     *
     * @param host an IP address (IPv6 without brackets) or a name
     */
    public void resolve(String host, Executor loop, Consumer<@Nullable InetAddress> whenKnown) {
        Resolved known = known(host);
        if (known != null && monotonicMillis.getAsLong() < known.untilMillis) {
            whenKnown.accept(known.address);
        } else if (!atOnce.tryAcquire()) {
            whenKnown.accept(null);
        } else {
            Thread.ofVirtual().name("resolve " + host).start(() -> {
                try {
                    InetAddress address = byName(host);
                    remember(host, address);
                    loop.execute(() -> whenKnown.accept(address));
                } finally {
                    atOnce.release();
                }
            });
        }
    }

    /** Resolves the gateway's name soon, so that requests of its side are recognised before a call has gone there. */
    public void learn(Gateway gateway) {
        if (knownAddress(gateway) == null) {
            resolve(gateway.host(), Runnable::run, _ -> {});
        }
    }

    private @Nullable Resolved known(String host) {
        Resolved known = resolved.get(host);
        if (known != null) {
            return known;
        }
        try {
            Resolved literal = new Resolved(InetAddress.ofLiteral(host), Long.MAX_VALUE);
            put(host, literal);
            return literal;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static @Nullable InetAddress byName(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException _) {
            return null;
        }
    }

    private void remember(String host, @Nullable InetAddress address) {
        long lifetime = address == null ? FAILURE_REMEMBERED_MILLIS : REMEMBERED_MILLIS;
        put(host, new Resolved(address, monotonicMillis.getAsLong() + lifetime));
    }

    /** A full memory starts anew: it fills with hosts of the moment again. */
    private void put(String host, Resolved answer) {
        if (resolved.size() >= MOST_REMEMBERED) {
            resolved.clear();
        }
        resolved.put(host, answer);
    }
}

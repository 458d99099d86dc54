package io.ringtrace.http.limit;

import io.ringtrace.routing.IpNetwork;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a request comes from, as far as it can be believed. */
public final class Source {
    private static final int MOST_HOPS = 16;

    private Source() {}

    /**
     * The address that asks. Behind proxies of ours it is the last one in X-Forwarded-For that is none of them: what stands before it was
     * written by whoever asks.
     *
     * @param remote of the connection; null when it is gone
     * @param forwardedFor all X-Forwarded-For headers in their order
     * @return null when nothing can be believed
     */
    public static @Nullable InetAddress of(
            @Nullable String remote, List<String> forwardedFor, List<IpNetwork> trustedProxies) {
        InetAddress source = remote == null ? null : literal(remote);
        if (source == null || trustedProxies.isEmpty() || forwardedFor.isEmpty()) {
            return source;
        }
        String[] hops = String.join(",", forwardedFor).split(",");
        for (int i = hops.length - 1; i >= Math.max(0, hops.length - MOST_HOPS) && ours(source, trustedProxies); i--) {
            InetAddress before = literal(hops[i].strip());
            if (before == null) {
                return source;
            }
            source = before;
        }
        return source;
    }

    /** The network that one customer of a carrier is taken to have: an IPv4 address itself, of IPv6 the /64. */
    public static String address(@Nullable InetAddress source) {
        return network(source, 32);
    }

    /** The network that is taken for one by the tag's limits: /24, or /64 of IPv6. */
    public static String network(@Nullable InetAddress source) {
        return network(source, 24);
    }

    private static String network(@Nullable InetAddress source, int prefixLength) {
        return source == null
                ? ""
                : new IpNetwork(source, source.getAddress().length == 4 ? prefixLength : 64).toString();
    }

    private static boolean ours(InetAddress address, List<IpNetwork> proxies) {
        return proxies.stream().anyMatch(proxy -> proxy.contains(address));
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}

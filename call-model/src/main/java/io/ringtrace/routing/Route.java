package io.ringtrace.routing;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Destination numbers that begin with a prefix go to these gateways, in this order.
 *
 * @param prefix digits of E.164 without the plus sign; empty for every number
 * @param trunk only calls that came by this trunk; null for all. A route that names the trunk wins over one of equal prefix that does not.
 * @param conditions what else a call must be like. Of two routes of equal prefix and trunk, the one with the longer caller prefix wins, then
 *     the one that names hours.
 * @param shares the gateways of each part of the calls; one share of 100 for a route that divides nothing
 * @param ringTimeout from the first 18x; then CANCEL downstream, 408 upstream
 * @param followRedirects whether a 3xx of a gateway is followed where the plan allows it ({@link Router#redirected}); else the caller gets it
 * @param source file and line where it stands, such as {@code ringtrace.yaml:31}
 */
public record Route(
        String prefix,
        @Nullable String trunk,
        RouteConditions conditions,
        List<Share> shares,
        Duration ringTimeout,
        boolean followRedirects,
        String source) {
    public static final Duration DEFAULT_RING_TIMEOUT = Duration.ofSeconds(60);
    private static final int ALL = 100;

    /** This many of a hundred calls go to these gateways, tried in this order. */
    public record Share(int percent, List<Gateway> gateways) {
        public Share {
            gateways = List.copyOf(gateways);
        }
    }

    /** Throws IllegalArgumentException when the shares do not make a hundred. */
    public Route {
        shares = List.copyOf(shares);
        if (shares.stream().mapToInt(Share::percent).sum() != ALL
                || shares.stream().anyMatch(s -> s.percent() < 1)) {
            throw new IllegalArgumentException("the shares of a route make 100 percent: " + source);
        }
    }

    /** A route for every caller, at all times, that divides nothing. */
    public Route(String prefix, @Nullable String trunk, List<Gateway> gateways, Duration ringTimeout, String source) {
        this(prefix, trunk, RouteConditions.NONE, List.of(new Share(ALL, gateways)), ringTimeout, false, source);
    }

    /** The same route, with 3xx followed. */
    public Route followingRedirects() {
        return new Route(prefix, trunk, conditions, shares, ringTimeout, true, source);
    }

    /** The share that a call falls into: the same for the same draw. */
    Share share(long draw) {
        if (shares.size() == 1) {
            return shares.getFirst();
        }
        // The draw's low bits may carry a clock: mixed, so that calls of one moment do not fall together (splitmix64's
        // finalizer).
        long mixed = (draw ^ (draw >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        int left = (int) Long.remainderUnsigned(mixed ^ (mixed >>> 31), ALL);
        for (Share share : shares) {
            left -= share.percent();
            if (left < 0) {
                return share;
            }
        }
        return shares.getLast();
    }
}

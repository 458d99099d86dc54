package io.ringtrace.routing;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * An address we send calls to.
 *
 * @param host an IP address, or a name to be resolved (RFC 3263)
 * @param silence how long we wait for any answer before the next gateway is tried
 * @param failoverStatuses final responses after which the next gateway is tried
 * @param sourceNetworks where requests of its side of a call may come from, besides its own address
 * @param trusted it is in our trust domain (RFC 3325 §2.3): it may know callers who withhold their number, and says who answered
 * @param limits how many calls it takes; beyond them the next gateway is tried
 */
public record Gateway(
        String name,
        String host,
        int port,
        Transport transport,
        Duration silence,
        Set<Integer> failoverStatuses,
        List<IpNetwork> sourceNetworks,
        boolean trusted,
        CallLimits limits) {
    public static final Duration DEFAULT_SILENCE = Duration.ofSeconds(3);
    public static final Set<Integer> DEFAULT_FAILOVER_STATUSES = Set.of(503, 500, 408);

    public Gateway {
        failoverStatuses = Set.copyOf(failoverStatuses);
        sourceNetworks = List.copyOf(sourceNetworks);
    }

    /** A gateway that is trusted. */
    public Gateway(
            String name,
            String host,
            int port,
            Transport transport,
            Duration silence,
            Set<Integer> failoverStatuses,
            List<IpNetwork> sourceNetworks) {
        this(name, host, port, transport, silence, failoverStatuses, sourceNetworks, true, CallLimits.NONE);
    }

    /** The same gateway in another trust domain, or in ours. */
    public Gateway withTrust(boolean otherTrust) {
        return new Gateway(name, host, port, transport, silence, failoverStatuses, sourceNetworks, otherTrust, limits);
    }

    /** The same gateway with other limits. */
    public Gateway withLimits(CallLimits otherLimits) {
        return new Gateway(
                name, host, port, transport, silence, failoverStatuses, sourceNetworks, trusted, otherLimits);
    }

    /** The same gateway, with which the next one is tried after other final responses. */
    public Gateway withFailoverStatuses(Set<Integer> statuses) {
        return new Gateway(name, host, port, transport, silence, statuses, sourceNetworks, trusted, limits);
    }
}

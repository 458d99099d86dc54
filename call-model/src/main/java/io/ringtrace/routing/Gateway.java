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
 */
public record Gateway(
        String name,
        String host,
        int port,
        Transport transport,
        Duration silence,
        Set<Integer> failoverStatuses,
        List<IpNetwork> sourceNetworks) {
    public static final Duration DEFAULT_SILENCE = Duration.ofSeconds(3);
    public static final Set<Integer> DEFAULT_FAILOVER_STATUSES = Set.of(503, 500, 408);

    public Gateway {
        failoverStatuses = Set.copyOf(failoverStatuses);
        sourceNetworks = List.copyOf(sourceNetworks);
    }

    /** The same gateway, with which the next one is tried after other final responses. */
    public Gateway withFailoverStatuses(Set<Integer> statuses) {
        return new Gateway(name, host, port, transport, silence, statuses, sourceNetworks);
    }
}

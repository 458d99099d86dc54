package io.ringtrace.routing;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An address we send calls to.
 *
 * @param host an IP address, or a name to be resolved (RFC 3263)
 * @param port 0 for what DNS says of the host's services
 * @param transport null for {@code auto}: what DNS says of a name, UDP for an address; over UDP, long messages go by TCP (RFC 3261 §18.1.1)
 * @param silence how long we wait for any answer before the next gateway is tried
 * @param failoverStatuses final responses after which the next gateway is tried
 * @param sourceNetworks where requests of its side of a call may come from, besides its own address
 * @param probing how it is asked whether it lives
 * @param trusted it is in our trust domain (RFC 3325 §2.3): it may know callers who withhold their number, and says who answered
 * @param limits how many calls it takes; beyond them the next gateway is tried
 */
public record Gateway(
        String name,
        String host,
        int port,
        @Nullable Transport transport,
        Duration silence,
        Set<Integer> failoverStatuses,
        List<IpNetwork> sourceNetworks,
        boolean trusted,
        CallLimits limits,
        Probing probing) {
    public static final Duration DEFAULT_SILENCE = Duration.ofSeconds(3);
    public static final Set<Integer> DEFAULT_FAILOVER_STATUSES = Set.of(503, 500, 408);

    public Gateway {
        failoverStatuses = Set.copyOf(failoverStatuses);
        sourceNetworks = List.copyOf(sourceNetworks);
    }

    /** A gateway that is trusted, has no limits, and is probed while it is suspect or down. */
    public Gateway(
            String name,
            String host,
            int port,
            @Nullable Transport transport,
            Duration silence,
            Set<Integer> failoverStatuses,
            List<IpNetwork> sourceNetworks) {
        this(
                name,
                host,
                port,
                transport,
                silence,
                failoverStatuses,
                sourceNetworks,
                true,
                CallLimits.NONE,
                Probing.DEFAULT);
    }

    /** The same gateway in another trust domain, or in ours. */
    public Gateway withTrust(boolean other) {
        return new Gateway(
                name, host, port, transport, silence, failoverStatuses, sourceNetworks, other, limits, probing);
    }

    /** The same gateway with other limits. */
    public Gateway withLimits(CallLimits other) {
        return new Gateway(
                name, host, port, transport, silence, failoverStatuses, sourceNetworks, trusted, other, probing);
    }

    /** The same gateway, with which the next one is tried after other final responses. */
    public Gateway withFailoverStatuses(Set<Integer> statuses) {
        return new Gateway(name, host, port, transport, silence, statuses, sourceNetworks, trusted, limits, probing);
    }
}

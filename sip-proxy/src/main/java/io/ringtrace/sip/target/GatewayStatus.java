package io.ringtrace.sip.target;

import io.ringtrace.routing.Transport;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one address of a gateway is; for commands and metrics.
 *
 * @param name the gateway's name in the configuration
 * @param host an IP address; the gateway's host name while that has no address
 * @param transport null while the name has no address, when that is left to DNS
 * @param since when it came into this state; null when it has never been in another one
 * @param reason why, as a sentence's part; null when there is nothing to tell
 */
public record GatewayStatus(
        String name,
        String host,
        int port,
        @Nullable Transport transport,
        State state,
        @Nullable Instant since,
        @Nullable String reason) {
    public enum State {
        /** Tried in its turn. */
        UP,
        /** Silent, or refusing, of late: tried last, and probed. */
        SUSPECT,
        /** Probes failed three times: tried when nothing else is left. */
        DOWN,
        /** Its name has no address. */
        UNRESOLVED
    }
}

package io.ringtrace.routing;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Destination numbers that begin with a prefix go to these gateways, in this order.
 *
 * @param prefix digits of E.164 without the plus sign; empty for every number
 * @param trunk only calls that came by this trunk; null for all. A route that names the trunk wins over one of equal prefix that does not.
 * @param ringTimeout from the first 18x; then CANCEL downstream, 408 upstream
 * @param source file and line where it stands, such as {@code ringtrace.yaml:31}
 */
public record Route(
        String prefix, @Nullable String trunk, List<Gateway> gateways, Duration ringTimeout, String source) {
    public static final Duration DEFAULT_RING_TIMEOUT = Duration.ofSeconds(60);

    public Route {
        gateways = List.copyOf(gateways);
    }
}

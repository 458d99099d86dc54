package io.ringtrace.sip.target;

import io.ringtrace.routing.Gateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which gateways were silent or unreachable of late: such a gateway is suspect, and tried last. Shared by all shards, never waits. */
public final class GatewayHealth {
    static final long SUSPECT_MILLIS = 30_000;
    private final Map<String, Long> suspectUntil = new ConcurrentHashMap<>();

    /** The gateway was silent or refused; times are monotonic milliseconds. */
    public void failed(Gateway gateway, long nowMillis) {
        suspectUntil.put(gateway.name(), nowMillis + SUSPECT_MILLIS);
    }

    /** The gateway gave some answer. */
    public void answered(Gateway gateway) {
        if (!suspectUntil.isEmpty()) {
            suspectUntil.remove(gateway.name());
        }
    }

    public boolean suspect(Gateway gateway, long nowMillis) {
        Long until = suspectUntil.isEmpty() ? null : suspectUntil.get(gateway.name());
        return until != null && nowMillis < until;
    }

    /** The gateways in the order in which to try them: as given, but the suspect ones last. */
    public List<Gateway> inOrder(List<Gateway> gateways, long nowMillis) {
        if (suspectUntil.isEmpty() || gateways.size() < 2) {
            return gateways;
        }
        List<Gateway> order = new ArrayList<>(gateways.size());
        List<Gateway> last = new ArrayList<>();
        for (Gateway gateway : gateways) {
            (suspect(gateway, nowMillis) ? last : order).add(gateway);
        }
        order.addAll(last);
        return order;
    }
}

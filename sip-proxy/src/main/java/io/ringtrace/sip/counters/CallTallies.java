package io.ringtrace.sip.counters;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One shard's tallies by trunk and by gateway. They are kept over reloads of the plan, so that counts only rise; bounded, and what comes
 * beyond is counted under one name. Its shard's thread makes and writes them; any thread reads.
 */
public final class CallTallies {
    /** Under which trunks or gateways beyond the bound are counted. */
    public static final String OTHERS = "(others)";

    private static final int MOST = 1_000;
    private final Map<String, CallTally> trunks = new ConcurrentHashMap<>();
    private final Map<String, CallTally> gateways = new ConcurrentHashMap<>();

    public CallTally ofTrunk(String name) {
        return of(trunks, name);
    }

    public CallTally ofGateway(String name) {
        return of(gateways, name);
    }

    /** By name; a view that grows. */
    public Map<String, CallTally> trunks() {
        return trunks;
    }

    /** By name; a view that grows. */
    public Map<String, CallTally> gateways() {
        return gateways;
    }

    private static CallTally of(Map<String, CallTally> all, String name) {
        CallTally known = all.get(name);
        return known != null ? known : all.computeIfAbsent(all.size() < MOST ? name : OTHERS, _ -> new CallTally());
    }
}

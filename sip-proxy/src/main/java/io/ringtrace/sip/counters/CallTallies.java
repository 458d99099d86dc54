package io.ringtrace.sip.counters;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * One shard's tallies by trunk and by gateway. They are kept over reloads of the plan, so that counts only rise; bounded, and what comes
 * beyond is counted under one name. Its shard's thread makes and writes them; any thread reads.
 */
public final class CallTallies {
    /** Under which trunks or gateways beyond the bound are counted. */
    public static final String OTHERS = "(others)";

    /** Under which refusals are counted of whom no trunk and no gateway is known by. */
    public static final String STRANGERS = "(strangers)";

    /** Under which refusals to gateways are counted. */
    public static final String GATEWAYS = "(gateways)";

    private static final int MOST = 1_000;
    private final Map<String, CallTally> trunks = new ConcurrentHashMap<>();
    private final Map<String, CallTally> gateways = new ConcurrentHashMap<>();
    private final Map<String, RefusalTally> refusals = new ConcurrentHashMap<>();

    public CallTally ofTrunk(String name) {
        return of(trunks, name, CallTally::new);
    }

    public CallTally ofGateway(String name) {
        return of(gateways, name, CallTally::new);
    }

    /** @param name a trunk's, {@link #GATEWAYS} or {@link #STRANGERS} */
    public RefusalTally refusalsOf(String name) {
        return of(refusals, name, RefusalTally::new);
    }

    /** By name; a view that grows. */
    public Map<String, CallTally> trunks() {
        return trunks;
    }

    /** By name; a view that grows. */
    public Map<String, CallTally> gateways() {
        return gateways;
    }

    /** What was refused before it had a record, by who sent it; a view that grows. */
    public Map<String, RefusalTally> refusals() {
        return refusals;
    }

    private static <T> T of(Map<String, T> all, String name, Supplier<T> made) {
        T known = all.get(name);
        return known != null ? known : all.computeIfAbsent(all.size() < MOST ? name : OTHERS, _ -> made.get());
    }
}

package io.ringtrace.http;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.PoolSizes;
import io.ringtrace.attribution.PoolSizing;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pools' sizes in memory: what a test says was met. Thread-safe. */
final class InMemoryPoolSizes implements PoolSizes {
    private final Map<String, Map<String, Autoscaling>> autoscaling = new HashMap<>();
    private final Map<String, PoolSizing> sizings = new HashMap<>();

    synchronized void met(String network, PoolSizing sizing) {
        sizings.put(network + "/" + sizing.pool(), sizing);
    }

    @Override
    public synchronized @Nullable PoolSizing sizing(String network, String pool) {
        return sizings.get(network + "/" + pool);
    }

    @Override
    public synchronized Map<String, Autoscaling> autoscaling(String network) {
        return Map.copyOf(autoscaling.getOrDefault(network, Map.of()));
    }

    synchronized void autoscale(String network, String pool, Autoscaling wanted) {
        autoscaling.computeIfAbsent(network, _ -> new HashMap<>()).put(pool, wanted);
    }
}

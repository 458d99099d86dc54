package io.ringtrace.server;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.ringtrace.sip.target.GatewayStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Shows how each address of each gateway is: 1 up, 0.5 suspect, 0 down or without an address. Gateways come and go with the routing plan, so
 * all of it is read anew at each look, on the thread that looks.
 */
final class GatewayMetrics implements Collector {
    private final Supplier<List<GatewayStatus>> gateways;

    GatewayMetrics(Supplier<List<GatewayStatus>> gateways) {
        this.gateways = gateways;
    }

    @Override
    public MetricSnapshot collect() {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder()
                .name("ringtrace_sip_gateway_up")
                .help("1 up, 0.5 suspect, 0 down or without an address");
        Set<Labels> seen = new HashSet<>();
        for (GatewayStatus status : gateways.get()) {
            String transport =
                    status.transport() == null ? "auto" : status.transport().name();
            Labels labels = Labels.of(
                    "gateway", status.name(), "address", status.host() + " " + status.port(), "transport", transport);
            if (seen.add(labels)) {
                gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value(status.state()))
                        .build());
            }
        }
        return gauge.build();
    }

    private static double value(GatewayStatus.State state) {
        return switch (state) {
            case UP -> 1;
            case SUSPECT -> 0.5;
            case DOWN, UNRESOLVED -> 0;
        };
    }
}

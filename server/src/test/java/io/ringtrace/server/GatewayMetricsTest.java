package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.target.GatewayStatus;
import io.ringtrace.sip.target.GatewayStatus.State;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Metrics of gateways' health")
class GatewayMetricsTest {
    @Test
    void tellEachAddressOnce() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.getPrometheusRegistry()
                .register(new GatewayMetrics(() -> List.of(
                        status("east", "192.0.2.1", Transport.UDP, State.UP),
                        status("east", "192.0.2.1", Transport.UDP, State.UP),
                        status("east", "2001:db8::1", Transport.TLS, State.SUSPECT),
                        status("west", "gw.example.net", null, State.UNRESOLVED))));

        assertThat(registry.scrape().lines())
                .containsOnlyOnce(
                        "ringtrace_sip_gateway_up{address=\"192.0.2.1 5060\",gateway=\"east\",transport=\"UDP\"} 1.0",
                        "ringtrace_sip_gateway_up{address=\"2001:db8::1 5060\",gateway=\"east\",transport=\"TLS\"} 0.5",
                        "ringtrace_sip_gateway_up{address=\"gw.example.net 5060\",gateway=\"west\",transport=\"auto\"} 0.0");
    }

    private static GatewayStatus status(String name, String host, @Nullable Transport transport, State state) {
        return new GatewayStatus(name, host, 5060, transport, state, null, null);
    }
}

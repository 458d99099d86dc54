package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.CallTally;
import io.ringtrace.sip.counters.RefusalReason;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Metrics by trunk and gateway")
class CallMetricsTest {
    @Test
    void areTheSumOfAllShardsAndFollowTheirNames() {
        CallTallies one = new CallTallies();
        CallTallies two = new CallTallies();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.getPrometheusRegistry().register(new CallMetrics(() -> List.of(one, two)));
        assertThat(registry.scrape()).doesNotContain("acme");

        one.ofTrunk("acme").ended(200);
        two.ofTrunk("acme").ended(200);
        two.ofTrunk("acme").ended(486);
        one.ofTrunk("acme").took(CallTally.Delay.POST_DIAL, 30);
        two.ofTrunk("acme").took(CallTally.Delay.POST_DIAL, 4_000);
        two.ofGateway("east").ended(0);

        assertThat(registry.scrape().lines())
                .contains(
                        "ringtrace_sip_trunk_calls_total{code=\"200\",trunk=\"acme\"} 2.0",
                        "ringtrace_sip_trunk_calls_total{code=\"486\",trunk=\"acme\"} 1.0",
                        "ringtrace_sip_gateway_calls_total{code=\"none\",gateway=\"east\"} 1.0",
                        "ringtrace_sip_trunk_post_dial_delay_seconds_bucket{trunk=\"acme\",le=\"0.05\"} 1",
                        "ringtrace_sip_trunk_post_dial_delay_seconds_bucket{trunk=\"acme\",le=\"5.0\"} 2",
                        "ringtrace_sip_trunk_post_dial_delay_seconds_count{trunk=\"acme\"} 2",
                        "ringtrace_sip_trunk_post_dial_delay_seconds_sum{trunk=\"acme\"} 4.03");
    }

    @Test
    void tellRefusalsByTrunkAndReason() {
        CallTallies one = new CallTallies();
        CallTallies two = new CallTallies();
        one.refusalsOf("acme").add(RefusalReason.TRUNK_RATE);
        two.refusalsOf("acme").add(RefusalReason.TRUNK_RATE);
        two.refusalsOf("acme").add(RefusalReason.JOURNAL_FULL);
        two.refusalsOf(CallTallies.STRANGERS).add(RefusalReason.STRANGER);
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.getPrometheusRegistry().register(new CallMetrics(() -> List.of(one, two)));
        assertThat(registry.scrape().lines())
                .contains(
                        "ringtrace_sip_trunk_refusals_total{reason=\"trunk_rate\",trunk=\"acme\"} 2.0",
                        "ringtrace_sip_trunk_refusals_total{reason=\"journal_full\",trunk=\"acme\"} 1.0",
                        "ringtrace_sip_trunk_refusals_total{reason=\"stranger\",trunk=\"(strangers)\"} 1.0");
    }

    @Test
    void areBounded() {
        CallTallies tallies = new CallTallies();
        for (int i = 0; i < 5_000; i++) {
            tallies.ofTrunk("trunk-" + i).ended(200);
        }
        assertThat(tallies.trunks()).hasSize(1_001);
        assertThat(tallies.ofTrunk("another").count(200)).isEqualTo(4_000);
    }
}

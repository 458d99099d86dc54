package io.ringtrace.server;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.CallTally;
import io.ringtrace.sip.counters.DelayHistogram;
import io.ringtrace.sip.counters.RefusalReason;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Shows calls by trunk, gateway and final status, and how long things took, as Prometheus metrics. Names of trunks and gateways come and go
 * with the routing plan, so all of it is read anew at each look, on the thread that looks.
 */
final class CallMetrics implements MultiCollector {
    private static final double[] UPPER_BOUNDS = DelayHistogram.upperBoundsSeconds();

    private final Supplier<List<CallTallies>> shards;

    CallMetrics(Supplier<List<CallTallies>> shards) {
        this.shards = shards;
    }

    @Override
    public MetricSnapshots collect() {
        Map<String, List<CallTally>> trunks = byName(CallTallies::trunks);
        Map<String, List<CallTally>> gateways = byName(CallTallies::gateways);
        return MetricSnapshots.of(
                finals("ringtrace_sip_trunk_calls", "Calls by trunk and final status sent to it", "trunk", trunks),
                finals(
                        "ringtrace_sip_gateway_calls",
                        "INVITEs by gateway and final status got from it; none without one",
                        "gateway",
                        gateways),
                refusals(),
                delays(
                        "ringtrace_sip_trunk_post_dial_delay_seconds",
                        "INVITE in to first 18x or final response out",
                        "trunk",
                        trunks,
                        CallTally.Delay.POST_DIAL),
                delays(
                        "ringtrace_sip_trunk_post_dial_delay_theirs_seconds",
                        "What of the post-dial delay was the gateway's",
                        "trunk",
                        trunks,
                        CallTally.Delay.POST_DIAL_THEIRS),
                delays(
                        "ringtrace_sip_trunk_post_dial_delay_ours_seconds",
                        "What of the post-dial delay was ours, failover included",
                        "trunk",
                        trunks,
                        CallTally.Delay.POST_DIAL_OURS),
                delays(
                        "ringtrace_sip_trunk_final_seconds",
                        "INVITE in to final response out",
                        "trunk",
                        trunks,
                        CallTally.Delay.FINAL),
                delays(
                        "ringtrace_sip_gateway_post_dial_delay_seconds",
                        "INVITE out to first 18x or final response in",
                        "gateway",
                        gateways,
                        CallTally.Delay.POST_DIAL),
                delays(
                        "ringtrace_sip_gateway_final_seconds",
                        "INVITE out to final response in",
                        "gateway",
                        gateways,
                        CallTally.Delay.FINAL));
    }

    /** The tallies of all shards. */
    private <T> Map<String, List<T>> byName(Function<CallTallies, Map<String, T>> kind) {
        List<CallTallies> all = shards.get();
        TreeSet<String> names = new TreeSet<>();
        all.forEach(tallies -> names.addAll(kind.apply(tallies).keySet()));
        Map<String, List<T>> byName = new TreeMap<>();
        for (String name : names) {
            byName.put(
                    name,
                    all.stream()
                            .map(kind)
                            .filter(tallies -> tallies.containsKey(name))
                            .map(tallies -> tallies.get(name))
                            .toList());
        }
        return byName;
    }

    private CounterSnapshot refusals() {
        CounterSnapshot.Builder counter = CounterSnapshot.builder()
                .name("ringtrace_sip_trunk_refusals")
                .help("Requests refused or dropped before they had a record, by trunk and reason");
        byName(CallTallies::refusals).forEach((who, shards) -> {
            for (RefusalReason why : RefusalReason.values()) {
                long count = shards.stream().mapToLong(t -> t.count(why)).sum();
                if (count > 0) {
                    counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(Labels.of("trunk", who, "reason", why.text()))
                            .value((double) count)
                            .build());
                }
            }
        });
        return counter.build();
    }

    private static CounterSnapshot finals(
            String name, String help, String label, Map<String, List<CallTally>> tallies) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        tallies.forEach((who, shards) -> {
            for (int i = 0; i < CallTally.STATUSES; i++) {
                int status = i;
                long count = shards.stream().mapToLong(t -> t.count(status)).sum();
                if (count > 0) {
                    counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(Labels.of(label, who, "code", status == 0 ? "none" : Integer.toString(status)))
                            .value((double) count)
                            .build());
                }
            }
        });
        return counter.build();
    }

    private static HistogramSnapshot delays(
            String name, String help, String label, Map<String, List<CallTally>> tallies, CallTally.Delay what) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(name).help(help);
        tallies.forEach((who, shards) -> {
            long[] counts = new long[UPPER_BOUNDS.length];
            shards.forEach(t -> t.delay(what).addTo(counts));
            double seconds =
                    shards.stream().mapToLong(t -> t.delay(what).sumMillis()).sum() / 1000.0;
            HistogramSnapshot.HistogramDataPointSnapshot.Builder point =
                    HistogramSnapshot.HistogramDataPointSnapshot.builder();
            point.labels(Labels.of(label, who))
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(UPPER_BOUNDS, counts));
            point.sum(seconds);
            histogram.dataPoint(point.build());
        });
        return histogram.build();
    }
}

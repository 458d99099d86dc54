package io.ringtrace.sip.trace;

import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which trunks' messages are logged: those that the plan says, and those that an operator asked for, for a while. Shared by all shards; any
 * thread, never waits.
 */
public final class TraceSwitch {
    private final ActivePlan activePlan;
    private final LongSupplier monotonicMillis;
    /** By trunk's name; until when, by the monotonic clock. */
    private final Map<String, Long> asked = new ConcurrentHashMap<>();

    private volatile @Nullable OfPlan ofPlan;

    private record OfPlan(RoutingPlan plan, boolean traces) {}

    public TraceSwitch(ActivePlan activePlan, LongSupplier monotonicMillis) {
        this.activePlan = activePlan;
        this.monotonicMillis = monotonicMillis;
    }

    /** Traces the trunk for so long from now on. It has to be one of the plan's: as many are remembered as were asked for. */
    public void trace(String trunk, Duration time) {
        asked.put(trunk, monotonicMillis.getAsLong() + time.toMillis());
    }

    /** Ends what {@link #trace} began; what the plan says stays. */
    public void stop(String trunk) {
        asked.remove(trunk);
    }

    /** How long each trunk that was asked for is still traced. */
    public Map<String, Duration> asked() {
        Map<String, Duration> left = new TreeMap<>();
        long now = monotonicMillis.getAsLong();
        asked.forEach((trunk, until) -> {
            if (until > now) {
                left.put(trunk, Duration.ofMillis(until - now));
            }
        });
        return left;
    }

    /** True when some trunk may be traced: the cheap question, asked for every message. */
    boolean any() {
        OfPlan known = ofPlan;
        RoutingPlan plan = activePlan.plan();
        if (known == null || known.plan() != plan) {
            known = new OfPlan(plan, plan.trunks().stream().anyMatch(Trunk::traced));
            ofPlan = known;
        }
        return known.traces() || !asked.isEmpty();
    }

    /** True while this trunk is traced. */
    public boolean traces(Trunk trunk) {
        if (trunk.traced()) {
            return true;
        }
        if (asked.isEmpty()) {
            return false;
        }
        Long until = asked.get(trunk.name());
        if (until == null) {
            return false;
        }
        if (until > monotonicMillis.getAsLong()) {
            return true;
        }
        asked.remove(trunk.name(), until);
        return false;
    }
}

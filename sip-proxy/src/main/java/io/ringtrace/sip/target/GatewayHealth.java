package io.ringtrace.sip.target;

import io.ringtrace.sip.target.GatewayStatus.State;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which addresses of gateways are suspect or down. A call that meets silence or a refusal makes its address suspect; from then on it is
 * tried last, and {@link GatewayProbes} asks it: three failed probes make it down, two good ones in a row make it up again. What calls hear of it
 * meanwhile changes nothing. Shared by all
 * shards, never waits. While every gateway is well, asking costs one look at an empty table. What is in the table is bounded by the
 * addresses of the plan's gateways.
 */
public final class GatewayHealth {
    static final int FAILED_PROBES_TO_BE_DOWN = 3;
    static final int GOOD_PROBES_TO_BE_UP = 2;
    private static final Logger LOG = LoggerFactory.getLogger(GatewayHealth.class);
    private final Map<Target, Condition> unwell = new ConcurrentHashMap<>();
    private final Map<Target, Condition> recovered = new ConcurrentHashMap<>();
    private final LongSupplier nowMillis;

    /**
     * @param sinceMillis Unix milliseconds
     * @param failures probes that failed in a row
     * @param good probes that went well in a row
     */
    record Condition(State state, long sinceMillis, String reason, int failures, int good) {}

    /** @param nowMillis Unix milliseconds */
    public GatewayHealth(LongSupplier nowMillis) {
        this.nowMillis = nowMillis;
    }

    /** True while no address is suspect or down. */
    public boolean allUp() {
        return unwell.isEmpty();
    }

    public State state(Target target) {
        Condition condition = unwell.isEmpty() ? null : unwell.get(target);
        return condition == null ? State.UP : condition.state();
    }

    /** A call met silence or a refusal there. */
    public void failed(Target target, String reason) {
        change(
                target,
                was -> was == null
                        ? suspect(reason)
                        : new Condition(was.state(), was.sinceMillis(), reason, was.failures(), 0));
    }

    /** A probe was answered. */
    void probed(Target target) {
        change(target, was -> {
            if (was == null) {
                return null;
            }
            int good = was.good() + 1;
            return good >= GOOD_PROBES_TO_BE_UP
                    ? null
                    : new Condition(was.state(), was.sinceMillis(), was.reason(), 0, good);
        });
    }

    /** A probe failed. */
    void probeFailed(Target target, String reason) {
        change(target, was -> {
            if (was == null) {
                return new Condition(State.SUSPECT, nowMillis.getAsLong(), reason, 1, 0);
            }
            int failures = was.failures() + 1;
            boolean falls = was.state() == State.SUSPECT && failures >= FAILED_PROBES_TO_BE_DOWN;
            return new Condition(
                    falls ? State.DOWN : was.state(),
                    falls ? nowMillis.getAsLong() : was.sinceMillis(),
                    falls ? reason : was.reason(),
                    failures,
                    0);
        });
    }

    /** The addresses to be probed; safe to go through while they change. */
    Set<Target> unwell() {
        return unwell.keySet();
    }

    /** It is no gateway's address any more. */
    void forget(Target target) {
        unwell.remove(target);
        recovered.remove(target);
    }

    /** What is known of it; null when it has never been anything but up. */
    @Nullable
    Condition condition(Target target) {
        Condition condition = unwell.get(target);
        return condition == null ? recovered.get(target) : condition;
    }

    private Condition suspect(String reason) {
        return new Condition(State.SUSPECT, nowMillis.getAsLong(), reason, 0, 0);
    }

    private void change(Target target, UnaryOperator<@Nullable Condition> to) {
        unwell.compute(target, (_, was) -> {
            Condition now = to.apply(was);
            if (now == null && was != null) {
                recovered.put(target, new Condition(State.UP, nowMillis.getAsLong(), "it answers again", 0, 0));
                LOG.info("gateway {} ({}) is up: it answers again", target.gateway(), target);
            } else if (now != null && (was == null || was.state() != now.state())) {
                LOG.warn("gateway {} ({}) is {}: {}", target.gateway(), target, word(now.state()), now.reason());
            }
            return now;
        });
    }

    private static String word(State state) {
        return switch (state) {
            case UP -> "up";
            case SUSPECT -> "suspect";
            case DOWN -> "down";
            case UNRESOLVED -> "without an address";
        };
    }
}

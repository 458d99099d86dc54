package io.ringtrace.config;

import io.ringtrace.routing.ActivePlan;
import io.ringtrace.routing.RoutingPlan;

/** Holds the plan in force. Thread-safe: shards read it, whoever loads a configuration swaps it, and neither waits. */
public final class PlanHolder implements ActivePlan {
    private volatile RoutingPlan plan;

    public PlanHolder(RoutingPlan first) {
        this.plan = first;
    }

    @Override
    public RoutingPlan plan() {
        return plan;
    }

    /** Calls that begin from now on see this plan; those that run keep the one they began with. */
    public void swap(RoutingPlan next) {
        plan = next;
    }
}

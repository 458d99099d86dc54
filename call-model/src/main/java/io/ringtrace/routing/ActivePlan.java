package io.ringtrace.routing;

/** The plan in force. A reload swaps one reference; a call keeps the plan it began with. Thread-safe, never waits. */
public interface ActivePlan {
    RoutingPlan plan();
}

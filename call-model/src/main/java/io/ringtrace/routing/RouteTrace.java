package io.ringtrace.routing;

import java.util.ArrayList;
import java.util.List;

/**
 * The reasons of one decision, written down while it is made. Only explanations carry one; calls pass null and pay nothing. For one thread.
 */
public final class RouteTrace {
    private final List<Step> steps = new ArrayList<>();

    /**
     * @param said one reason, for a person
     * @param source file and line of the rule that took part; empty when no rule of the files did
     */
    public record Step(String said, String source) {}

    public void add(String said, String source) {
        steps.add(new Step(said, source));
    }

    /** In the order in which they were made. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }
}

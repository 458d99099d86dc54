package io.ringtrace.server;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.http.Operations;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.RouteExplanation;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers where a call would go, for a running server and for files alone. Any thread. */
public final class RouteQuestion {
    private RouteQuestion() {}

    /**
     * @param nowMillis the moment, when the question names none
     */
    public static Operations.Explained answer(
            Operations.Question question, RoutingPlan plan, AttributionLookup lookup, long nowMillis) {
        Trunk trunk = trunk(plan.trunks(), question.trunk());
        if (trunk == null) {
            List<String> names = plan.trunks().stream().map(Trunk::name).toList();
            return new Operations.Explained.Unanswerable(
                    question.trunk() == null
                            ? "Name the trunk by which the call comes, one of " + names + "."
                            : "There is no trunk " + question.trunk() + "; trunks are " + names + ".");
        }
        long at = question.at() == null ? nowMillis : question.at().toEpochMilli();
        RouteExplanation explanation =
                RouteExplanation.of(plan, trunk, question.number(), question.from(), lookup, at, at);
        return new Operations.Explained.Answer(
                plan.version(),
                explanation.decision() instanceof RouteDecision.Forward,
                explanation.conclusion(),
                explanation.steps().stream()
                        .map(step -> new Operations.Reason(step.said(), step.source()))
                        .toList());
    }

    private static @Nullable Trunk trunk(List<Trunk> trunks, @Nullable String name) {
        if (name == null) {
            return trunks.size() == 1 ? trunks.getFirst() : null;
        }
        return trunks.stream().filter(t -> t.name().equals(name)).findFirst().orElse(null);
    }
}

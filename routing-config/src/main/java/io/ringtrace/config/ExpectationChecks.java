package io.ringtrace.config;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.Router;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Asks the plan the operator's own questions, the section {@code tests}, and compares its answers with what the operator expects. */
final class ExpectationChecks {
    /** So many calls see every share and every order, but the rarest. */
    private static final int DRAWS = 500;

    private final YamlNode.Mapping tree;
    private final RoutingPlan plan;
    private final Findings findings;

    ExpectationChecks(YamlNode.Mapping tree, RoutingPlan plan, Findings findings) {
        this.tree = tree;
        this.plan = plan;
        this.findings = findings;
    }

    /** A call that nobody makes, as the operator describes it. */
    record Asked(CallAttempt attempt, AttributionResult attribution, long atMillis) {
        RouteDecision answer(RoutingPlan plan, long draw) {
            return Router.route(plan, attempt, attribution, atMillis, draw);
        }
    }

    /** Null when it names no trunk of the plan. */
    private static @Nullable Asked asked(YamlNode.Mapping test, RoutingPlan plan) {
        YamlNode.Scalar name = test.scalar("trunk");
        Trunk trunk = plan.trunks().stream()
                .filter(t -> name == null ? plan.trunks().size() == 1 : t.name().equals(name.text()))
                .findFirst()
                .orElse(null);
        if (trunk == null) {
            return null;
        }
        String number = ConfigBinder.text(test, "number");
        YamlNode.Scalar from = test.scalar("from");
        YamlNode.Scalar at = test.scalar("at");
        YamlNode.Scalar destination = test.scalar("destination");
        long moment = at == null
                ? System.currentTimeMillis()
                : Instant.parse(at.text()).toEpochMilli();
        PhoneNumber dialed = trunk.normalisation().normalise(number);
        return new Asked(
                new CallAttempt(
                        new CallId(0, 1),
                        trunk,
                        dialed,
                        number,
                        from == null ? null : trunk.normalisation().normalise(from.text()),
                        from == null),
                Router.attribute(
                        plan,
                        dialed,
                        new Assumed(destination == null ? null : PhoneNumber.parse(destination.text())),
                        moment),
                moment);
    }

    void run() {
        List<YamlNode> tests = tree.items("tests");
        for (int i = 0; i < tests.size(); i++) {
            test((YamlNode.Mapping) tests.get(i), YamlNode.item("tests", i));
        }
    }

    private void test(YamlNode.Mapping test, String key) {
        if (test.get("gateways") == null && test.get("status") == null) {
            findings.addAt(test, key, null, "gateways or status", "say what must become of the call");
            return;
        }
        Asked asked = asked(test, plan);
        if (asked == null) {
            YamlNode.Scalar trunk = test.scalar("trunk");
            findings.addAt(
                    trunk == null ? test : trunk,
                    key + ".trunk",
                    trunk == null ? null : trunk.text(),
                    "the name of a trunk",
                    "trunks are "
                            + Suggestion.list(
                                    plan.trunks().stream().map(Trunk::name).toList()));
            return;
        }
        Set<String> answers = new TreeSet<>();
        Set<String> gateways = new TreeSet<>();
        Set<String> statuses = new TreeSet<>();
        for (int draw = 0; draw < DRAWS; draw++) {
            switch (asked.answer(plan, draw)) {
                case RouteDecision.Forward forward -> {
                    List<Gateway> order = forward.gateways();
                    gateways.add(order.getFirst().name());
                    answers.add("first to " + order.getFirst().name() + " by the route at "
                            + forward.route().source());
                }
                case RouteDecision.Reject reject -> {
                    statuses.add(Integer.toString(reject.status()));
                    answers.add("refused with " + reject.status() + ": " + reject.why());
                }
            }
        }
        String found = "such a call is " + String.join(", or ", answers);
        YamlNode.Scalar status = test.scalar("status");
        if (status != null) {
            if (!statuses.equals(Set.of(status.text())) || !gateways.isEmpty()) {
                findings.addAt(status, key + ".status", status.text(), "what the routes do", found);
            }
            return;
        }
        YamlNode wanted = test.get("gateways");
        Set<String> names = new TreeSet<>(ConfigBinder.texts(test.items("gateways")));
        if (wanted != null && (!gateways.equals(names) || !statuses.isEmpty())) {
            findings.addAt(wanted, key + ".gateways", String.join(", ", names), "what the routes do", found);
        }
    }

    /** A directory in which every number is a pool's that leads to one destination; without one, nobody's. */
    private record Assumed(@Nullable PhoneNumber destination) implements AttributionLookup {
        @Override
        public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
            return destination == null
                    ? AttributionResult.UNKNOWN
                    : new AttributionResult.NeverLeased(0, 0, destination);
        }

        @Override
        public long staleMillis() {
            return 0;
        }
    }
}

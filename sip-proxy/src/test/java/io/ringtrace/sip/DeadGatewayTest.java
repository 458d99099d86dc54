package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("proof")
@Tag("gateways")
@DisplayName("What a dead gateway costs, on real sockets and by the real clock")
class DeadGatewayTest {
    private static final int ROUNDS = Scale.pick(1, 10);
    private static final int SILENCE_MILLIS = 3_000;
    /** What a machine with other work to do may add. */
    private static final int SLACK_MILLIS = 1_000;

    /** The most that may be, at full size on a machine that has nothing else to do. */
    private static final double MOST_WHEN_SILENT = SILENCE_MILLIS + (double) Scale.pick(SLACK_MILLIS, 0);

    private static final double MOST_WHEN_REFUSED = Scale.pick(SLACK_MILLIS, 500);

    private final List<String> lines = new ArrayList<>(List.of(
            "# What a dead gateway costs",
            "",
            "Written by `./dev prove gateways` (`DeadGatewayTest`): from a caller's INVITE to the INVITE at the second gateway, while"
                    + " the first one",
            "is dead; UDP on loopback, " + ROUNDS + " fresh proxies each after one that is not",
            "counted, the gateway's default silence of 3 s.",
            "",
            "| first gateway | call | median, ms | longest, ms |",
            "| --- | --- | --- | --- |"));

    private record Costs(List<Double> first, List<Double> second) {}

    @Test
    void theFirstCallWaitsForSilenceOrRefusalAndTheSecondForNothing() throws Exception {
        // Not counted: the first call of this process loads the classes, which a trained server has at its start.
        costs(1, Party::close);
        Costs silent = costs(ROUNDS, _ -> {});
        Costs refused = costs(ROUNDS, Party::close);
        row("silent", "first", silent.first());
        row("silent", "second", silent.second());
        row("port closed", "first", refused.first());
        row("port closed", "second", refused.second());
        Scale.prove("dead-gateways.md", lines);
        assertThat(median(silent.first())).isBetween(SILENCE_MILLIS - 70.0, MOST_WHEN_SILENT);
        assertThat(median(silent.second())).isLessThan(MOST_WHEN_REFUSED);
        assertThat(median(refused.first())).isLessThan(MOST_WHEN_REFUSED);
        assertThat(median(refused.second())).isLessThan(MOST_WHEN_REFUSED);
    }

    private static Costs costs(int rounds, Consumer<Party> death) throws Exception {
        Costs costs = new Costs(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < rounds; i++) {
            try (Ladder ladder = new Ladder(UnaryOperator.identity(), 2)) {
                ladder.clock.runs();
                death.accept(ladder.gateway);
                costs.first().add(cost(ladder));
                costs.second().add(cost(ladder));
            }
        }
        return costs;
    }

    private static double cost(Ladder ladder) {
        String invite = ladder.caller.inviteText("sip:" + Ladder.PROMO + "@" + ladder.caller.proxyHostPort());
        long before = System.nanoTime();
        ladder.caller.sends(invite);
        ladder.caller.receives("100");
        ladder.secondGateway.receives("INVITE", SILENCE_MILLIS + SLACK_MILLIS);
        double millis = (System.nanoTime() - before) / 1e6;
        ladder.secondGateway.answersInvite(486);
        ladder.secondGateway.receives("ACK");
        ladder.caller.acksFailure(ladder.caller.receives("486"));
        return millis;
    }

    private void row(String gateway, String call, List<Double> millis) {
        double longest = millis.stream().mapToDouble(m -> m).max().orElseThrow();
        lines.add(String.format(Locale.ROOT, "| %s | %s | %.1f | %.1f |", gateway, call, median(millis), longest));
    }

    private static double median(List<Double> millis) {
        return millis.stream().sorted().toList().get(millis.size() / 2);
    }
}

package io.ringtrace.server.command;

import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.config.KeptSets;
import io.ringtrace.config.PlanDiff;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.server.DataFolder;
import io.ringtrace.server.RecordedCall;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace diff}: what a configuration would change. */
@Command(
        name = "diff",
        description = {
            "Shows what a configuration has otherwise than the routing plan in force, and which calls of the last day it would have",
            "sent elsewhere. With --against, compares two configurations, without calls and without a server.",
            "Exit code 0 when nothing differs, 1 when something does, 2 when a configuration is wrong."
        },
        footer = {
            "  ringtrace diff /etc/ringtrace/new",
            "  ringtrace diff new.yaml --against ringtrace.yaml",
            "  ringtrace diff new.yaml --hours 168"
        })
public final class DiffCommand implements Callable<Integer> {
    private static final int MOST_CALLS = 100_000;
    private static final int MOST_LINES = 50;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Parameters(
            paramLabel = "PATH",
            description = "the configuration: a file, or the folder that ringtrace.yaml lies in")
    private Path path = Path.of("ringtrace.yaml");

    @Option(
            names = "--against",
            paramLabel = "PATH",
            description = "the configuration to compare it with (default: the plan in force)")
    private @Nullable Path against;

    @Option(
            names = "--hours",
            paramLabel = "N",
            defaultValue = "24",
            description = "calls of so many hours (default: ${DEFAULT-VALUE})")
    private int hours = 24;

    private final ConfigLoader loader = new ConfigLoader(Map.of(), System.getenv());

    @Override
    public Integer call() throws CommandException {
        RoutingPlan next = plan(loader.load(path));
        if (next == null) {
            return 2;
        }
        Path other = against;
        if (other != null) {
            RoutingPlan old = plan(loader.load(other));
            return old == null ? 2 : differences(old, next) ? 1 : 0;
        }
        try (OperatorClient client = server.connect()) {
            RoutingPlan old = inForce(client);
            if (old == null) {
                return 2;
            }
            boolean plans = differences(old, next);
            return calls(client, old, next) || plans ? 1 : 0;
        }
    }

    private @Nullable RoutingPlan plan(ConfigOutcome outcome) {
        return switch (outcome) {
            case ConfigOutcome.Wrong wrong -> {
                wrong.findings().forEach(finding -> spec.commandLine().getErr().println(finding.text()));
                yield null;
            }
            case ConfigOutcome.Loaded loaded -> loaded.configuration().plan();
        };
    }

    /** The plan in force from its kept files: those that the operator edits may say something else by now. */
    private @Nullable RoutingPlan inForce(OperatorClient client) throws CommandException {
        String version =
                client.get("/v1/operator/status").path("plan").path("version").asString();
        try {
            return plan(new KeptSets(new DataFolder(server.dataDirectory).plans()).load(loader, version));
        } catch (IOException e) {
            throw new CommandException("the files of routing plan " + version + " can't be read: " + e.getMessage(), e);
        }
    }

    private boolean differences(RoutingPlan old, RoutingPlan next) {
        PrintWriter out = spec.commandLine().getOut();
        List<String> lines = PlanDiff.between(old, next);
        if (lines.isEmpty()) {
            out.println("The plans are the same.");
        }
        lines.forEach(out::println);
        return !lines.isEmpty();
    }

    private boolean calls(OperatorClient client, RoutingPlan old, RoutingPlan next) throws CommandException {
        Instant from = Instant.now().minus(Duration.ofHours(hours));
        Map<String, Integer> changed = new LinkedHashMap<>();
        int seen = 0;
        int differing = 0;
        String page = "/v1/calls?limit=1000&from=" + from;
        for (String before = ""; seen < MOST_CALLS; ) {
            JsonNode answer = client.get(page + before);
            for (JsonNode json : answer.path("calls")) {
                RecordedCall call = RecordedCall.of(json);
                seen++;
                String way = call.by(old);
                String otherWay = call.by(next);
                if (!way.equals(otherWay)) {
                    differing++;
                    changed.merge(
                            call.dialed() + " by " + call.trunk() + ": " + otherWay + ", not " + way, 1, Integer::sum);
                }
            }
            String last = answer.path("next_before").asString("");
            if (last.isEmpty()) {
                break;
            }
            before = "&before=" + last;
        }
        print(seen, differing, changed);
        return differing > 0;
    }

    private void print(int seen, int differing, Map<String, Integer> changed) {
        PrintWriter out = spec.commandLine().getOut();
        out.println();
        out.println(differing + " of " + seen + " calls of the last " + hours + " h would have gone another way"
                + (changed.isEmpty() ? "." : ":"));
        changed.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .limit(MOST_LINES)
                .forEach(line -> out.println("  " + line.getValue() + " to " + line.getKey()));
        if (changed.size() > MOST_LINES) {
            out.println("  and " + (changed.size() - MOST_LINES) + " more kinds");
        }
    }
}

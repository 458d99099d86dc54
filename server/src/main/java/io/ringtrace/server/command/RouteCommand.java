package io.ringtrace.server.command;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.config.ConfigLoader;
import io.ringtrace.config.ConfigOutcome;
import io.ringtrace.http.Operations;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.server.RouteQuestion;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
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

/** {@code ringtrace route}: where a call would go, and why. */
@Command(
        name = "route",
        description = {
            "Shows where a call would go, and why, with file and line of each rule that took part. Nothing is sent.",
            "Asks the running server, which knows its leases; with --config, the files alone, which know static"
                    + " numbers only.",
            "Exit code 1 when the call would be refused."
        },
        footer = {
            "  ringtrace route +18005550123 --trunk acme",
            "  ringtrace route 8005550123 --trunk acme --from +13125550123 --at 2026-12-25T17:00:00Z",
            "  ringtrace route +18005550199 --trunk acme --config ringtrace.yaml    # before it is in force"
        })
public final class RouteCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Parameters(paramLabel = "NUMBER", description = "the dialed number, as the trunk writes it")
    private String number = "";

    @Option(
            names = "--trunk",
            paramLabel = "NAME",
            description = "by which the call comes (needed when there are several)")
    private @Nullable String trunk;

    @Option(names = "--from", paramLabel = "NUMBER", description = "the caller's number (default: withheld)")
    private @Nullable String from;

    @Option(names = "--at", paramLabel = "TIME", description = "when, such as 2026-12-25T17:00:00Z (default: now)")
    private @Nullable Instant at;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "ask this configuration instead of the running server")
    private @Nullable Path config;

    @Override
    public Integer call() throws CommandException {
        Path file = config;
        Operations.Explained.Answer answer;
        if (file == null) {
            answer = askServer();
        } else {
            switch (new ConfigLoader(Map.of(), System.getenv()).load(file)) {
                case ConfigOutcome.Wrong wrong -> {
                    wrong.findings()
                            .forEach(finding -> spec.commandLine().getErr().println(finding.text()));
                    return 2;
                }
                case ConfigOutcome.Loaded loaded ->
                    answer = askFiles(loaded.configuration().plan());
            }
        }
        print(answer);
        return answer.forwarded() ? 0 : 1;
    }

    private Operations.Explained.Answer askFiles(RoutingPlan plan) throws CommandException {
        Operations.Question question = new Operations.Question(number, trunk, from, at);
        return switch (RouteQuestion.answer(question, plan, new NoDirectory(), System.currentTimeMillis())) {
            case Operations.Explained.Unanswerable(String why) -> throw new CommandException(why);
            case Operations.Explained.Answer answer -> answer;
        };
    }

    private Operations.Explained.Answer askServer() throws CommandException {
        StringBuilder query = new StringBuilder("/v1/operator/route?number=").append(escaped(number));
        append(query, "trunk", trunk);
        append(query, "from", from);
        append(query, "at", at == null ? null : at.toString());
        JsonNode answer = server.get(query.toString());
        List<Operations.Reason> reasons = new ArrayList<>();
        for (JsonNode reason : answer.path("reasons")) {
            reasons.add(new Operations.Reason(
                    reason.path("said").asString(), reason.path("source").asString()));
        }
        return new Operations.Explained.Answer(
                answer.path("plan").asString(),
                answer.path("forwarded").asBoolean(),
                answer.path("conclusion").asString(),
                reasons);
    }

    private void print(Operations.Explained.Answer answer) {
        var out = spec.commandLine().getOut();
        int step = 1;
        for (Operations.Reason reason : answer.reasons()) {
            out.println(
                    step++ + ". " + reason.said() + (reason.source().isEmpty() ? "" : "   [" + reason.source() + "]"));
        }
        out.println("=> " + answer.conclusion());
        out.println("   (routing plan " + answer.planVersion() + ")");
    }

    private static void append(StringBuilder query, String name, @Nullable String value) {
        if (value != null) {
            query.append('&').append(name).append('=').append(escaped(value));
        }
    }

    private static String escaped(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** What files alone know of promo numbers: nothing. */
    private static final class NoDirectory implements AttributionLookup {
        @Override
        public AttributionResult lookUp(PhoneNumber dialed, long atMillis) {
            return AttributionResult.STORE_UNAVAILABLE;
        }

        @Override
        public long staleMillis() {
            return 0;
        }
    }
}

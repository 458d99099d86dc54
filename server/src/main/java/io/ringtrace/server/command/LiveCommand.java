package io.ringtrace.server.command;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace live}: the calls that run now. */
@Command(
        name = "live",
        description = {
            "Shows the calls that run now, the oldest first: who, since when, in which state; and how many SIP"
                    + " transactions there are."
        },
        footer = {"  ringtrace live", "  ringtrace live --limit 1000 --format json"})
public final class LiveCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Option(names = "--limit", defaultValue = "100", description = "how many, 0 to 1000 (default: ${DEFAULT-VALUE})")
    private int limit = 100;

    @Mixin
    private final FormatOption format = new FormatOption();

    @Override
    public Integer call() throws CommandException {
        format.print(spec, server.get("/v1/operator/live?limit=" + limit), this::page);
        return 0;
    }

    private String page(JsonNode live) {
        JsonNode calls = live.path("calls");
        String totals = live.path("live_calls").asLong() + " calls, "
                + live.path("server_transactions").asLong() + " server and "
                + live.path("client_transactions").asLong() + " client transactions";
        if (calls.isEmpty()) {
            return totals;
        }
        Instant now = Instant.now();
        TextTable table = new TextTable(
                new Paint(spec),
                List.of("CALL", "STATE", "SINCE", "TALKS", "CALLER", "DIALED", "TRUNK", "GATEWAY"),
                Set.of("SINCE", "TALKS"));
        for (JsonNode call : calls) {
            table.row(
                    call.path("call_id").asString(),
                    call.path("state").asString(),
                    lasts(call.path("began_at"), now),
                    lasts(call.path("answered_at"), now),
                    call.path("caller").asString("-"),
                    call.path("dialed").asString("-"),
                    call.path("trunk").asString(),
                    call.path("gateway").asString());
        }
        return totals + "\n\n" + table.text();
    }

    private static String lasts(JsonNode since, Instant now) {
        if (!since.isString()) {
            return "-";
        }
        Duration lasted = Duration.between(Instant.parse(since.asString()), now);
        long seconds = Math.max(lasted.toSeconds(), 0);
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}

package io.ringtrace.server.command;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
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
        JsonNode live = server.get("/v1/operator/live?limit=" + limit);
        PrintWriter out = spec.commandLine().getOut();
        switch (format.format) {
            case TABLE -> page(live, Instant.now(), out);
            case JSON -> out.println(live.toPrettyString());
        }
        return 0;
    }

    private static void page(JsonNode live, Instant now, PrintWriter out) {
        JsonNode calls = live.path("calls");
        out.println(live.path("live_calls").asLong() + " calls, "
                + live.path("server_transactions").asLong() + " server and "
                + live.path("client_transactions").asLong() + " client transactions");
        if (!calls.isEmpty()) {
            out.println();
            row(out, "CALL", "STATE", "SINCE", "TALKS", "CALLER", "DIALED", "TRUNK", "GATEWAY");
        }
        for (JsonNode call : calls) {
            row(
                    out,
                    call.path("call_id").asString(),
                    call.path("state").asString(),
                    lasts(call.path("began_at"), now),
                    lasts(call.path("answered_at"), now),
                    call.path("caller").asString("-"),
                    call.path("dialed").asString("-"),
                    call.path("trunk").asString(),
                    call.path("gateway").asString());
        }
    }

    private static void row(PrintWriter out, Object... cells) {
        out.println(String.format(Locale.ROOT, "%-26s  %-8s  %8s  %8s  %-16s  %-16s  %-16s  %s", cells));
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

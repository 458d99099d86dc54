package io.ringtrace.server.command;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace calls}: call records, the latest ones or each one at its end. */
@Command(
        name = "calls",
        description = "Shows the latest call records, newest first; with --follow each call that is over from now on.",
        footer = {
            "  ringtrace calls --limit 5 --format cards             # the latest five, with all that is known",
            "  ringtrace calls --follow --trunk acme                 # each call of a carrier, when it is over",
            "  ringtrace calls --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --limit 1000 --format csv >"
                    + " november.csv"
        })
public final class CallsCommand implements Callable<Integer> {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    enum Format {
        TABLE,
        CARDS,
        JSON,
        CSV
    }

    @Option(names = "--limit", defaultValue = "20", description = "how many, 1 to 1000 (default: ${DEFAULT-VALUE})")
    private int limit = 20;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "only calls that began then or later, such as 2026-01-31T09:30:00Z")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "only calls that began before that")
    private @Nullable String to;

    @Option(names = "--status", paramLabel = "STATUS", description = "only this attribution_status, such as leased")
    private @Nullable String status;

    @Option(names = "--trunk", paramLabel = "NAME", description = "only calls of this trunk")
    private @Nullable String trunk;

    @Option(names = "--number", paramLabel = "E164", description = "only calls to this promo number")
    private @Nullable String number;

    @Option(names = "--visitor", paramLabel = "ID", description = "only calls of this visitor")
    private @Nullable String visitor;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description =
                    "table: a line for each call. cards: several lines for each. json, csv: every field, as the API"
                            + " gives it. (default: ${DEFAULT-VALUE})")
    private Format format = Format.TABLE;

    @Option(
            names = "--follow",
            description =
                    "goes on until it is stopped, and shows the calls of the last minute, then each call when it is over,"
                            + " however long it lasted; in json one object a line")
    private boolean follow;

    @Override
    public Integer call() throws CommandException {
        PrintWriter out = spec.commandLine().getOut();
        try (OperatorClient client = server.connect()) {
            if (follow) {
                if (format == Format.CSV || from != null || to != null) {
                    throw new ParameterException(
                            spec.commandLine(), "--follow shows what comes: it takes no --from, no --to and no csv");
                }
                followCalls(client, out);
            } else if (format == Format.CSV) {
                out.print(client.text("/v1/calls.csv" + query()));
                out.flush();
            } else {
                show(client.get("/v1/calls" + query()), out);
            }
        }
        return 0;
    }

    private void show(JsonNode answer, PrintWriter out) {
        if (format == Format.JSON) {
            out.println(answer.toPrettyString());
            return;
        }
        if (format == Format.TABLE) {
            out.println(CallText.table(answer.path("calls"), new Paint(spec)));
            return;
        }
        answer.path("calls").forEach(call -> out.println(text(call)));
    }

    private void followCalls(OperatorClient client, PrintWriter out) throws CommandException {
        if (format == Format.TABLE) {
            out.println(CallText.HEADER);
        }
        FollowedCalls followed = new FollowedCalls(client::get, filters(), Instant.now());
        followed.look().forEach(call -> out.println(text(call)));
        boolean away = false;
        while (true) {
            try {
                followed.look().forEach(call -> out.println(text(call)));
                away = false;
            } catch (CommandException e) {
                if (!away) {
                    spec.commandLine()
                            .getErr()
                            .println("ringtrace: " + e.getMessage() + " Asking again until it answers.");
                }
                away = true;
            }
            out.flush();
            try {
                Thread.sleep(BETWEEN_LOOKS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private String text(JsonNode call) {
        return switch (format) {
            case TABLE -> CallText.row(call);
            case CARDS -> CallText.card(call) + "\n";
            case JSON, CSV -> call.toString();
        };
    }

    private String query() {
        StringBuilder query = new StringBuilder("?limit=" + limit);
        filter(query, "from", from);
        filter(query, "to", to);
        return query + filters();
    }

    private String filters() {
        StringBuilder query = new StringBuilder();
        filter(query, "attribution_status", status);
        filter(query, "trunk", trunk);
        filter(query, "promo_number", number);
        filter(query, "visitor_id", visitor);
        return query.toString();
    }

    private static void filter(StringBuilder query, String name, @Nullable String value) {
        if (value != null) {
            query.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }
}

package io.ringtrace.server.command;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace webhooks}: calls that a network's webhook did not take. */
@Command(
        name = "webhooks",
        description = "Lists the calls that a network's webhook did not take, and has them tried once more.",
        footer = {
            "  ringtrace webhooks dead-letters --network acme",
            "  ringtrace webhooks retry --network acme --transaction 1042"
        })
public final class WebhooksCommand {
    private static final String LETTERS = "/v1/webhook/dead-letters";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "dead-letters",
            description = "Lists the calls that were given up, the oldest first, at most 1000.",
            footer = "  ringtrace webhooks dead-letters --network acme")
    int deadLetters(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--after", paramLabel = "ID", description = "only those after this transaction") @Nullable
                    Long after)
            throws CommandException {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%-18s %-24s %-8s %s%n", "TRANSACTION", "GIVEN UP", "ATTEMPTS", "REASON");
        JsonNode answer = server.get(LETTERS + network.query() + (after == null ? "" : "&after=" + after));
        for (JsonNode letter : answer.path("dead_letters")) {
            out.printf(
                    "%-18s %-24s %-8s %s%s%n",
                    letter.path("transaction_id").asLong(),
                    letter.path("set_aside_at").asString(),
                    letter.path("attempts").asInt(),
                    letter.path("reason").asString(),
                    letter.path("again").asBoolean() ? " (is tried again)" : "");
        }
        return 0;
    }

    @Command(
            name = "retry",
            description = "Has one call, or all that were given up, tried once more.",
            footer = {
                "  ringtrace webhooks retry --network acme",
                "  ringtrace webhooks retry --network acme --transaction 1042"
            })
    int retry(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--transaction", paramLabel = "ID", description = "this one only") @Nullable
                    Long transaction)
            throws CommandException {
        JsonNode answer = server.post(
                LETTERS + "/retry" + network.query() + (transaction == null ? "" : "&transaction_id=" + transaction));
        spec.commandLine().getOut().println(answer.path("again").asInt() + " are tried once more.");
        return 0;
    }
}

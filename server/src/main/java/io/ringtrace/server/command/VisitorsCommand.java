package io.ringtrace.server.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace visitors}: what is kept of visitors. */
@Command(
        name = "visitors",
        description = "Takes visitors out of what is kept.",
        footer = "  ringtrace visitors erase --network acme --visitor 7f3b2c")
public final class VisitorsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "erase",
            description =
                    "Blanks a visitor's id and marketing data in leases, numbers, call records and records that are still in a journal."
                            + " The records stay without them; it cannot be undone.",
            footer = "  ringtrace visitors erase --network acme --visitor 7f3b2c")
    int erase(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--visitor", required = true, paramLabel = "ID", description = "the visitor's id")
                    String visitor)
            throws CommandException {
        JsonNode answer = server.delete("/v1/visitors/" + encoded(visitor) + network.query());
        spec.commandLine()
                .getOut()
                .println("Erased from " + answer.path("leases").asInt() + " leases, "
                        + answer.path("numbers").asInt() + " numbers and "
                        + answer.path("call_records").asInt() + " call records.");
        return 0;
    }

    /** A blank in a path is no plus sign. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

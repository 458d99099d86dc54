package io.ringtrace.server.command;

import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace status}: how the running server is. */
@Command(
        name = "status",
        description = {
            "Shows how the running server is: node, routing plan, the last reload that was refused, health, live"
                    + " calls.",
            "Exit code 1 when it does not do its work."
        },
        footer = {"  ringtrace status", "  ringtrace status --format json"})
public final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    @Override
    public Integer call() throws CommandException {
        JsonNode status = server.get("/v1/operator/status");
        format.print(spec, status, told -> StatusText.page(told, Instant.now(), new Paint(spec)));
        return status.path("checks")
                        .valueStream()
                        .anyMatch(check -> check.path("status").asString().equals("down"))
                ? 1
                : 0;
    }
}

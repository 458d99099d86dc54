package io.ringtrace.server.command;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace gateways}: where calls are sent. */
@Command(
        name = "gateways",
        description = "Shows the gateways of the plan in force: where calls are sent, and how.",
        footer = {"  ringtrace gateways", "  ringtrace gateways --format json"})
public final class GatewaysCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    @Override
    public Integer call() throws CommandException {
        format.print(spec, server.get("/v1/operator/gateways"), this::table);
        return 0;
    }

    private String table(JsonNode answer) {
        TextTable table = new TextTable(
                new Paint(spec),
                List.of("GATEWAY", "ADDRESS", "BY", "SILENCE", "STATE", "SINCE", "WHY"),
                Set.of("SILENCE"));
        for (JsonNode gateway : answer.path("gateways")) {
            table.row(
                    gateway.path("name").asString(),
                    gateway.path("address").asString(),
                    gateway.path("transport").asString(),
                    gateway.path("silence_ms").asLong() + " ms",
                    gateway.path("state").asString(),
                    gateway.path("since").asString(""),
                    gateway.path("reason").asString(""));
        }
        return table.text();
    }
}

package io.ringtrace.server.command;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace trunks}: the carriers that may call. */
@Command(
        name = "trunks",
        description = "Shows the trunks of the plan in force: the carriers that may send calls, and from where.",
        footer = {"  ringtrace trunks", "  ringtrace trunks --format json"})
public final class TrunksCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    @Override
    public Integer call() throws CommandException {
        format.print(spec, server.get("/v1/operator/trunks"), this::table);
        return 0;
    }

    private String table(JsonNode answer) {
        TextTable table =
                new TextTable(new Paint(spec), List.of("TRUNK", "CALLS COME FROM", "WITHOUT A DIRECTORY TO"), Set.of());
        for (JsonNode trunk : answer.path("trunks")) {
            table.row(
                    trunk.path("name").asString(),
                    trunk.path("source_networks")
                            .valueStream()
                            .map(JsonNode::asString)
                            .collect(Collectors.joining(", ")),
                    trunk.path("default_destination").asString("503"));
        }
        return table.text();
    }
}

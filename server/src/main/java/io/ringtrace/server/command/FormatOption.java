package io.ringtrace.server.command;

import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How a command writes what the server told it. */
final class FormatOption {
    enum Format {
        TABLE,
        JSON
    }

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table for people, json for programs: all fields, as the API gives them (default:"
                    + " ${DEFAULT-VALUE})")
    Format format = Format.TABLE;

    /** Prints the answer in this format on the command's output. */
    void print(CommandSpec command, JsonNode answer, Function<JsonNode, String> table) {
        command.commandLine()
                .getOut()
                .println(
                        switch (format) {
                            case TABLE -> table.apply(answer);
                            case JSON -> answer.toPrettyString();
                        });
    }
}

package io.ringtrace.server.command;

import picocli.CommandLine.Option;

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
}

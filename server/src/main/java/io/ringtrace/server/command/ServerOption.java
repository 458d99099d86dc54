package io.ringtrace.server.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Names the running server that a command speaks to. */
final class ServerOption {
    @Option(
            names = "--data-directory",
            paramLabel = "DIR",
            defaultValue = "${env:RINGTRACE_DATA_DIRECTORY:-data}",
            description = "data folder of the server to speak to (default: ${DEFAULT-VALUE})")
    Path dataDirectory = Path.of("data");

    OperatorClient connect() throws CommandException {
        return OperatorClient.of(dataDirectory);
    }

    /** One answer of the running server. */
    JsonNode get(String path) throws CommandException {
        try (OperatorClient client = connect()) {
            return client.get(path);
        }
    }

    JsonNode post(String path, String json) throws CommandException {
        try (OperatorClient client = connect()) {
            return client.post(path, "application/json", json);
        }
    }
}

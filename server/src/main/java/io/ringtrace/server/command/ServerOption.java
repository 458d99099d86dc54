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

    /** Without a body. */
    JsonNode post(String path) throws CommandException {
        return post(path, "application/json", "");
    }

    JsonNode post(String path, JsonNode body) throws CommandException {
        return post(path, "application/json", body.toString());
    }

    JsonNode post(String path, String contentType, String body) throws CommandException {
        try (OperatorClient client = connect()) {
            return client.post(path, contentType, body);
        }
    }

    JsonNode put(String path, JsonNode body) throws CommandException {
        try (OperatorClient client = connect()) {
            return client.put(path, body.toString());
        }
    }

    JsonNode delete(String path) throws CommandException {
        try (OperatorClient client = connect()) {
            return client.delete(path);
        }
    }
}

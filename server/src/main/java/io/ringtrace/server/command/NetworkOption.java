package io.ringtrace.server.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Option;

/** Names the network that a command is about. */
final class NetworkOption {
    @Option(names = "--network", required = true, paramLabel = "ID", description = "the network")
    String id = "";

    /** As the first parameter of a path of the API. */
    String query() {
        return "?network=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
    }
}

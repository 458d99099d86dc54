package io.ringtrace.server.command;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code ringtrace account}: networks, advertisers, campaigns, and the tokens and sites of networks. */
@Command(
        name = "account",
        description = "Makes networks, advertisers, campaigns, network tokens and sites for the tag.")
public final class AccountCommand {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "create",
            description = "Makes a campaign with its network and advertiser; what exists is left as it is.")
    int create(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID") String network,
            @Option(names = "--advertiser", required = true, paramLabel = "ID") String advertiser,
            @Option(names = "--campaign", required = true, paramLabel = "ID") String campaign)
            throws CommandException {
        try (OperatorClient client = server.connect()) {
            client.post(
                    "/v1/operator/campaigns",
                    "application/json",
                    JsonMapper.shared()
                            .createObjectNode()
                            .put("network", network)
                            .put("advertiser", advertiser)
                            .put("campaign", campaign)
                            .toString());
        }
        out().println("Campaign " + network + " / " + advertiser + " / " + campaign + " is there.");
        return 0;
    }

    @Command(name = "token", description = "Makes a token for a network's programs. It is told once and stored hashed.")
    int token(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID") String network,
            @Option(
                            names = "--name",
                            defaultValue = "command line",
                            paramLabel = "NAME",
                            description = "what the token is for")
                    String name)
            throws CommandException {
        try (OperatorClient client = server.connect()) {
            JsonNode answer = client.post(
                    "/v1/operator/tokens",
                    "application/json",
                    JsonMapper.shared()
                            .createObjectNode()
                            .put("network", network)
                            .put("name", name)
                            .toString());
            out().println(answer.path("token").asString());
        }
        return 0;
    }

    @Command(
            name = "site",
            description = "Makes a site for the tag and prints the script element for its pages. The id is no secret.")
    int site(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID") String network,
            @Option(
                            names = "--origin",
                            required = true,
                            paramLabel = "ORIGIN",
                            description = "such as https://www.example.org; several times for several")
                    List<String> origins)
            throws CommandException {
        try (OperatorClient client = server.connect()) {
            ObjectNode body = JsonMapper.shared().createObjectNode().put("network", network);
            origins.forEach(body.putArray("origins")::add);
            JsonNode answer = client.post("/v1/operator/sites", "application/json", body.toString());
            out().println("<script src=\"https://YOUR-RINGTRACE-HOST/tag/ringtrace.js\" data-site=\""
                    + answer.path("site").asString() + "\"></script>");
        }
        return 0;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

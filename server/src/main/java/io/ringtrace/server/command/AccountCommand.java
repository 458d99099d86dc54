package io.ringtrace.server.command;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
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
        description =
                "Makes, lists and removes networks, advertisers and campaigns; makes, lists, rotates and revokes network tokens; makes, lists, changes, rotates and deletes sites for the tag; lists, rotates and revokes pool keys; sets a network's webhook.",
        footer = {
            "  ringtrace account create --network acme --advertiser dental --campaign spring",
            "  ringtrace account token --network acme"
        })
public final class AccountCommand {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "create",
            description = "Makes a campaign with its network and advertiser; what exists is left as it is.",
            footer = "  ringtrace account create --network acme --advertiser dental --campaign spring")
    int create(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--advertiser", required = true, paramLabel = "ID", description = "the advertiser")
                    String advertiser,
            @Option(names = "--campaign", required = true, paramLabel = "ID", description = "the campaign")
                    String campaign)
            throws CommandException {
        server.post(
                "/v1/operator/campaigns",
                JsonMapper.shared()
                        .createObjectNode()
                        .put("network", network.id)
                        .put("advertiser", advertiser)
                        .put("campaign", campaign));
        out().println("Campaign " + network.id + " / " + advertiser + " / " + campaign + " is there.");
        return 0;
    }

    @Command(
            name = "token",
            description = "Makes a token for a network's programs. It is told once and stored hashed.",
            footer = "  ringtrace account token --network acme --name 'booking system'")
    int token(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(
                            names = "--name",
                            defaultValue = "command line",
                            paramLabel = "NAME",
                            description = "what the token is for")
                    String name,
            @Option(names = "--read-only", description = "it allows looking at reports and lists alone")
                    boolean readOnly)
            throws CommandException {
        JsonNode answer = server.post(
                "/v1/operator/tokens",
                JsonMapper.shared()
                        .createObjectNode()
                        .put("network", network.id)
                        .put("name", name)
                        .put("scope", readOnly ? "read" : "manage"));
        out().println(answer.path("token").asString());
        return 0;
    }

    @Command(
            name = "site",
            description = "Makes a site for the tag and prints the script element for its pages. The id is no secret.",
            footer = "  ringtrace account site --network acme --origin https://www.example.org --origin"
                    + " https://shop.example.org")
    int site(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(
                            names = "--origin",
                            required = true,
                            paramLabel = "ORIGIN",
                            description = "such as https://www.example.org; several times for several")
                    List<String> origins)
            throws CommandException {
        JsonNode answer = server.post("/v1/operator/sites", origins(network, origins));
        out().println(script(answer));
        return 0;
    }

    private static String script(JsonNode site) {
        return "<script src=\"https://YOUR-RINGTRACE-HOST/tag/ringtrace.js\" data-site=\""
                + site.path("site").asString() + "\"></script>";
    }

    @Command(
            name = "sites",
            description = "Lists a network's sites with their origins.",
            footer = "  ringtrace account sites --network acme")
    int sites(@Mixin ServerOption server, @Mixin NetworkOption network) throws CommandException {
        TextTable table = new TextTable(new Paint(spec), List.of("ID", "ORIGINS"), Set.of());
        for (JsonNode site : server.get("/v1/operator/sites" + network.query()).path("sites")) {
            StringJoiner origins = new StringJoiner(" ");
            site.path("origins").forEach(origin -> origins.add(origin.asString()));
            table.row(site.path("site").asString(), origins.toString());
        }
        out().println(table.text());
        return 0;
    }

    @Command(
            name = "change-site",
            description = "Gives a site other origins, on all nodes within seconds.",
            footer =
                    "  ringtrace account change-site --network acme --id site_AbCdEfGhIjKlMnOp --origin https://www.example.com")
    int changeSite(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--id", required = true, paramLabel = "ID", description = "as the list tells it") String id,
            @Option(
                            names = "--origin",
                            required = true,
                            paramLabel = "ORIGIN",
                            description = "all it shall have; several times for several")
                    List<String> origins)
            throws CommandException {
        server.put("/v1/operator/sites/" + encoded(id), origins(network, origins));
        out().println("Site " + id + " now has " + String.join(" ", origins) + ".");
        return 0;
    }

    @Command(
            name = "rotate-site",
            description =
                    "Gives a site another id and prints the script element for its pages: on all nodes within seconds pages with the former"
                            + " id get no more numbers, and keep those they show by themselves.",
            footer = "  ringtrace account rotate-site --network acme --id site_AbCdEfGhIjKlMnOp")
    int rotateSite(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--id", required = true, paramLabel = "ID", description = "as the list tells it") String id)
            throws CommandException {
        out().println(script(server.post("/v1/operator/sites/" + encoded(id) + "/rotate" + network.query())));
        return 0;
    }

    @Command(
            name = "rotate-pool-key",
            description =
                    "Makes a new key for a RingPool and prints it; the former one stops, on all nodes within seconds.",
            footer = "  ringtrace account rotate-pool-key --network acme --pool spring-main")
    int rotatePoolKey(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--pool", required = true, paramLabel = "ID", description = "the RingPool ID") String pool)
            throws CommandException {
        out().println(server.post("/v1/pools/" + encoded(pool) + "/key" + network.query())
                .path("api_key")
                .asString());
        return 0;
    }

    @Command(
            name = "revoke-pool-key",
            description =
                    "Makes a RingPool's key invalid, on all nodes within seconds: programs get no numbers of the pool until"
                            + " rotate-pool-key makes another; pages with the tag and calls go on.",
            footer = "  ringtrace account revoke-pool-key --network acme --pool spring-main")
    int revokePoolKey(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--pool", required = true, paramLabel = "ID", description = "the RingPool ID") String pool)
            throws CommandException {
        server.post("/v1/pools/" + encoded(pool) + "/key/revoke" + network.query());
        out().println("The key of pool " + pool + " of network " + network.id + " is revoked.");
        return 0;
    }

    @Command(
            name = "pool-keys",
            description = "Lists a network's RingPools and since when the keys of some are revoked, without the keys.",
            footer = "  ringtrace account pool-keys --network acme")
    int poolKeys(@Mixin ServerOption server, @Mixin NetworkOption network) throws CommandException {
        TextTable table =
                new TextTable(new Paint(spec), List.of("POOL", "ADVERTISER", "CAMPAIGN", "REVOKED"), Set.of());
        String after = "";
        do {
            JsonNode page = server.get("/v1/pool-keys" + network.query() + after);
            for (JsonNode key : page.path("pool_keys")) {
                table.row(
                        key.path("pool").asString(),
                        key.path("advertiser").asString(),
                        key.path("campaign").asString(),
                        key.path("revoked_at").asString(""));
            }
            after = page.path("next_after").isString()
                    ? "&after=" + encoded(page.path("next_after").asString())
                    : "";
        } while (!after.isEmpty());
        out().println(table.text());
        return 0;
    }

    @Command(
            name = "list",
            description = "Lists a network's campaigns with their advertisers; without --network the networks.",
            footer = {"  ringtrace account list", "  ringtrace account list --network acme"})
    int list(
            @Mixin ServerOption server,
            @Option(names = "--network", paramLabel = "ID", description = "the network") @Nullable String network)
            throws CommandException {
        if (network == null) {
            server.get("/v1/operator/networks").path("networks").forEach(each -> out().println(each.asString()));
            return 0;
        }
        TextTable table = new TextTable(new Paint(spec), List.of("ADVERTISER", "CAMPAIGN"), Set.of());
        for (JsonNode each :
                server.get("/v1/operator/campaigns?network=" + encoded(network)).path("campaigns")) {
            table.row(each.path("advertiser").asString(), each.path("campaign").asString());
        }
        out().println(table.text());
        return 0;
    }

    @Command(
            name = "remove",
            description =
                    "Removes a campaign without RingPools, with --advertiser alone an advertiser without campaigns, and with neither"
                            + " a network on which nothing hangs any more. Call records and leases stay; account create brings it back.",
            footer = {
                "  ringtrace account remove --network acme --advertiser dental --campaign spring",
                "  ringtrace account remove --network acme"
            })
    int remove(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--advertiser", paramLabel = "ID", description = "the advertiser") @Nullable
                    String advertiser,
            @Option(names = "--campaign", paramLabel = "ID", description = "the campaign; needs --advertiser") @Nullable
                    String campaign)
            throws CommandException {
        String path = "/v1/operator/";
        if (advertiser == null) {
            if (campaign != null) {
                throw new CommandException("--campaign needs --advertiser: whose campaign it is");
            }
            server.delete(path + "networks/" + encoded(network.id));
            out().println("Network " + network.id + " is removed.");
        } else if (campaign == null) {
            server.delete(path + "advertisers/" + encoded(advertiser) + network.query());
            out().println("Advertiser " + network.id + " / " + advertiser + " is removed.");
        } else {
            server.delete(
                    path + "campaigns/" + encoded(campaign) + network.query() + "&advertiser=" + encoded(advertiser));
            out().println("Campaign " + network.id + " / " + advertiser + " / " + campaign + " is removed.");
        }
        return 0;
    }

    @Command(
            name = "delete-site",
            description =
                    "Ends a site: on all nodes within seconds its pages get no more numbers, and keep those they show by themselves.",
            footer = "  ringtrace account delete-site --network acme --id site_AbCdEfGhIjKlMnOp")
    int deleteSite(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--id", required = true, paramLabel = "ID", description = "as the list tells it") String id)
            throws CommandException {
        server.delete("/v1/operator/sites/" + encoded(id) + network.query());
        out().println("Site " + id + " of network " + network.id + " is gone.");
        return 0;
    }

    private static ObjectNode origins(NetworkOption network, List<String> origins) {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("network", network.id);
        origins.forEach(body.putArray("origins")::add);
        return body;
    }

    @Command(
            name = "tokens",
            description = "Lists a network's tokens, without their secrets.",
            footer = "  ringtrace account tokens --network acme")
    int tokens(@Mixin ServerOption server, @Mixin NetworkOption network) throws CommandException {
        TextTable table =
                new TextTable(new Paint(spec), List.of("ID", "SCOPE", "SECRET MADE", "REVOKED", "NAME"), Set.of("ID"));
        for (JsonNode token :
                server.get("/v1/operator/tokens" + network.query()).path("tokens")) {
            table.row(
                    Long.toString(token.path("id").asLong()),
                    token.path("scope").asString(),
                    token.path("created_at").asString(),
                    token.path("revoked_at").asString(""),
                    token.path("name").asString());
        }
        out().println(table.text());
        return 0;
    }

    @Command(
            name = "revoke-token",
            description = "Makes a token invalid for good, on all nodes within seconds.",
            footer = "  ringtrace account revoke-token --network acme --id 3")
    int revokeToken(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--id", required = true, paramLabel = "ID", description = "as the list tells it") long id)
            throws CommandException {
        change(server, network, id, "revoke");
        out().println("Token " + id + " of network " + network.id + " is revoked.");
        return 0;
    }

    @Command(
            name = "rotate-token",
            description =
                    "Makes a new secret for a token, told once; the former one stops, on all nodes within seconds.",
            footer = "  ringtrace account rotate-token --network acme --id 3")
    int rotateToken(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--id", required = true, paramLabel = "ID", description = "as the list tells it") long id)
            throws CommandException {
        out().println(change(server, network, id, "rotate").path("token").asString());
        return 0;
    }

    @Command(
            name = "webhook",
            description =
                    "Sets where a network is told of each finished call, and prints the secret that its requests are signed with, told"
                            + " once; without --url shows the webhook; with --remove ends it.",
            footer = {
                "  ringtrace account webhook --network acme --url https://crm.example.org/calls",
                "  ringtrace account webhook --network acme",
                "  ringtrace account webhook --network acme --remove"
            })
    int webhook(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--url", paramLabel = "URL", description = "where requests go; https or http") @Nullable
                    String url,
            @Option(names = "--remove", description = "no more requests; its dead letters go too") boolean remove)
            throws CommandException {
        String path = "/v1/webhook" + network.query();
        if (remove) {
            server.delete(path);
            out().println("Network " + network.id + " is told of no more calls.");
        } else if (url != null) {
            JsonNode made =
                    server.put(path, JsonMapper.shared().createObjectNode().put("url", url));
            out().println(made.path("secret").asString());
        } else {
            server.get(path)
                    .properties()
                    .forEach(field -> out().printf(
                                    "%-32s %s%n",
                                    field.getKey(), field.getValue().asString("-")));
        }
        return 0;
    }

    private static JsonNode change(ServerOption server, NetworkOption network, long id, String what)
            throws CommandException {
        return server.post("/v1/operator/tokens/" + id + "/" + what + network.query());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

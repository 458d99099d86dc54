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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code ringtrace destinations}: the numbers that the tag found on a network's pages. */
@Command(
        name = "destinations",
        description =
                "Lists, approves and refuses the numbers that the tag found on a network's pages. Only approved ones get numbers lent.",
        footer = {
            "  ringtrace destinations list --network acme --state discovered",
            "  ringtrace destinations approve --network acme +14155550190"
        })
public final class DestinationsCommand {
    private static final String DESTINATIONS = "/v1/destinations";
    private static final int PAGE = 1000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "list",
            description = "Lists destinations with their state, at most 1000.",
            footer = "  ringtrace destinations list --network acme --state discovered")
    int list(
            @Mixin ServerOption server,
            @Mixin FormatOption format,
            @Mixin NetworkOption network,
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description = "only those that are discovered, approved or refused")
                    @Nullable
                    String state)
            throws CommandException {
        format.print(
                spec,
                server.get(DESTINATIONS + network.query() + "&limit=" + PAGE
                        + (state == null ? "" : "&state=" + encoded(state))),
                this::table);
        return 0;
    }

    private String table(JsonNode answer) {
        TextTable table = new TextTable(new Paint(spec), List.of("NUMBER", "STATE", "BY", "SEEN", "POOL"), Set.of());
        for (JsonNode one : answer.path("destinations")) {
            table.row(
                    one.path("number").asString(),
                    one.path("state").asString(),
                    one.path("approved_by").asString(""),
                    one.path("seen_at").asString(""),
                    one.path("pool").asString(""));
        }
        return table.text();
    }

    @Command(
            name = "approve",
            description = "Approves numbers: pages of the network's sites get numbers lent for them.",
            footer = "  ringtrace destinations approve --network acme +14155550190")
    int approve(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Parameters(arity = "1..*", paramLabel = "NUMBER", description = "in E.164, such as +14155550190")
                    List<String> numbers)
            throws CommandException {
        return decide(server, network, numbers, "approved");
    }

    @Command(
            name = "refuse",
            description = "Refuses numbers, whatever the rule says: pages keep them.",
            footer = "  ringtrace destinations refuse --network acme +14155550190")
    int refuse(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Parameters(arity = "1..*", paramLabel = "NUMBER", description = "in E.164, such as +14155550190")
                    List<String> numbers)
            throws CommandException {
        return decide(server, network, numbers, "refused");
    }

    private int decide(ServerOption server, NetworkOption network, List<String> numbers, String state)
            throws CommandException {
        String body = JsonMapper.shared().createObjectNode().put("state", state).toString();
        try (OperatorClient client = server.connect()) {
            for (String number : numbers) {
                client.put(DESTINATIONS + "/" + encoded(number) + network.query(), body);
                out().println(number + " is " + state + ".");
            }
        }
        return 0;
    }

    @Command(
            name = "rule",
            description =
                    "Says which area codes' numbers are approved as soon as the tag finds them; without any, tells the rule.",
            footer = "  ringtrace destinations rule --network acme --area-codes 415,650")
    int rule(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--area-codes", split = ",", paramLabel = "CODE", description = "approved by themselves")
                    @Nullable
                    List<String> areaCodes,
            @Option(names = "--none", description = "no number is approved by itself") boolean none,
            @Option(
                            names = "--countries",
                            split = ",",
                            paramLabel = "CODE",
                            description = "country codes in which all destinations lie")
                    @Nullable
                    List<String> countries)
            throws CommandException {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        if (areaCodes != null || none) {
            (areaCodes == null ? List.<String>of() : areaCodes).forEach(body.putArray("area_codes")::add);
        }
        if (countries != null) {
            countries.forEach(body.putArray("countries")::add);
        }
        String path = "/v1/destination_rule" + network.query();
        JsonNode answer = body.isEmpty() ? server.get(path) : server.put(path, body);
        out().println("Approved by themselves: "
                + joined(answer.path("area_codes"), "none") + ". Countries: "
                + joined(answer.path("countries"), "none") + ".");
        return 0;
    }

    private static String joined(JsonNode codes, String otherwise) {
        StringJoiner joiner = new StringJoiner(", ");
        codes.forEach(code -> joiner.add(code.asString()));
        return joiner.length() == 0 ? otherwise : joiner.toString();
    }

    @Command(
            name = "tag-pool",
            description =
                    "Says how pools are made that come into being for an approved destination; without any option, tells it.",
            footer = "  ringtrace destinations tag-pool --network acme --max-size 20")
    int tagPool(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--advertiser", paramLabel = "ID", description = "whose pools they are") @Nullable
                    String advertiser,
            @Option(names = "--campaign", paramLabel = "ID", description = "the campaign that they count for") @Nullable
                    String campaign,
            @Option(names = "--max-size", paramLabel = "NUMBERS", description = "most numbers of a pool") @Nullable
                    Integer maxSize,
            @Option(names = "--lifetime", paramLabel = "SECONDS", description = "how long a number is guaranteed")
                    @Nullable
                    Integer lifetime,
            @Option(names = "--hold", paramLabel = "HOURS", description = "how long it is held") @Nullable Integer hold)
            throws CommandException {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        put(body, "advertiser", advertiser);
        put(body, "campaign", campaign);
        put(body, "max_pool_size", maxSize);
        put(body, "lifetime_seconds", lifetime);
        put(body, "hold_hours", hold);
        String path = "/v1/tag_pool" + network.query();
        JsonNode answer = body.isEmpty() ? server.get(path) : server.put(path, body);
        out().println(answer.toPrettyString());
        return 0;
    }

    private static void put(ObjectNode body, String name, @Nullable Object value) {
        if (value != null) {
            body.set(name, JsonMapper.shared().valueToTree(value));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

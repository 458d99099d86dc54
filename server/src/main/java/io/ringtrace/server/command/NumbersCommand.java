package io.ringtrace.server.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
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

/** {@code ringtrace numbers}: the number bank of a network. */
@Command(
        name = "numbers",
        description = "Imports, lists, exports and explains the promo numbers of a network.",
        footer = {"  ringtrace numbers import --network acme numbers.csv", "  ringtrace numbers list --network acme"})
public final class NumbersCommand {
    private static final int PAGE = 1000;
    private static final String SAMPLE_CALLER = "+12125550199";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "import",
            description =
                    "Imports promo numbers from a CSV file with the header number,rate_center,state. Wrong rows are"
                            + " told by line; the others are imported.",
            footer = "  ringtrace numbers import --network acme numbers.csv")
    int importNumbers(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID", description = "the network that owns them")
                    String network,
            @Parameters(paramLabel = "FILE", description = "the CSV file") Path file)
            throws CommandException {
        String csv;
        try {
            csv = Files.readString(file);
        } catch (IOException e) {
            throw new CommandException("the file " + file + " can't be read: " + e.getMessage(), e);
        }
        try (OperatorClient client = server.connect()) {
            JsonNode answer = client.post("/v1/operator/numbers?network=" + encoded(network), "text/csv", csv);
            for (JsonNode error : answer.path("errors")) {
                err().println(file + ":" + error.path("line").asInt() + ": '"
                        + error.path("number").asString() + "': "
                        + error.path("message").asString());
            }
            int wrong = answer.path("wrong").asInt();
            out().println(answer.path("added").asInt() + " added, "
                    + answer.path("unchanged").asInt() + " there already, " + wrong + " wrong");
            return wrong == 0 ? 0 : 1;
        }
    }

    @Command(
            name = "sms",
            description = "Says which promo numbers take text messages: only those the tag puts into sms: links.",
            footer = "  ringtrace numbers sms --network acme +18885550101")
    int sms(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID", description = "the network that owns them")
                    String network,
            @Option(names = "--off", description = "they take none any more") boolean off,
            @Parameters(arity = "1..1000", paramLabel = "NUMBER", description = "in E.164, such as +18885550101")
                    List<String> numbers)
            throws CommandException {
        ObjectNode body =
                JsonMapper.shared().createObjectNode().put("network", network).put("takes_sms", !off);
        numbers.forEach(body.putArray("numbers")::add);
        try (OperatorClient client = server.connect()) {
            JsonNode answer = client.put("/v1/operator/sms-numbers", body.toString());
            int others = answer.path("not_of_network").asInt();
            out().println(answer.path("marked").asInt() + " marked"
                    + (others == 0 ? "" : ", " + others + " not numbers of network " + network));
            return others == 0 ? 0 : 1;
        }
    }

    @Command(
            name = "list",
            description = "Lists a network's numbers and what each is lent for.",
            footer = "  ringtrace numbers list --network acme")
    int list(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID", description = "the network")
                    String network)
            throws CommandException {
        List<JsonNode> numbers = new ArrayList<>();
        try (OperatorClient client = server.connect()) {
            eachNumber(client, network, numbers::add);
        }
        out().printf("%-14s %-10s %-9s %-16s %-28s %s%n", "NUMBER", "TYPE", "STATE", "POOL", "VISITOR", "DESTINATION");
        for (JsonNode n : numbers) {
            out().printf(
                            Locale.ROOT,
                            "%-14s %-10s %-9s %-16s %-28s %s%n",
                            text(n, "number"),
                            text(n, "number_type"),
                            text(n, "state"),
                            text(n, "pool"),
                            text(n, "visitor_id"),
                            text(n, "destination"));
        }
        return 0;
    }

    @Command(
            name = "export",
            description = "Writes the leased numbers of a network as an injection file for SIPp: dialed number;caller"
                    + " number.",
            footer = "  ringtrace numbers export --network acme --sipp numbers-for-sipp.csv")
    int export(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID", description = "the network")
                    String network,
            @Option(names = "--sipp", required = true, paramLabel = "FILE", description = "the file to write")
                    Path file,
            @Option(names = "--all", description = "numbers without a lease too") boolean all)
            throws CommandException {
        StringBuilder csv = new StringBuilder("SEQUENTIAL\n");
        int[] count = {0};
        try (OperatorClient client = server.connect()) {
            eachNumber(client, network, n -> {
                if (all || n.path("lease_id").isString()) {
                    csv.append(text(n, "number"))
                            .append(';')
                            .append(SAMPLE_CALLER)
                            .append(";\n");
                    count[0]++;
                }
            });
        }
        if (count[0] == 0) {
            throw new CommandException("network " + network + " has no leased number; lease some, or use --all");
        }
        try {
            Files.writeString(file, csv);
        } catch (IOException e) {
            throw new CommandException("the file " + file + " can't be written: " + e.getMessage(), e);
        }
        out().println(count[0] + " numbers written to " + file);
        return 0;
    }

    @Command(
            name = "explain",
            description =
                    "Tells which numbers a pool would take from the bank and why, the first first; or how one number"
                            + " stands.",
            footer = "  ringtrace numbers explain --network acme --pool dental-main --limit 5")
    int explain(
            @Mixin ServerOption server,
            @Option(names = "--network", required = true, paramLabel = "ID", description = "the network")
                    String network,
            @Option(names = "--pool", required = true, paramLabel = "ID", description = "the pool, by its RingPool ID")
                    String pool,
            @Option(names = "--number", paramLabel = "NUMBER", description = "tells of this number only") @Nullable
                    String number,
            @Option(
                            names = "--limit",
                            defaultValue = "20",
                            paramLabel = "COUNT",
                            description = "how many at most (default: ${DEFAULT-VALUE})")
                    int limit)
            throws CommandException {
        JsonNode answer = server.get("/v1/operator/numbers/explain?network=" + encoded(network) + "&pool="
                + encoded(pool) + "&limit=" + limit + (number == null ? "" : "&number=" + encoded(number)));
        out().println("Destination " + text(answer, "destination") + ", " + home(answer.path("home")));
        out().printf("%-14s %-24s %7s  %s%n", "NUMBER", "AT HOME IN", "MILES", "BECAUSE");
        for (JsonNode choice : answer.path("choices")) {
            JsonNode miles = choice.path("miles");
            out().printf(
                            Locale.ROOT,
                            "%-14s %-24s %7s  %s%s%n",
                            text(choice, "number"),
                            home(choice.path("home")),
                            miles.isNumber() ? String.format(Locale.ROOT, "%.1f", miles.asDouble()) : "",
                            choice.path("in_pool").asBoolean() ? "in a pool; " : "",
                            text(choice, "because"));
        }
        return 0;
    }

    private static String home(JsonNode home) {
        String rateCenter = text(home, "rate_center");
        String state = text(home, "state");
        return rateCenter.isEmpty() ? state.isEmpty() ? "no known place" : state : rateCenter + ", " + state;
    }

    private static void eachNumber(OperatorClient client, String network, Consumer<JsonNode> take)
            throws CommandException {
        String after = "";
        while (true) {
            JsonNode page = client.get("/v1/operator/numbers?network=" + encoded(network) + after + "&limit=" + PAGE);
            page.path("numbers").forEach(take);
            String next = text(page, "next_after");
            if (next.isEmpty()) {
                return;
            }
            after = "&after=" + encoded(next);
        }
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isString() ? value.asString() : "";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}

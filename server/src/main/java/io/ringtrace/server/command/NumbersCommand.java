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
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ringtrace numbers}: the number bank of a network. */
@Command(
        name = "numbers",
        description =
                "Imports, lists, exports, retires and explains the promo numbers of a network, and reports of them.",
        footer = {"  ringtrace numbers import --network acme numbers.csv", "  ringtrace numbers list --network acme"})
public final class NumbersCommand {
    private static final int PAGE = 1000;
    private static final String SAMPLE_CALLER = "+12125550199";
    private static final Map<String, String> COLUMNS = Map.of("number_type", "TYPE", "visitor_id", "VISITOR");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "import",
            description =
                    "Imports promo numbers from a CSV file with the header number,rate_center,state, from a JSON file, or"
                            + " from an export. Wrong rows are told by line; the others are imported.",
            footer = "  ringtrace numbers import --network acme numbers.csv")
    int importNumbers(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Parameters(paramLabel = "FILE", description = "the CSV or JSON file") Path file)
            throws CommandException {
        String csv;
        try {
            csv = Files.readString(file);
        } catch (IOException e) {
            throw new CommandException("the file " + file + " can't be read: " + e.getMessage(), e);
        }
        JsonNode answer = server.post("/v1/operator/numbers" + network.query(), "text/csv", csv);
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

    @Command(
            name = "sms",
            description = "Says which promo numbers take text messages: only those the tag puts into sms: links.",
            footer = "  ringtrace numbers sms --network acme +18885550101")
    int sms(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(names = "--off", description = "they take none any more") boolean off,
            @Parameters(arity = "1..1000", paramLabel = "NUMBER", description = "in E.164, such as +18885550101")
                    List<String> numbers)
            throws CommandException {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("network", network.id)
                .put("takes_sms", !off);
        numbers.forEach(body.putArray("numbers")::add);
        JsonNode answer = server.put("/v1/operator/sms-numbers", body);
        int others = answer.path("not_of_network").asInt();
        out().println(answer.path("marked").asInt() + " marked"
                + (others == 0 ? "" : ", " + others + " not numbers of network " + network.id));
        return others == 0 ? 0 : 1;
    }

    @Command(
            name = "list",
            description = "Lists a network's numbers and what each is lent for, or the static numbers of the files.",
            footer = {"  ringtrace numbers list --network acme", "  ringtrace numbers list --static"})
    int list(@Mixin ServerOption server, @ArgGroup(multiplicity = "1") Owner owner) throws CommandException {
        List<JsonNode> numbers = new ArrayList<>();
        try (OperatorClient client = server.connect()) {
            eachNumber(client, owner, numbers::add);
        }
        List<String> fields = owner.files
                ? List.of("number", "state", "campaign", "destination", "source")
                : List.of("number", "number_type", "state", "pool", "visitor_id", "destination");
        TextTable table = new TextTable(
                new Paint(spec),
                fields.stream()
                        .map(field -> COLUMNS.getOrDefault(field, field.toUpperCase(Locale.ROOT)))
                        .toList(),
                Set.of());
        for (JsonNode number : numbers) {
            table.row(fields.stream().map(field -> text(number, field)).toArray(String[]::new));
        }
        out().println(table.text());
        return 0;
    }

    /** Whose numbers. */
    static final class Owner {
        @Option(names = "--network", required = true, paramLabel = "ID", description = "the network that owns them")
        @Nullable
        String network;

        @Option(names = "--static", required = true, description = "the static numbers of the configuration's files")
        boolean files;

        String path(String extension) {
            return network == null
                    ? "/v1/operator/static-numbers?limit=" + PAGE
                    : "/v1/operator/numbers" + extension + "?network=" + encoded(network) + "&limit=" + PAGE;
        }
    }

    /** Where an export goes, and as what. */
    static final class Export {
        @Option(
                names = "--sipp",
                required = true,
                paramLabel = "FILE",
                description = "an injection file for SIPp: dialed number;caller number")
        @Nullable
        Path sipp;

        @Option(
                names = "--csv",
                required = true,
                paramLabel = "FILE",
                description = "all fields as CSV; such a file can be imported")
        @Nullable
        Path csv;

        @Option(
                names = "--json",
                required = true,
                paramLabel = "FILE",
                description = "all fields as JSON; such a file can be imported")
        @Nullable
        Path json;
    }

    @Command(
            name = "export",
            description =
                    "Writes the numbers of a network to a file: the leased ones for SIPp, or all of them as CSV or"
                            + " JSON; or the static numbers of the configuration's files.",
            footer = {
                "  ringtrace numbers export --network acme --csv numbers.csv",
                "  ringtrace numbers export --network acme --sipp numbers-for-sipp.csv",
                "  ringtrace numbers export --static --csv print.csv"
            })
    int export(
            @Mixin ServerOption server,
            @ArgGroup(multiplicity = "1") Owner owner,
            @ArgGroup(multiplicity = "1") Export export,
            @Option(names = "--all", description = "for SIPp, numbers without a lease too") boolean all)
            throws CommandException {
        int count;
        try (OperatorClient client = server.connect()) {
            if (export.sipp != null) {
                count = exportForSipp(client, owner, export.sipp, all || owner.files);
            } else if (export.csv != null) {
                count = owner.files ? exportStaticCsv(client, owner, export.csv) : exportCsv(client, owner, export.csv);
            } else if (export.json != null) {
                count = exportJson(client, owner, export.json);
            } else {
                throw new IllegalStateException("the command line needs one of them");
            }
        }
        Path file = export.sipp != null ? export.sipp : export.csv != null ? export.csv : export.json;
        out().println(count + " numbers written to " + file);
        return 0;
    }

    private static int exportForSipp(OperatorClient client, Owner owner, Path file, boolean all)
            throws CommandException {
        StringBuilder csv = new StringBuilder("SEQUENTIAL\n");
        int[] count = {0};
        eachNumber(client, owner, n -> {
            if (all || n.path("lease_id").isString()) {
                csv.append(text(n, "number")).append(';').append(SAMPLE_CALLER).append(";\n");
                count[0]++;
            }
        });
        if (count[0] == 0) {
            throw new CommandException(
                    owner.files
                            ? "the files have no static number"
                            : "network " + owner.network + " has no leased number; lease some, or use --all");
        }
        write(file, csv);
        return count[0];
    }

    /** As a table of static numbers in the folder numbers/ is written. */
    private static int exportStaticCsv(OperatorClient client, Owner owner, Path file) throws CommandException {
        List<String> lines = new ArrayList<>(List.of("number,destination,campaign"));
        eachNumber(
                client,
                owner,
                n -> lines.add(text(n, "number") + "," + text(n, "destination") + ",\"" + text(n, "campaign") + "\""));
        write(file, String.join("\n", lines) + "\n");
        return lines.size() - 1;
    }

    private static int exportCsv(OperatorClient client, Owner owner, Path file) throws CommandException {
        StringBuilder csv = new StringBuilder();
        int count = 0;
        String after = "";
        while (true) {
            String page = client.text(owner.path(".csv") + after);
            List<String> lines = page.lines().toList();
            int first = csv.isEmpty() ? 0 : 1;
            lines.subList(first, lines.size()).forEach(line -> csv.append(line).append('\n'));
            count += lines.size() - 1;
            if (lines.size() - 1 < PAGE) {
                write(file, csv);
                return count;
            }
            String last = lines.getLast();
            after = "&after=" + encoded(last.substring(0, last.indexOf(',')));
        }
    }

    private static int exportJson(OperatorClient client, Owner owner, Path file) throws CommandException {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        ArrayNode numbers = body.putArray("numbers");
        eachNumber(client, owner, n -> {
            if (owner.files) {
                numbers.add(n);
                return;
            }
            ObjectNode number = numbers.addObject();
            number.set("number", n.path("number"));
            number.set("rate_center", n.path("rate_center"));
            // As in the CSV file and in imports; what it is in has a name of its own.
            number.set("state", n.path("region"));
            for (String field : List.of("number_type", "pool", "visitor_id", "destination", "lease_id", "rest_until")) {
                number.set(field, n.path(field));
            }
            number.set("in", n.path("state"));
        });
        write(file, body.toPrettyString());
        return numbers.size();
    }

    private static void write(Path file, CharSequence text) throws CommandException {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandException("the file " + file + " can't be written: " + e.getMessage(), e);
        }
    }

    @Command(
            name = "retire",
            description = "Takes numbers that are in no pool out of use: calls to them get 404, no pool takes them.",
            footer = "  ringtrace numbers retire --network acme +18885550101")
    int retire(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Parameters(arity = "1..1000", paramLabel = "NUMBER", description = "in E.164, such as +18885550101")
                    List<String> numbers)
            throws CommandException {
        return retire(server, network, numbers, true);
    }

    @Command(
            name = "unretire",
            description = "Gives retired numbers back to the bank.",
            footer = "  ringtrace numbers unretire --network acme +18885550101")
    int unretire(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Parameters(arity = "1..1000", paramLabel = "NUMBER", description = "in E.164, such as +18885550101")
                    List<String> numbers)
            throws CommandException {
        return retire(server, network, numbers, false);
    }

    private int retire(ServerOption server, NetworkOption network, List<String> numbers, boolean retired)
            throws CommandException {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("network", network.id)
                .put("retired", retired);
        numbers.forEach(body.putArray("numbers")::add);
        JsonNode answer = server.put("/v1/operator/numbers/state", body);
        for (JsonNode error : answer.path("errors")) {
            err().println(error.path("number").asString() + " "
                    + error.path("message").asString());
        }
        out().println(answer.path("changed").asInt() + (retired ? " retired" : " in the bank"));
        return answer.path("wrong").asInt() == 0 ? 0 : 1;
    }

    @Command(
            name = "dirty",
            description = "Tells of calls that no visitor's lease stands behind, by number and day (UTC): signs that a"
                    + " number was printed, saved, or called before it was ours.",
            footer = "  ringtrace numbers dirty --network acme --from 2026-12-01 --to 2026-12-31")
    int dirty(
            @Mixin ServerOption server,
            @Mixin FormatOption format,
            @Mixin NetworkOption network,
            @Option(names = "--from", required = true, paramLabel = "DAY", description = "first day") String from,
            @Option(names = "--to", required = true, paramLabel = "DAY", description = "last day") String to)
            throws CommandException {
        format.print(spec, server.get(report("dirty", network, from, to)), answer -> {
            TextTable table = new TextTable(
                    new Paint(spec),
                    List.of("DAY", "NUMBER", "NEVER LEASED", "EXPIRED", "RESTING", "UNASSIGNED"),
                    Set.of("NEVER LEASED", "EXPIRED", "RESTING", "UNASSIGNED"));
            for (JsonNode day : answer.path("days")) {
                table.row(
                        day.path("day").asString(),
                        day.path("number").asString(),
                        Integer.toString(day.path("never_leased").asInt()),
                        Integer.toString(day.path("expired").asInt()),
                        Integer.toString(day.path("resting").asInt()),
                        Integer.toString(day.path("unassigned").asInt()));
            }
            return table.text();
        });
        return 0;
    }

    @Command(
            name = "usage",
            description =
                    "Tells the most numbers that were in a network's pools at once, by day (UTC): what it is billed"
                            + " for.",
            footer = "  ringtrace numbers usage --network acme --from 2026-12-01 --to 2026-12-31")
    int usage(
            @Mixin ServerOption server,
            @Mixin FormatOption format,
            @Mixin NetworkOption network,
            @Option(names = "--from", required = true, paramLabel = "DAY", description = "first day") String from,
            @Option(names = "--to", required = true, paramLabel = "DAY", description = "last day") String to)
            throws CommandException {
        format.print(spec, server.get(report("usage", network, from, to)), answer -> {
            TextTable table =
                    new TextTable(new Paint(spec), List.of("DAY", "NUMBERS IN USE"), Set.of("NUMBERS IN USE"));
            for (JsonNode day : answer.path("days")) {
                table.row(
                        day.path("day").asString(),
                        Integer.toString(day.path("numbers_in_use").asInt()));
            }
            return table.text();
        });
        return 0;
    }

    private static String report(String name, NetworkOption network, String from, String to) {
        return "/v1/numbers/" + name + network.query() + "&from=" + encoded(from) + "&to=" + encoded(to);
    }

    @Command(
            name = "explain",
            description =
                    "Tells which numbers a pool would take from the bank and why, the first first; or how one number"
                            + " stands.",
            footer = "  ringtrace numbers explain --network acme --pool dental-main --limit 5")
    int explain(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
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
        JsonNode answer = server.get("/v1/operator/numbers/explain" + network.query() + "&pool=" + encoded(pool)
                + "&limit=" + limit + (number == null ? "" : "&number=" + encoded(number)));
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

    private static void eachNumber(OperatorClient client, Owner owner, Consumer<JsonNode> take)
            throws CommandException {
        String after = "";
        while (true) {
            JsonNode page = client.get(owner.path("") + after);
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

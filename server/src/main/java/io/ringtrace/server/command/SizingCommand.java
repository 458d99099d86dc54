package io.ringtrace.server.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace sizing}: how many numbers a RingPool needs. */
@Command(
        name = "sizing",
        description =
                "Shows how large a RingPool should be by its traffic of the last seven days, and how well the formulas told"
                        + " what happened: visitors without a number of their own, and numbers that went to another visitor within ten minutes.",
        footer = {
            "  ringtrace sizing --network acme --pool dental-main",
            "  ringtrace sizing --network acme --pool dental-main --format json"
        })
public final class SizingCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    @Mixin
    private final NetworkOption network = new NetworkOption();

    @Option(names = "--pool", required = true, paramLabel = "ID", description = "the pool, by its RingPool ID")
    private String pool = "";

    @Override
    public Integer call() throws CommandException {
        format.print(spec, server.get("/v1/operator/sizing" + network.query() + "&pool=" + encoded(pool)), this::table);
        return 0;
    }

    private String table(JsonNode sizing) {
        JsonNode busiest = sizing.path("busiest_quarter_hour");
        StringBuilder text = new StringBuilder("Pool " + sizing.path("pool").asString() + " has "
                + sizing.path("pool_size").asInt() + " numbers; ");
        if (!busiest.isObject()) {
            return text.append("nobody has asked for one in the last seven days.")
                    .toString();
        }
        text.append(sizing.path("recommended_size").asInt())
                .append(" would keep overflow at ")
                .append(percent(sizing, "overflow_goal"))
                .append(" and misattribution at ")
                .append(percent(sizing, "misattribution_goal"))
                .append(".\nIt ")
                .append(
                        sizing.path("autoscale").asBoolean()
                                ? "finds its size by itself, up to "
                                        + sizing.path("autoscale_max_size").asInt() + " numbers."
                                : "does not find its size by itself.")
                .append(String.format(
                        Locale.ROOT,
                        "%nBusiest quarter of an hour: from %s, %.0f visitors an hour, each guaranteed a number for %.0f s;"
                                + " %.1f of %d numbers guaranteed at once.%n%n",
                        busiest.path("from").asString(),
                        busiest.path("visitors_per_hour").asDouble(),
                        busiest.path("mean_guaranteed_ms").asDouble() / 1000,
                        busiest.path("offered_load").asDouble(),
                        busiest.path("numbers").asInt()));
        TextTable table = new TextTable(
                new Paint(spec),
                List.of("", "VISITORS", "OVERFLOW PREDICTED", "OBSERVED", "MISATTRIBUTED PREDICTED", "OBSERVED "),
                Set.of("VISITORS", "OVERFLOW PREDICTED", "OBSERVED", "MISATTRIBUTED PREDICTED", "OBSERVED "));
        row(table, "busiest 15 min", busiest);
        row(table, "last 7 days", sizing.path("last_7_days"));
        return text + table.text();
    }

    private static void row(TextTable table, String when, JsonNode comparison) {
        table.row(
                when,
                comparison.path("visitors").asString("0"),
                percent(comparison, "predicted_overflow"),
                percent(comparison, "observed_overflow"),
                percent(comparison, "predicted_misattribution"),
                percent(comparison, "observed_misattribution"));
    }

    private static String percent(JsonNode node, String field) {
        return String.format(Locale.ROOT, "%.2f %%", node.path(field).asDouble() * 100);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

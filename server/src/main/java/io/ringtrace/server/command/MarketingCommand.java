package io.ringtrace.server.command;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
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

/** {@code ringtrace marketing}: the marketing data dictionary of a network. */
@Command(
        name = "marketing",
        description = "Lists, declares and removes the marketing fields of a network, and says what becomes of others.",
        footer = {
            "  ringtrace marketing fields --network acme",
            "  ringtrace marketing declare --network acme --model First mood"
        })
public final class MarketingCommand {
    private static final String DICTIONARY = "/v1/marketing_data_dictionary";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "fields",
            description = "Lists the declared fields.",
            footer = "  ringtrace marketing fields --network acme")
    int fields(@Mixin ServerOption server, @Mixin FormatOption format, @Mixin NetworkOption network)
            throws CommandException {
        format.print(spec, server.get(DICTIONARY + network.query()), this::table);
        return 0;
    }

    private String table(JsonNode answer) {
        TextTable table = new TextTable(
                new Paint(spec), List.of("NAME", "TYPE", "LENGTH", "MODEL", "PARTNER NAME"), Set.of("LENGTH"));
        for (JsonNode field : answer.path("fields")) {
            table.row(
                    field.path("name").asString(),
                    field.path("type").asString(),
                    Integer.toString(field.path("length").asInt()),
                    field.path("model").asString(),
                    field.path("partner_name").asString(""));
        }
        return table.text() + "\nOther fields: " + answer.path("unknown_fields").asString();
    }

    @Command(
            name = "declare",
            description = "Declares a field, or declares it anew; leases after it follow.",
            footer = "  ringtrace marketing declare --network acme --type string --model Unique mood")
    int declare(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Option(
                            names = "--type",
                            defaultValue = "string",
                            paramLabel = "TYPE",
                            description = "string, number, boolean, url or date (default: ${DEFAULT-VALUE})")
                    String type,
            @Option(
                            names = "--length",
                            defaultValue = "512",
                            paramLabel = "CHARACTERS",
                            description = "longest value (default: ${DEFAULT-VALUE})")
                    int length,
            @Option(
                            names = "--model",
                            defaultValue = "Last",
                            paramLabel = "MODEL",
                            description =
                                    "First, Last or Unique: which value counts when a visitor comes again (default:"
                                            + " ${DEFAULT-VALUE})")
                    String model,
            @Option(
                            names = "--partner-name",
                            paramLabel = "NAME",
                            description = "another name that partners send it by")
                    @Nullable
                    String partnerName,
            @Parameters(paramLabel = "NAME", description = "the field's name") String name)
            throws CommandException {
        ObjectNode body = JsonMapper.shared()
                .createObjectNode()
                .put("type", type)
                .put("length", length)
                .put("model", model)
                .put("partner_name", partnerName);
        server.put(DICTIONARY + "/" + encoded(name) + network.query(), body);
        out().println("The field " + name + " of network " + network.id + " is declared.");
        return 0;
    }

    @Command(
            name = "remove",
            description = "Removes a field from the dictionary; leases keep what they have of it.",
            footer = "  ringtrace marketing remove --network acme mood")
    int remove(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Parameters(paramLabel = "NAME", description = "the field's name") String name)
            throws CommandException {
        server.delete(DICTIONARY + "/" + encoded(name) + network.query());
        out().println("The field " + name + " of network " + network.id + " is gone.");
        return 0;
    }

    @Command(
            name = "unknown",
            description = "Says what becomes of fields that are not declared.",
            footer = "  ringtrace marketing unknown --network acme keep")
    int unknown(
            @Mixin ServerOption server,
            @Mixin NetworkOption network,
            @Parameters(paramLabel = "POLICY", description = "drop, keep or refuse") String policy)
            throws CommandException {
        server.put(
                DICTIONARY + network.query(),
                JsonMapper.shared().createObjectNode().put("unknown_fields", policy));
        out().println("Fields that network " + network.id + " has not declared: " + policy + ".");
        return 0;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

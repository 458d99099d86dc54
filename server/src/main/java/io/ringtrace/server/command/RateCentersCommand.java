package io.ringtrace.server.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace rate-centers}: which exchange is where. */
@Command(
        name = "rate-centers",
        description = "Imports the rate centers that local numbers are matched by.",
        footer = "  ringtrace rate-centers import rate-centers.csv")
public final class RateCentersCommand {
    /** A list of all exchanges is larger than one request may be. */
    private static final int LINES_AT_ONCE = 20_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Command(
            name = "import",
            description =
                    "Imports exchanges from a CSV file with the header npa,nxx,rate_center,state,lata,lat,lon,v,h, or from"
                            + " the numbering plan administrator's list of central office codes. Wrong rows are told by"
                            + " line; the others are imported.",
            footer = "  ringtrace rate-centers import rate-centers.csv")
    int importFile(@Mixin ServerOption server, @Parameters(paramLabel = "FILE", description = "the CSV file") Path file)
            throws CommandException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CommandException("the file " + file + " can't be read: " + e.getMessage(), e);
        }
        if (lines.isEmpty()) {
            throw new CommandException("the file " + file + " is empty");
        }
        int imported = 0;
        int leftOut = 0;
        int wrong = 0;
        try (OperatorClient client = server.connect()) {
            for (int from = 1; from < lines.size(); from += LINES_AT_ONCE) {
                String part = lines.getFirst() + "\n"
                        + String.join("\n", lines.subList(from, Math.min(lines.size(), from + LINES_AT_ONCE)));
                JsonNode answer = client.post("/v1/operator/rate-centers", "text/csv", part);
                for (JsonNode error : answer.path("errors")) {
                    // Line 2 of the part is line from + 1 of the file.
                    err().println(file + ":" + (error.path("line").asInt() + from - 1) + ": '"
                            + error.path("exchange").asString() + "': "
                            + error.path("message").asString());
                }
                imported += answer.path("imported").asInt();
                leftOut += answer.path("left_out").asInt();
                wrong += answer.path("wrong").asInt();
            }
        }
        out().println(imported + " exchanges imported, " + leftOut + " without a rate center, " + wrong + " wrong");
        return wrong == 0 ? 0 : 1;
    }

    @Command(
            name = "import-zip-codes",
            description = "Imports where zip codes are, from a CSV file with the header zip,lat,lon: a pool may then be"
                    + " centred on one. Wrong rows are told by line; the others are imported.",
            footer = "  ringtrace rate-centers import-zip-codes zip-codes.csv")
    int importZipCodes(
            @Mixin ServerOption server, @Parameters(paramLabel = "FILE", description = "the CSV file") Path file)
            throws CommandException {
        try (OperatorClient client = server.connect()) {
            JsonNode answer =
                    client.post("/v1/operator/zip-codes", "text/csv", Files.readString(file, StandardCharsets.UTF_8));
            for (JsonNode error : answer.path("errors")) {
                err().println(file + ":" + error.path("line").asInt() + ": '"
                        + error.path("exchange").asString() + "': "
                        + error.path("message").asString());
            }
            int wrong = answer.path("wrong").asInt();
            out().println(answer.path("imported").asInt() + " zip codes imported, " + wrong + " wrong");
            return wrong == 0 ? 0 : 1;
        } catch (IOException e) {
            throw new CommandException("the file " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}

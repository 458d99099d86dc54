package io.ringtrace.server.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace trace}: the messages of a trunk's calls in the log, for a while. */
@Command(
        name = "trace",
        description = {
            "Makes the running server log every SIP message of a trunk's calls, in and out, for a while, and what",
            "becomes of each call. Credentials and media keys are masked. Without a trunk it says which are traced."
        },
        footer = {"  ringtrace trace acme --for 10m", "  ringtrace trace acme --off", "  ringtrace trace"})
public final class TraceCommand implements Callable<Integer> {
    private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,4})([smh])");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Mixin
    private final FormatOption format = new FormatOption();

    @Parameters(paramLabel = "TRUNK", arity = "0..1", description = "as the configuration names it")
    private @Nullable String trunk;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "10m",
            description = "how long, such as 30s, 10m or 1h, at most 24h (default: ${DEFAULT-VALUE})")
    private String time = "10m";

    @Option(names = "--off", description = "end it; what the files say with trace: true stays")
    private boolean off;

    @Override
    public Integer call() throws CommandException {
        String traced = trunk;
        JsonNode answer;
        if (traced == null) {
            answer = server.get("/v1/operator/trace");
        } else {
            String query = "?trunk=" + URLEncoder.encode(traced, StandardCharsets.UTF_8) + "&seconds="
                    + (off ? 0 : duration().toSeconds());
            answer = server.post("/v1/operator/trace" + query);
        }
        format.print(spec, answer, this::table);
        return 0;
    }

    private Duration duration() {
        Matcher written = TIME.matcher(time);
        if (written.matches()) {
            long count = Long.parseLong(written.group(1));
            Duration parsed = switch (written.group(2)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofHours(count);
            };
            if (parsed.compareTo(Duration.ofDays(1)) <= 0) {
                return parsed;
            }
        }
        throw new ParameterException(
                spec.commandLine(), "--for must be a time such as 30s, 10m or 1h, at most 24h, not '" + time + "'");
    }

    private String table(JsonNode answer) {
        TextTable table = new TextTable(new Paint(spec), List.of("TRACED TRUNK", "FOR"), Set.of());
        for (JsonNode trace : answer.path("traces")) {
            JsonNode left = trace.path("seconds_left");
            table.row(trace.path("trunk").asString(), left.isNull() ? "as the files say" : left.asLong() + " s more");
        }
        return table.text();
    }
}

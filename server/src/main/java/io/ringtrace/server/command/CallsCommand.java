package io.ringtrace.server.command;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code ringtrace calls}: the latest call records. */
@Command(name = "calls", description = "Shows the latest call records, newest first.")
public final class CallsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls anything
    private CommandSpec spec;

    @Mixin
    private final ServerOption server = new ServerOption();

    @Option(names = "--limit", defaultValue = "20", description = "how many, 1 to 1000 (default: ${DEFAULT-VALUE})")
    private int limit = 20;

    @Option(names = "--number", paramLabel = "E164", description = "only calls to this promo number")
    private @Nullable String number;

    @Option(names = "--visitor", paramLabel = "ID", description = "only calls of this visitor")
    private @Nullable String visitor;

    @Option(names = "--cards", description = "every record in full")
    private boolean cards;

    @Option(names = "--json", description = "as the API gives them")
    private boolean json;

    @Override
    public Integer call() throws CommandException {
        StringBuilder query = new StringBuilder("/v1/calls?limit=" + limit);
        filter(query, "promo_number", number);
        filter(query, "visitor_id", visitor);
        JsonNode answer;
        try (OperatorClient client = server.connect()) {
            answer = client.get(query.toString());
        }
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.toPrettyString());
            return 0;
        }
        if (!cards) {
            out.println(CallText.HEADER);
        }
        for (JsonNode call : answer.path("calls")) {
            out.println(cards ? CallText.card(call) + "\n" : CallText.row(call));
        }
        return 0;
    }

    private static void filter(StringBuilder query, String name, @Nullable String value) {
        if (value != null) {
            query.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
    }
}

package io.ringtrace.server.command;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Gives each call record once, when the call is over. Asks for what began since the oldest call that still runs, and a little before,
 * because records may reach the store late. For the thread of one command.
 */
final class FollowedCalls {
    private static final Duration LATE = Duration.ofMinutes(1);
    private static final int PAGE = 1000;

    private final OperatorClient client;
    private final String filters;
    /** Start of each call that has been given, as long as it may be asked for again; by call id. */
    private final Map<String, Instant> given = new TreeMap<>();

    private Instant since;

    /**
     * @param filters further parameters of the query, each with its ampersand
     * @param now calls that began earlier than a minute before are not followed
     */
    FollowedCalls(OperatorClient client, String filters, Instant now) {
        this.client = client;
        this.filters = filters;
        this.since = now.minus(LATE);
    }

    /** The calls that are over since the last look, in the order in which they began. */
    List<JsonNode> look() throws CommandException {
        List<JsonNode> over = new ArrayList<>();
        Instant oldestRunning = Instant.now().minus(LATE);
        String before = "";
        do {
            JsonNode page = client.get("/v1/calls?limit=" + PAGE + "&from=" + since + filters + before);
            for (JsonNode call : page.path("calls")) {
                String id = call.path("call_id").asString("");
                Instant start = Instant.parse(call.path("start_time").asString());
                if (!call.path("complete").asBoolean()) {
                    oldestRunning = start.isBefore(oldestRunning) ? start : oldestRunning;
                } else if (given.putIfAbsent(id, start) == null) {
                    over.addFirst(call);
                }
            }
            String next = page.path("next_before").asString("");
            before = next.isEmpty() ? "" : "&before=" + next;
        } while (!before.isEmpty());
        if (oldestRunning.isAfter(since)) {
            since = oldestRunning;
            given.values().removeIf(start -> start.isBefore(since));
        }
        return over;
    }
}

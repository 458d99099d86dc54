package io.ringtrace.server.command;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Gives each call record once, when it is finished in the store, however long the call lasted and however late its record came there. Begins
 * with the calls that began in the last minute and are over. For the thread of one command.
 */
final class FollowedCalls {
    private static final Duration BEFORE = Duration.ofMinutes(1);
    private static final int PAGE = 1000;

    /** How the server is asked. */
    @FunctionalInterface
    interface Source {
        JsonNode get(String pathAndQuery) throws CommandException;
    }

    private final Source server;
    private final String filters;
    private final Instant since;
    /** Calls of the last minute that were given at the beginning; some of them may come once more. */
    private final Set<String> given = new HashSet<>();

    private @Nullable Long last;

    /** @param filters further parameters of the query, each with its ampersand */
    FollowedCalls(Source server, String filters, Instant now) {
        this.server = server;
        this.filters = filters;
        this.since = now.minus(BEFORE);
    }

    /** The calls that are over since the last look, in the order in which they were finished. When it throws, nothing is missed by the next one. */
    List<JsonNode> look() throws CommandException {
        Long after = last;
        return after == null ? begin() : next(after);
    }

    private List<JsonNode> begin() throws CommandException {
        long newest = server.get("/v1/calls?finished_after=newest" + filters)
                .path("next_finished_after")
                .asLong();
        List<JsonNode> over = new ArrayList<>();
        String before = "";
        do {
            JsonNode page = server.get("/v1/calls?limit=" + PAGE + "&from=" + since + filters + before);
            for (JsonNode call : page.path("calls")) {
                if (call.path("complete").asBoolean()) {
                    over.addFirst(call);
                }
            }
            String next = page.path("next_before").asString("");
            before = next.isEmpty() ? "" : "&before=" + next;
        } while (!before.isEmpty());
        over.forEach(call -> given.add(call.path("call_id").asString()));
        last = newest;
        return over;
    }

    private List<JsonNode> next(long after) throws CommandException {
        JsonNode page = server.get("/v1/calls?limit=" + PAGE + "&finished_after=" + after + filters);
        List<JsonNode> over = new ArrayList<>();
        for (JsonNode call : page.path("calls")) {
            if (!given.remove(call.path("call_id").asString())) {
                over.add(call);
            }
        }
        last = page.path("next_finished_after").asLong();
        return over;
    }
}

package io.ringtrace.http.lease;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Leases;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.text.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Many visitors' requests in one: read row by row, leased together, answered in their order. A bad row never fails the others. */
public final class LeaseBatch {
    private LeaseBatch() {}

    /** A row, read: either something to ask of the pool, or already its answer. */
    public sealed interface Row {
        /**
         * @param pool the RingPool ID, for messages
         * @param requestId echoed in the answer; null for none
         */
        record Ask(
                LeaseRequest request, String pool, @Nullable JsonNode requestId) implements Row {}

        record Wrong(ObjectNode answer) implements Row {}
    }

    /** A body, read. */
    sealed interface Body {
        record Requests(ArrayNode rows) implements Body {}

        record Wrong(Problem problem) implements Body {}
    }

    static Body read(byte[] body, int mostRows) {
        return switch (Json.parseObject(body)) {
            case Json.Parsed.Wrong(String message) -> new Body.Wrong(Problem.of(400, "malformed_json", message));
            case Json.Parsed.Document(ObjectNode object) ->
                object.get("requests") instanceof ArrayNode array && !array.isEmpty() && array.size() <= mostRows
                        ? new Body.Requests(array)
                        : new Body.Wrong(
                                Problem.invalid("\"requests\" must be an array of 1 to " + mostRows + " requests."));
        };
    }

    /**
     * @param row reads one element of {@code requests}
     * @param answer writes the answer to a row that was asked
     */
    public static CompletionStage<Reply> serve(
            byte[] body,
            int mostRows,
            Leases leases,
            Function<JsonNode, Row> row,
            BiFunction<Row.Ask, LeaseAnswer, ObjectNode> answer) {
        return switch (read(body, mostRows)) {
            case Body.Wrong(Problem problem) -> CompletableFuture.completedFuture(problem);
            case Body.Requests(ArrayNode requests) -> serve(requests, leases, row, answer);
        };
    }

    static CompletionStage<Reply> serve(
            ArrayNode requests,
            Leases leases,
            Function<JsonNode, Row> row,
            BiFunction<Row.Ask, LeaseAnswer, ObjectNode> answer) {
        List<Row> rows = new ArrayList<>(requests.size());
        List<LeaseRequest> asked = new ArrayList<>(requests.size());
        for (JsonNode request : requests) {
            Row read = row.apply(request);
            rows.add(read);
            if (read instanceof Row.Ask ask) {
                asked.add(ask.request());
            }
        }
        if (asked.isEmpty()) {
            return CompletableFuture.completedFuture(reply(rows, List.of(), answer));
        }
        return leases.lease(asked).thenApply(answers -> reply(rows, answers, answer));
    }

    private static Reply reply(
            List<Row> rows, List<LeaseAnswer> answers, BiFunction<Row.Ask, LeaseAnswer, ObjectNode> answer) {
        Problem unavailable = unavailableForAll(rows, answers);
        if (unavailable != null) {
            return unavailable;
        }
        ObjectNode body = Json.object();
        ArrayNode responses = body.putArray("responses");
        Iterator<LeaseAnswer> next = answers.iterator();
        for (Row row : rows) {
            responses.add(
                    switch (row) {
                        case Row.Wrong(ObjectNode wrong) -> wrong;
                        case Row.Ask ask -> answer.apply(ask, next.next());
                    });
        }
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private static @Nullable Problem unavailableForAll(List<Row> rows, List<LeaseAnswer> answers) {
        if (answers.size() < rows.size()) {
            return null;
        }
        LeaseAnswer.Unavailable longest = null;
        for (LeaseAnswer answer : answers) {
            if (!(answer instanceof LeaseAnswer.Unavailable unavailable)) {
                return null;
            }
            if (longest == null || unavailable.retryAfterMillis() > longest.retryAfterMillis()) {
                longest = unavailable;
            }
        }
        return longest == null ? null : Problem.unavailable(longest.message(), longest.retryAfterMillis());
    }
}

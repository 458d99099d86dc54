package io.ringtrace.http.allocate;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.Leases;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.lease.LeaseBatch;
import io.ringtrace.http.lease.VisitorFields;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.NumberText;
import io.ringtrace.http.text.PlainText;
import io.ringtrace.http.text.QueryString;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code bulk.json}: many allocations in one request, answered in their order. Thread-safe; called on event loops, never waits. */
public final class BulkEndpoint {
    /** As documented, and with the {@code /ring_pools/} that the single request's path has. */
    private static final Pattern SUFFIX =
            Pattern.compile("/?(?:ring_pools/)?(?<pool>[^/?#]{1,64})/allocate_number\\.json(?:\\?(?<query>[^#]*))?");

    private static final int LONGEST_SUFFIX = 8192;
    private static final int LONGEST_REQUEST_ID = 256;

    private final Leases leases;
    private final PoolKeys keys;
    private final VisitorFields visitorFields;
    private final int mostRows;

    public BulkEndpoint(Leases leases, PoolKeys keys, VisitorFields visitorFields, int mostRows) {
        this.leases = leases;
        this.keys = keys;
        this.visitorFields = visitorFields;
        this.mostRows = mostRows;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.post("/api/:date/bulk.json", Access.POOL_KEY, ErrorShape.RECORD, new Work.Later(this::bulk)));
    }

    private CompletionStage<Reply> bulk(Request request) {
        return LeaseBatch.serve(request.body(), mostRows, leases, this::read, BulkEndpoint::write)
                .thenApply(reply -> switch (reply) {
                    case Problem problem -> problem;
                    case Answer answer ->
                        answer.with(
                                "processing-time",
                                Long.toString(
                                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - request.receivedNanos())));
                });
    }

    private LeaseBatch.Row read(JsonNode row) {
        if (!(row instanceof ObjectNode object)) {
            return wrong(null, Problem.invalid("A request must be an object."));
        }
        JsonNode requestId = object.get("request_id");
        if (requestId != null && !echoable(requestId)) {
            return wrong(
                    null,
                    Problem.invalid("request_id must be a whole number or a text of at most " + LONGEST_REQUEST_ID
                            + " characters."));
        }
        JsonNode suffix = object.get("api_suffix");
        if (suffix == null || !suffix.isString() || suffix.asString().length() > LONGEST_SUFFIX) {
            return wrong(
                    requestId,
                    Problem.invalid("api_suffix must be a text of at most " + LONGEST_SUFFIX + " characters."));
        }
        Matcher parts = SUFFIX.matcher(suffix.asString());
        if (!parts.matches()) {
            return wrong(
                    requestId,
                    Problem.invalid("api_suffix must look like <pool>/allocate_number.json?ring_pool_key=<key>."));
        }
        String pool = parts.group("pool");
        QueryString query = QueryString.parse(parts.group("query"));
        if (query == null) {
            return wrong(requestId, Problem.invalid("The query of api_suffix is malformed."));
        }
        return switch (AllocationRequest.read(keys, visitorFields, pool, query)) {
            case AllocationRequest.Wrong wrong -> wrong(requestId, wrong.problem());
            case AllocationRequest.Ask ask -> new LeaseBatch.Row.Ask(ask.request(), pool, requestId);
        };
    }

    private static boolean echoable(JsonNode id) {
        return id.isNull()
                || id.isIntegralNumber()
                || (id.isString() && id.asString().length() <= LONGEST_REQUEST_ID && PlainText.clean(id.asString()));
    }

    private static ObjectNode write(LeaseBatch.Row.Ask ask, LeaseAnswer answer) {
        return switch (AllocationReply.of(answer, ask.pool())) {
            case AllocationReply.None none -> error(ask.requestId(), none.problem());
            case AllocationReply.Given number -> {
                ObjectNode row = begun(ask.requestId())
                        .put("promo_number_formatted", NumberText.formatted(number.number()))
                        .put("promo_number", NumberText.national(number.number()))
                        .put("tracking_url", "");
                yield number.overflow() ? row.put("overflow", true) : row;
            }
        };
    }

    private static LeaseBatch.Row wrong(@Nullable JsonNode requestId, Problem problem) {
        return new LeaseBatch.Row.Wrong(error(requestId, problem));
    }

    private static ObjectNode error(@Nullable JsonNode requestId, Problem problem) {
        ObjectNode row = begun(requestId)
                .put("error_class", ErrorShape.className(problem.code()))
                .put("message", problem.message());
        // A row has no Retry-After of its own.
        return problem.retryAfterSeconds() == 0
                ? row
                : row.put("retry_after_ms", TimeUnit.SECONDS.toMillis(problem.retryAfterSeconds()));
    }

    private static ObjectNode begun(@Nullable JsonNode requestId) {
        ObjectNode row = Json.object();
        if (requestId != null) {
            row.set("request_id", requestId);
        }
        return row;
    }
}

package io.ringtrace.http.record;

import io.ringtrace.attribution.AttributionStatus;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.CallRecords;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Caller;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.lease.VisitorFields;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.QueryString;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /v1/calls}: call records, newest first, or those that are over since another one. A network sees its own. Thread-safe; called on virtual threads, waits for the database. */
public final class CallEndpoints {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST = 1000;
    private static final int LONGEST_TRUNK = 64;
    private static final Set<String> FILTERS = Set.of(
            "from",
            "to",
            "promo_number",
            "visitor_id",
            "attribution_status",
            "trunk",
            "before",
            "limit",
            "finished_after",
            "oauth_token");
    /** Instead of an id: no calls, and the id to begin with. */
    private static final String NEWEST = "newest";

    private final CallRecords records;

    public CallEndpoints(CallRecords records) {
        this.records = records;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get(
                        "/v1/calls",
                        Access.NETWORK_OR_OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.waiting(request -> find(request, wantsCsv(request.accept())))),
                Endpoint.get(
                        "/v1/calls.csv",
                        Access.NETWORK_OR_OPERATOR,
                        ErrorShape.OURS,
                        Endpoint.waiting(request -> find(request, true))),
                Endpoint.get(
                        "/v1/calls/:callId", Access.NETWORK_OR_OPERATOR, ErrorShape.OURS, Endpoint.waiting(this::get)));
    }

    private static boolean wantsCsv(String accept) {
        return accept.toLowerCase(Locale.ROOT).contains("text/csv");
    }

    private Reply find(Request request, boolean csv) throws StoreUnavailableException {
        List<String> wrong = new ArrayList<>();
        CallRecords.Query query = query(request, wrong);
        String finishedAfter = request.query().get("finished_after");
        if (finishedAfter != null && !finishedAfter.matches(NEWEST + "|[0-9]{1,18}")) {
            wrong.add("finished_after must be the next_finished_after of an answer, or " + NEWEST + ".");
        }
        if (finishedAfter != null && (csv || query.before() != null)) {
            wrong.add("finished_after goes with JSON, and not with before.");
        }
        if (!wrong.isEmpty()) {
            return Problem.invalid(String.join(" ", wrong));
        }
        if (finishedAfter != null) {
            return finished(query, finishedAfter.equals(NEWEST) ? null : Long.valueOf(finishedAfter));
        }
        List<CallRecord> found = records.find(query);
        String next =
                found.size() < query.limit() ? null : found.getLast().callId().toString();
        if (csv) {
            Answer answer = Answer.of(200, Answer.CSV, CallRecordText.csv(found));
            return next == null ? answer : answer.with("next-before", next);
        }
        ObjectNode body = Json.object();
        ArrayNode calls = body.putArray("calls");
        found.forEach(record -> calls.add(CallRecordText.json(record)));
        body.put("next_before", next);
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply finished(CallRecords.Query query, @Nullable Long after) throws StoreUnavailableException {
        CallRecords.Finished finished = records.finishedAfter(query, after);
        ObjectNode body = Json.object();
        ArrayNode calls = body.putArray("calls");
        finished.calls().forEach(record -> calls.add(CallRecordText.json(record)));
        body.put("next_finished_after", finished.lastId());
        return Answer.of(200, Answer.JSON, Json.bytes(body));
    }

    private Reply get(Request request) throws StoreUnavailableException {
        CallId id;
        try {
            id = CallId.parse(request.path("callId"));
        } catch (IllegalArgumentException _) {
            return Problem.notFound();
        }
        CallRecord record = records.get(id, network(request.caller()));
        return record == null
                ? Problem.notFound()
                : Answer.of(200, Answer.JSON, Json.bytes(CallRecordText.json(record)));
    }

    private static @Nullable String network(Caller caller) {
        return switch (caller) {
            case Caller.OfNetwork(String network) -> network;
            case Caller.Operator _ -> null;
            case Caller.Anybody _ ->
                throw new IllegalStateException("call records are shown to nobody without a token");
        };
    }

    private static CallRecords.Query query(Request request, List<String> wrong) {
        QueryString query = request.query();
        // A misspelled filter that filters nothing would show calls that nobody asked for.
        if (query.unknownBeside(FILTERS) != null) {
            wrong.add(
                    "The filters are from, to, promo_number, visitor_id, attribution_status, trunk, before, finished_after"
                            + " and limit.");
        }
        long from = time(query, "from", 0, wrong);
        long to = time(query, "to", Long.MAX_VALUE, wrong);
        String promoText = query.get("promo_number");
        PhoneNumber promo = promoText == null ? null : PhoneNumber.parseOrNull(promoText.strip());
        if (promoText != null && promo == null) {
            wrong.add("promo_number must be an E.164 number such as +18005550123.");
        }
        String visitor = query.get("visitor_id");
        String wrongVisitor = VisitorFields.wrongVisitorId(visitor);
        if (wrongVisitor != null) {
            wrong.add(wrongVisitor);
        }
        String status = query.get("attribution_status");
        List<String> statuses = Arrays.stream(AttributionStatus.values())
                .map(AttributionStatus::text)
                .toList();
        if (status != null && !statuses.contains(status)) {
            wrong.add("attribution_status must be one of " + String.join(", ", statuses) + ".");
        }
        String trunk = query.get("trunk");
        if (trunk != null && (trunk.isEmpty() || trunk.length() > LONGEST_TRUNK)) {
            wrong.add("trunk must be a trunk's name of 1 to " + LONGEST_TRUNK + " characters.");
        }
        CallId before = null;
        String beforeText = query.get("before");
        if (beforeText != null) {
            try {
                before = CallId.parse(beforeText);
            } catch (IllegalArgumentException _) {
                wrong.add("before must be a call id.");
            }
        }
        int limit = DEFAULT_LIMIT;
        String limitText = query.get("limit");
        if (limitText != null) {
            limit = limitText.matches("[0-9]{1,4}") ? Integer.parseInt(limitText) : 0;
            if (limit < 1 || limit > MOST) {
                wrong.add("limit must be 1 to " + MOST + ".");
                limit = DEFAULT_LIMIT;
            }
        }
        return new CallRecords.Query(network(request.caller()), from, to, promo, visitor, status, trunk, before, limit);
    }

    private static long time(QueryString query, String name, long absent, List<String> wrong) {
        String text = query.get(name);
        if (text == null) {
            return absent;
        }
        try {
            // The plus sign of an offset reads as a blank in a query.
            return OffsetDateTime.parse(text.replace(' ', '+')).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException _) {
            wrong.add(name + " must be a time such as 2026-01-31T09:30:00Z.");
            return absent;
        }
    }
}

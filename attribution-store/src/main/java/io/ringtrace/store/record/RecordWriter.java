package io.ringtrace.store.record;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.lease.RecentLeases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Merges call events into call_record: what one batch holds of a call is one row, and that row is one upsert on the call id. In whatever
 * order and however often a call's events are written, and however they are spread over batches, the record is the same:
 *
 * <ul>
 *   <li>began fills its own columns, and tells whose node the call was on and when it started, which until then the call id tells;
 *   <li>progressed fills its own; the answer's gateway goes before that of the first 18x;
 *   <li>answered fills its own; its attempts and status codes go before those of an end;
 *   <li>of several ends the one of highest precedence stands (a BYE, then maximum duration, lost, a final response other than 2xx,
 *       interrupted), of equals the earliest, but of those that are lost the latest: a call is lost at its last proof of life, and one node
 *       may know of a later one;
 *   <li>an end without an answer does not stand where there is one: a 2xx may follow another final response, and then the call runs;
 *   <li>of proofs of life the last one stands.
 * </ul>
 *
 * In an upsert MariaDB and MySQL assign from left to right, and later expressions see the new values: what others are compared by comes last.
 */
final class RecordWriter {
    private static final List<String> BEGAN = List.of(
            "sip_call_id",
            "trunk",
            "caller",
            "caller_withheld",
            "dialed_text",
            "promo_number",
            "destination",
            "network_id",
            "pool_id",
            "campaign_id",
            "static_campaign",
            "lease_version",
            "visitor_id",
            "marketing_data",
            "marketing_sources",
            "attribution_status",
            "attribution_confidence",
            "lease_age_ms",
            "presentation_age_ms",
            "prior_leases",
            "attribution_stale_ms",
            "config_version",
            "erased_at");
    private static final List<String> PROGRESSED = List.of("progress_at", "sent_to_gateway_at");
    /** The answer's, and until there is one the end's. */
    private static final List<String> ANSWERED_OR_ENDED = List.of("sip_code_sent", "sip_code_gateway", "attempts");
    /** From the last of what ends are compared by to the first: none of these changes what is still to be compared. */
    private static final List<String> ENDED =
            List.of("talk_ms", "reason_header", "duration_exact", "ended_by", "end_reason", "end_at");

    /** The precedence of an end without a proof of life. */
    private static final int LOST = 6;
    /** From here on down, ends of calls that were not answered. */
    private static final int UNANSWERED = 5;

    private static final String NEW_BEGAN = "VALUES(began) AND NOT began";
    private static final String NEW_ANSWER = "VALUES(answer_at) IS NOT NULL AND answer_at IS NULL";
    private static final String NEW_END_STANDS = "(VALUES(end_precedence) > end_precedence OR VALUES(end_precedence) ="
            + " end_precedence AND (IF(end_precedence = " + LOST + ", VALUES(end_at) > end_at, VALUES(end_at) < end_at)"
            + " OR VALUES(end_at) = end_at AND (VALUES(end_reason) < end_reason"
            + " OR VALUES(end_reason) = end_reason AND VALUES(ended_by) < ended_by)))";

    private static final List<String> COLUMNS = columns();
    private static final String UPSERT = upsert();

    private static List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("call_id", "node", "began", "start_at"));
        columns.addAll(BEGAN);
        columns.addAll(PROGRESSED);
        columns.addAll(List.of("gateway", "answer_at", "ring_ms"));
        columns.addAll(ANSWERED_OR_ENDED);
        columns.addAll(ENDED);
        columns.add("end_precedence");
        columns.add("transaction_id");
        columns.add("alive_at");
        return List.copyOf(columns);
    }

    /** What readers see of a record, but for what erasure and publication write. */
    static List<String> contentColumns() {
        List<String> columns = new ArrayList<>(List.of("node", "start_at", "gateway", "answer_at", "ring_ms"));
        columns.addAll(BEGAN);
        columns.removeAll(List.of("visitor_id", "marketing_data", "marketing_sources", "erased_at"));
        columns.addAll(PROGRESSED);
        columns.addAll(ANSWERED_OR_ENDED);
        columns.addAll(ENDED);
        return columns;
    }

    private static String upsert() {
        return "INSERT INTO call_record (" + String.join(", ", COLUMNS) + ") VALUES (?"
                + ", ?".repeat(COLUMNS.size() - 1)
                + ") ON DUPLICATE KEY UPDATE "
                + String.join(
                        ", ",
                        when(NEW_BEGAN, List.of("node", "start_at")),
                        fill(BEGAN),
                        "began = began OR VALUES(began)",
                        fill(PROGRESSED),
                        "gateway = IF(" + NEW_ANSWER + ", VALUES(gateway), COALESCE(gateway, VALUES(gateway)))",
                        fill(List.of("ring_ms")),
                        when(NEW_ANSWER + " OR answer_at IS NULL AND " + NEW_END_STANDS, ANSWERED_OR_ENDED),
                        fill(List.of("answer_at")),
                        ended(),
                        "end_precedence = GREATEST(end_precedence, VALUES(end_precedence))",
                        fill(List.of("transaction_id")),
                        "alive_at = IF(alive_at IS NULL OR VALUES(alive_at) > alive_at, VALUES(alive_at), alive_at)");
    }

    /** The marketing data of an erased visitor. */
    static final String NO_FIELDS = "{}";

    private static final int LONGEST_SIP_CALL_ID = 255;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_DIALED = 128;
    private static final int LONGEST_REASON = 255;

    private final String node;
    private final LearnedDelays delays;
    private final RecentLeases recentLeases;
    private final InstantSource clock;
    private final ErasedVisitors erasedVisitors = new ErasedVisitors();
    private final AttemptsJson attemptsJson = new AttemptsJson();
    private final LoadedRows loading = new LoadedRows("call_record", COLUMNS);

    RecordWriter(String node) {
        this(node, new LearnedDelays(), RecentLeases.none(), InstantSource.system());
    }

    /**
     * @param delays by which the attribution's confidence is judged
     * @param recentLeases asked before the history is
     * @param clock tells when a transaction was published
     */
    RecordWriter(String node, LearnedDelays delays, RecentLeases recentLeases, InstantSource clock) {
        this.node = node;
        this.delays = delays;
        this.recentLeases = recentLeases;
        this.clock = clock;
    }

    /**
     * In the caller's transaction, which from then on is the only one that publishes. Throws SQLException when the database is away, or
     * refuses a row.
     *
     * @return the network of each call, 0 for none
     */
    Map<CallId, Long> write(Connection connection, List<CallEvent> events) throws SQLException {
        Collection<EventsOfCall> calls = EventsOfCall.merge(events);
        if (calls.isEmpty()) {
            return Map.of();
        }
        Publication publication = Publication.lock(connection);
        if (erasedVisitors.readOn(connection, publication.erasedId())) {
            recentLeases.clear();
        }
        List<CallEvent.Began> began = new ArrayList<>();
        for (EventsOfCall call : calls) {
            if (call.began() != null) {
                began.add(call.began());
            }
        }
        LeaseFacts facts = LeaseFacts.of(connection, began, delays.distribution(), recentLeases);
        boolean loaded = began.size() >= LoadedRows.FEWEST
                && LoadedRows.possible(connection)
                && load(connection, calls, facts, publication);
        if (!loaded) {
            publication.look(calls);
        }
        if (!loaded || began.size() < calls.size()) {
            try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
                for (EventsOfCall call : calls) {
                    if (!loaded || call.began() == null) {
                        putCall(new StatementRow(statement), call, facts, publication);
                        statement.addBatch();
                    }
                }
                statement.executeBatch();
            }
        }
        Map<CallId, Long> networks = networks(calls, facts, publication);
        publication.publish(networks, clock.millis());
        return networks;
    }

    private static Map<CallId, Long> networks(
            Collection<EventsOfCall> calls, LeaseFacts facts, Publication publication) {
        Map<CallId, Long> networks = HashMap.newHashMap(calls.size());
        for (EventsOfCall call : calls) {
            CallEvent.Began beginning = call.began();
            Long network = beginning == null ? null : facts.network(beginning);
            networks.merge(
                    call.callId(),
                    network == null ? publication.networkBefore(call.callId()) : network,
                    (one, other) -> one == 0 ? other : one);
        }
        return networks;
    }

    /**
     * Calls that begin in this batch have no row yet, and are not looked for. But in a batch that is written again they have, and so does a call
     * whose end another node has written before: then this is false, nothing was written, and all are to be merged.
     */
    private boolean load(
            Connection connection, Collection<EventsOfCall> calls, LeaseFacts facts, Publication publication)
            throws SQLException {
        publication.lookWhereNothingBegins(calls);
        Savepoint before = connection.setSavepoint();
        loading.begin();
        for (EventsOfCall call : calls) {
            if (call.began() != null) {
                putCall(loading, call, facts, publication);
                loading.endRow();
            }
        }
        if (loading.load(connection)) {
            return true;
        }
        connection.rollback(before);
        return false;
    }

    private void putCall(Row row, EventsOfCall call, LeaseFacts facts, Publication publication) throws SQLException {
        CallEvent.Began beginning = call.began();
        row.put(call.callId().toBytes());
        row.put(node, LONGEST_NAME);
        row.put(beginning != null);
        row.put((Long) (beginning == null ? call.callId().madeAtMillis() : beginning.atMillis()));
        if (beginning == null) {
            row.skip(BEGAN.size());
        } else {
            putBegan(row, beginning, facts);
        }
        putProgress(row, call.progressed(), call.answered());
        putFinal(row, call.answered(), call.ended());
        putEnded(row, call.ended(), call.answered() != null);
        row.put(publication.idOf(call.callId()));
        row.put(call.aliveAt());
    }

    private void putBegan(Row row, CallEvent.Began event, LeaseFacts facts) throws SQLException {
        Lease lease = lease(event.attribution());
        LeaseFacts.Found found = facts.lease(event.callId());
        row.put(event.sipCallId(), LONGEST_SIP_CALL_ID);
        row.put(event.trunk(), LONGEST_NAME);
        row.put(digits(event.caller()));
        row.put(event.callerWithheld());
        row.put(event.dialedText(), LONGEST_DIALED);
        row.put(digits(event.dialed()));
        row.put(digits(event.destination()));
        Long network = facts.network(event);
        Long erasedAt = lease == null ? null : erasedVisitors.erasedAt(network, lease.visitorId(), lease.leasedAt());
        row.put(network);
        row.put(LeaseFacts.poolId(event.attribution()));
        row.put(campaignId(event.attribution()));
        row.put(event.attribution() instanceof AttributionResult.Static fixed ? fixed.campaign() : null, LONGEST_NAME);
        row.put(lease == null ? null : lease.version());
        row.put(lease == null || erasedAt != null ? null : lease.visitorId(), LONGEST_NAME);
        row.put(erasedAt != null ? NO_FIELDS : found == null ? null : found.marketingData(), Integer.MAX_VALUE);
        row.put(found == null || erasedAt != null ? null : found.marketingSources(), Integer.MAX_VALUE);
        row.put(event.attribution().status().text(), LONGEST_NAME);
        row.put(found == null ? null : (Double) found.confidence());
        row.put(lease == null ? null : event.atMillis() - lease.leasedAt());
        row.put(lease == null ? null : event.atMillis() - lease.presentedAt());
        row.put(found == null ? null : (long) found.priorLeases());
        row.put(event.attributionStaleMillis());
        row.put(event.configVersion(), LONGEST_NAME);
        row.put(erasedAt);
    }

    private static void putProgress(
            Row row, CallEvent.@Nullable Progressed progressed, CallEvent.@Nullable Answered answered)
            throws SQLException {
        row.put(progressed == null ? null : (Long) progressed.atMillis());
        row.put(progressed == null ? null : (Long) progressed.sentToGatewayAtMillis());
        @Nullable String rang = progressed == null ? null : progressed.gateway();
        row.put(answered == null ? rang : answered.gateway(), LONGEST_NAME);
    }

    private void putFinal(Row row, CallEvent.@Nullable Answered answered, CallEvent.@Nullable Ended ended)
            throws SQLException {
        if (answered != null) {
            row.put(answered.atMillis());
            row.put(answered.ringMillis());
            row.put((long) answered.status());
            row.put((long) answered.status());
            row.put(attemptsJson.of(answered.attempts()), Integer.MAX_VALUE);
        } else if (ended != null) {
            row.skip(2);
            row.put(ended.statusSent() == 0 ? null : (Long) (long) ended.statusSent());
            row.put(ended.statusGateway() == 0 ? null : (Long) (long) ended.statusGateway());
            row.put(ended.attempts().isEmpty() ? null : attemptsJson.of(ended.attempts()), Integer.MAX_VALUE);
        } else {
            row.skip(2 + ANSWERED_OR_ENDED.size());
        }
    }

    private static void putEnded(Row row, CallEvent.@Nullable Ended event, boolean answered) throws SQLException {
        int precedence = event == null ? 0 : precedence(event.reason());
        if (event == null || (answered && precedence <= UNANSWERED)) {
            row.skip(ENDED.size());
            row.put((long) precedence);
            return;
        }
        row.put(event.talkMillis() < 0 ? null : (Long) event.talkMillis());
        row.put(event.reasonHeader(), LONGEST_REASON);
        row.put(event.durationExact());
        row.put(event.by().text(), LONGEST_NAME);
        row.put(event.reason().text(), LONGEST_NAME);
        row.put(event.atMillis());
        row.put((long) precedence);
    }

    /**
     * An end that somebody saw goes before one that was inferred, and the end of an answered call before that of one without an answer. In
     * rows, where former versions had 4 to 1; 1 is interrupted in both.
     */
    static int precedence(EndReason reason) {
        return switch (reason) {
            case CALLER_HANGUP, DESTINATION_HANGUP -> 8;
            case MAX_DURATION -> 7;
            case LOST -> LOST;
            case DESTINATION_BUSY,
                    DESTINATION_NO_ANSWER,
                    DESTINATION_NOT_IN_SERVICE,
                    DESTINATION_DECLINED,
                    DESTINATION_ERROR,
                    REDIRECTED,
                    CALLER_CANCELLED,
                    UNKNOWN_PROMO_NUMBER,
                    BLOCKED_CALLER,
                    REFUSED -> UNANSWERED;
            case INTERRUPTED -> 1;
        };
    }

    private static @Nullable Lease lease(AttributionResult attribution) {
        return attribution instanceof AttributionResult.Expired(var lease) ? lease : LeaseFacts.attributed(attribution);
    }

    private static @Nullable Long campaignId(AttributionResult attribution) {
        return switch (attribution) {
            case AttributionResult.Leased(var lease) -> lease.campaignId();
            case AttributionResult.Held(var lease) -> lease.campaignId();
            case AttributionResult.Expired(var lease) -> lease.campaignId();
            case AttributionResult.Overflow overflow -> overflow.campaignId();
            case AttributionResult.NeverLeased never -> never.campaignId();
            case AttributionResult.Resting resting -> resting.campaignId();
            case AttributionResult.Static _,
                    AttributionResult.Unassigned _,
                    AttributionResult.Unknown _,
                    AttributionResult.StoreUnavailable _ -> null;
        };
    }

    private static @Nullable Long digits(@Nullable PhoneNumber number) {
        return number == null ? null : number.digits();
    }

    /** The answer stands by now, and the precedence of the end that stood before. */
    private static String ended() {
        String answered = "answer_at IS NOT NULL AND GREATEST(end_precedence, VALUES(end_precedence)) <= " + UNANSWERED;
        return ENDED.stream()
                .map(column -> column + " = IF(" + answered + ", NULL, IF(" + NEW_END_STANDS + ", VALUES(" + column
                        + "), " + column + "))")
                .collect(Collectors.joining(", "));
    }

    private static String fill(List<String> columns) {
        return columns.stream()
                .map(column -> column + " = COALESCE(" + column + ", VALUES(" + column + "))")
                .collect(Collectors.joining(", "));
    }

    private static String when(String condition, List<String> columns) {
        return columns.stream()
                .map(column -> column + " = IF(" + condition + ", VALUES(" + column + "), " + column + ")")
                .collect(Collectors.joining(", "));
    }
}

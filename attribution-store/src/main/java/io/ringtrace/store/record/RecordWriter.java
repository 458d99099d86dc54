package io.ringtrace.store.record;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.PhoneNumber;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges call events into call_record. Each event is one upsert on the call id, and in whatever order and however often a call's events are
 * written, the record is the same:
 *
 * <ul>
 *   <li>began fills its own columns, and tells whose node the call was on and when it started, which until then the call id tells;
 *   <li>progressed fills its own; the answer's gateway goes before that of the first 18x;
 *   <li>answered fills its own; its attempts and status codes go before those of an end;
 *   <li>of several ends the one of highest precedence stands (an end that was seen, then maximum duration, lost, interrupted), of equals the
 *       earliest.
 * </ul>
 *
 * In an upsert MariaDB and MySQL assign from left to right, and later expressions see the new values: what others are compared by comes last.
 */
final class RecordWriter {
    private static final String BEGAN = "INSERT INTO call_record (call_id, node, began, start_at, sip_call_id, trunk,"
            + " caller, caller_withheld, dialed_text, promo_number, destination, network_id, pool_id, campaign_id,"
            + " static_campaign, lease_version, visitor_id, marketing_data, attribution_status, attribution_confidence,"
            + " lease_age_ms, presentation_age_ms, prior_leases, attribution_stale_ms, config_version)"
            + " VALUES (?, ?, TRUE, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON DUPLICATE KEY UPDATE node = IF(began, node, VALUES(node)),"
            + " start_at = IF(began, start_at, VALUES(start_at)), "
            + fill(
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
                    "attribution_status",
                    "attribution_confidence",
                    "lease_age_ms",
                    "presentation_age_ms",
                    "prior_leases",
                    "attribution_stale_ms",
                    "config_version")
            + ", began = TRUE";

    private static final String PROGRESSED = "INSERT INTO call_record (call_id, node, start_at, gateway, progress_at,"
            + " sent_to_gateway_at) VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
            + fill("gateway", "progress_at", "sent_to_gateway_at");

    private static final String ANSWERED = "INSERT INTO call_record (call_id, node, start_at, gateway, answer_at,"
            + " ring_ms, sip_code_sent, sip_code_gateway, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON DUPLICATE KEY UPDATE "
            + when("answer_at IS NULL", "gateway", "ring_ms", "sip_code_sent", "sip_code_gateway", "attempts")
            + ", " + fill("answer_at");

    private static final String NEW_END_STANDS = "(VALUES(end_precedence) > end_precedence OR VALUES(end_precedence) ="
            + " end_precedence AND (VALUES(end_at) < end_at OR VALUES(end_at) = end_at AND (VALUES(end_reason) < end_reason"
            + " OR VALUES(end_reason) = end_reason AND VALUES(ended_by) < ended_by)))";

    private static final String ENDED = "INSERT INTO call_record (call_id, node, start_at, sip_code_sent,"
            + " sip_code_gateway, attempts, talk_ms, reason_header, duration_exact, ended_by, end_reason, end_at,"
            + " end_precedence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE "
            + when("answer_at IS NULL AND " + NEW_END_STANDS, "sip_code_sent", "sip_code_gateway", "attempts")
            + ", "
            // From the last of what ends are compared by to the first: none of these changes what is still to be
            // compared.
            + when(NEW_END_STANDS, "talk_ms", "reason_header", "duration_exact", "ended_by", "end_reason", "end_at")
            + ", end_precedence = GREATEST(end_precedence, VALUES(end_precedence))";

    private static final int LONGEST_SIP_CALL_ID = 255;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_DIALED = 128;
    private static final int LONGEST_REASON = 255;

    private final String node;

    RecordWriter(String node) {
        this.node = node;
    }

    /** In the caller's transaction. Throws SQLException when the database is away, or refuses a row. */
    void write(Connection connection, List<CallEvent> events) throws SQLException {
        List<CallEvent.Began> began = new ArrayList<>();
        List<CallEvent.Progressed> progressed = new ArrayList<>();
        List<CallEvent.Answered> answered = new ArrayList<>();
        List<CallEvent.Ended> ended = new ArrayList<>();
        for (CallEvent event : events) {
            switch (event) {
                case CallEvent.Began one -> began.add(one);
                case CallEvent.Progressed one -> progressed.add(one);
                case CallEvent.Answered one -> answered.add(one);
                case CallEvent.Continued _ -> {}
                case CallEvent.Ended one -> ended.add(one);
            }
        }
        if (!began.isEmpty()) {
            LeaseFacts facts = LeaseFacts.of(connection, began);
            upsert(connection, BEGAN, began, (row, event) -> putBegan(row, event, facts));
        }
        upsert(connection, PROGRESSED, progressed, RecordWriter::putProgressed);
        upsert(connection, ANSWERED, answered, RecordWriter::putAnswered);
        upsert(connection, ENDED, ended, RecordWriter::putEnded);
    }

    @FunctionalInterface
    private interface Columns<E> {
        void put(Row row, E event) throws SQLException;
    }

    private <E extends CallEvent> void upsert(Connection connection, String sql, List<E> events, Columns<E> columns)
            throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (E event : events) {
                Row row = new Row(statement);
                row.put(event.callId().toBytes());
                row.put(node, LONGEST_NAME);
                columns.put(row, event);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static void putBegan(Row row, CallEvent.Began event, LeaseFacts facts) throws SQLException {
        Lease lease = lease(event.attribution());
        LeaseFacts.Found found = facts.lease(event.callId());
        row.put(event.atMillis());
        row.put(event.sipCallId(), LONGEST_SIP_CALL_ID);
        row.put(event.trunk(), LONGEST_NAME);
        row.put(digits(event.caller()));
        row.put(event.callerWithheld());
        row.put(event.dialedText(), LONGEST_DIALED);
        row.put(digits(event.dialed()));
        row.put(digits(event.destination()));
        row.put(facts.network(event));
        row.put(LeaseFacts.poolId(event.attribution()));
        row.put(campaignId(event.attribution()));
        row.put(event.attribution() instanceof AttributionResult.Static fixed ? fixed.campaign() : null, LONGEST_NAME);
        row.put(lease == null ? null : lease.version());
        row.put(lease == null ? null : lease.visitorId(), LONGEST_NAME);
        row.put(found == null ? null : found.marketingData(), Integer.MAX_VALUE);
        row.put(event.attribution().status().text(), LONGEST_NAME);
        row.put(found == null ? null : (Double) found.confidence());
        row.put(lease == null ? null : event.atMillis() - lease.leasedAt());
        row.put(lease == null ? null : event.atMillis() - lease.presentedAt());
        row.put(found == null ? null : (long) found.priorLeases());
        row.put(event.attributionStaleMillis());
        row.put(event.configVersion(), LONGEST_NAME);
    }

    private static void putProgressed(Row row, CallEvent.Progressed event) throws SQLException {
        row.put(event.callId().madeAtMillis());
        row.put(event.gateway(), LONGEST_NAME);
        row.put(event.atMillis());
        row.put(event.sentToGatewayAtMillis());
    }

    private static void putAnswered(Row row, CallEvent.Answered event) throws SQLException {
        row.put(event.callId().madeAtMillis());
        row.put(event.gateway(), LONGEST_NAME);
        row.put(event.atMillis());
        row.put(event.ringMillis());
        row.put((long) event.status());
        row.put((long) event.status());
        row.put(RecordJson.of(event.attempts()), Integer.MAX_VALUE);
    }

    private static void putEnded(Row row, CallEvent.Ended event) throws SQLException {
        row.put(event.callId().madeAtMillis());
        row.put(event.statusSent() == 0 ? null : (long) event.statusSent());
        row.put(event.statusGateway() == 0 ? null : (long) event.statusGateway());
        row.put(event.attempts().isEmpty() ? null : RecordJson.of(event.attempts()), Integer.MAX_VALUE);
        row.put(event.talkMillis() < 0 ? null : event.talkMillis());
        row.put(event.reasonHeader(), LONGEST_REASON);
        row.put(event.durationExact());
        row.put(event.by().text(), LONGEST_NAME);
        row.put(event.reason().text(), LONGEST_NAME);
        row.put(event.atMillis());
        row.put((long) precedence(event.reason()));
    }

    /** An end that somebody saw goes before one that was inferred. */
    static int precedence(EndReason reason) {
        return switch (reason) {
            case CALLER_HANGUP,
                    DESTINATION_HANGUP,
                    DESTINATION_BUSY,
                    DESTINATION_NO_ANSWER,
                    DESTINATION_NOT_IN_SERVICE,
                    DESTINATION_DECLINED,
                    DESTINATION_ERROR,
                    REDIRECTED,
                    CALLER_CANCELLED,
                    UNKNOWN_PROMO_NUMBER,
                    BLOCKED_CALLER,
                    REFUSED -> 4;
            case MAX_DURATION -> 3;
            case LOST -> 2;
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

    /** Sets a statement's parameters one after the other; text is cut to its column, so that a peer cannot make a row fail. */
    private static final class Row {
        private final PreparedStatement statement;
        private int parameter;

        Row(PreparedStatement statement) {
            this.statement = statement;
        }

        void put(byte[] bytes) throws SQLException {
            statement.setBytes(++parameter, bytes);
        }

        void put(@Nullable String text, int longest) throws SQLException {
            if (text == null) {
                statement.setNull(++parameter, Types.VARCHAR);
            } else if (text.codePointCount(0, text.length()) > longest) {
                statement.setString(++parameter, text.substring(0, text.offsetByCodePoints(0, longest)));
            } else {
                statement.setString(++parameter, text);
            }
        }

        void put(@Nullable Long number) throws SQLException {
            if (number == null) {
                statement.setNull(++parameter, Types.BIGINT);
            } else {
                statement.setLong(++parameter, number);
            }
        }

        void put(@Nullable Double number) throws SQLException {
            if (number == null) {
                statement.setNull(++parameter, Types.DOUBLE);
            } else {
                statement.setDouble(++parameter, number);
            }
        }

        void put(boolean flag) throws SQLException {
            statement.setBoolean(++parameter, flag);
        }
    }

    private static String fill(String... columns) {
        List<String> assignments = new ArrayList<>();
        for (String column : columns) {
            assignments.add(column + " = COALESCE(" + column + ", VALUES(" + column + "))");
        }
        return String.join(", ", assignments);
    }

    private static String when(String condition, String... columns) {
        List<String> assignments = new ArrayList<>();
        for (String column : columns) {
            assignments.add(column + " = IF(" + condition + ", VALUES(" + column + "), " + column + ")");
        }
        return String.join(", ", assignments);
    }
}

package io.ringtrace.store.record;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.CallRecords;
import io.ringtrace.call.GatewayAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Call records as they stand in the database. Thread-safe; waits for the database, at most some seconds. */
public final class StoreCallRecords implements CallRecords {
    private static final int LONGEST_SECONDS = 5;
    /** What a record is read from, beside call_record r. */
    static final String JOINS = " LEFT JOIN network n ON n.id = r.network_id"
            + " LEFT JOIN ring_pool p ON p.id = r.pool_id"
            + " LEFT JOIN campaign c ON c.id = r.campaign_id"
            + " LEFT JOIN advertiser a ON a.id = c.advertiser_id";

    static final String COLUMNS = "r.*, n.id_from_network AS network, p.id_from_network AS pool,"
            + " c.id_from_network AS campaign, a.id_from_network AS advertiser";
    private static final String SELECT = "SELECT " + COLUMNS + " FROM call_record r" + JOINS + " WHERE ";
    private static final String OF_NETWORK = "r.network_id = (SELECT id FROM network WHERE id_from_network = ?)";

    private final StoreDatabase database;

    public StoreCallRecords(StoreDatabase database) {
        this.database = database;
    }

    @Override
    public List<CallRecord> find(Query query) throws StoreUnavailableException {
        return database.transact(connection -> find(connection, query));
    }

    @Override
    public @Nullable CallRecord get(CallId callId, @Nullable String network) throws StoreUnavailableException {
        List<Object> parameters = new ArrayList<>();
        parameters.add(callId.toBytes());
        String sql = SELECT + "r.call_id = ?" + (network == null ? "" : " AND " + OF_NETWORK);
        if (network != null) {
            parameters.add(network);
        }
        List<CallRecord> found = database.transact(connection -> read(connection, sql, parameters));
        return found.isEmpty() ? null : found.getFirst();
    }

    /** By each network's transactions, those of no network too: their key begins with it. */
    private static final String SELECT_FINISHED = "SELECT t.id AS published_id, " + COLUMNS
            + " FROM (SELECT id FROM network UNION ALL SELECT 0) k"
            + " JOIN call_transaction t ON t.network_id = k.id AND t.id > ? AND t.id <= ? AND t.corrects IS NULL"
            + " JOIN call_record r ON r.call_id = t.call_id" + JOINS + " WHERE ";

    @Override
    public Finished finishedAfter(Query query, @Nullable Long transactionId) throws StoreUnavailableException {
        return database.transact(connection -> {
            long last = lastPublished(connection);
            return transactionId == null
                    ? new Finished(List.of(), last)
                    : finishedBetween(connection, query, transactionId, last);
        });
    }

    /** What is published up to it is visible: the id and the transactions are committed together. */
    private static long lastPublished(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT last_id FROM publication WHERE one = 1");
                ResultSet row = select.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static Finished finishedBetween(Connection connection, Query query, long after, long last)
            throws SQLException {
        StringBuilder sql = new StringBuilder(SELECT_FINISHED);
        List<Object> parameters = new ArrayList<>(List.of(after, last));
        filter(sql, parameters, query);
        sql.append(" ORDER BY t.id LIMIT ?");
        parameters.add(query.limit());
        List<CallRecord> found = new ArrayList<>();
        long reached = last;
        try (PreparedStatement select = prepared(connection, sql.toString(), parameters);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                found.add(record(row));
                reached = row.getLong("published_id");
            }
        }
        return new Finished(found, found.size() < query.limit() ? last : reached);
    }

    private static List<CallRecord> find(Connection connection, Query query) throws SQLException {
        StringBuilder sql = new StringBuilder(SELECT);
        List<Object> parameters = new ArrayList<>();
        filter(sql, parameters, query);
        // A network's and a number's records are found by their start; all others by the id, which is the same order.
        boolean byStart = query.network() != null || query.promoNumber() != null;
        CallId before = query.before();
        if (!byStart) {
            sql.append(" AND r.call_id >= ? AND r.call_id < ?");
            parameters.add(CallId.firstMadeAt(query.fromMillis()).toBytes());
            parameters.add((before == null ? CallId.firstMadeAt(query.toMillis()) : before).toBytes());
        } else if (before != null) {
            long start = startOf(connection, before);
            sql.append(" AND (r.start_at < ? OR r.start_at = ? AND r.call_id < ?)");
            parameters.add(start);
            parameters.add(start);
            parameters.add(before.toBytes());
        }
        sql.append(byStart ? " ORDER BY r.start_at DESC, r.call_id DESC LIMIT ?" : " ORDER BY r.call_id DESC LIMIT ?");
        parameters.add(query.limit());
        return read(connection, sql.toString(), parameters);
    }

    private static void filter(StringBuilder sql, List<Object> parameters, Query query) {
        sql.append("r.start_at >= ? AND r.start_at < ?");
        parameters.add(query.fromMillis());
        parameters.add(query.toMillis());
        if (query.network() != null) {
            sql.append(" AND ").append(OF_NETWORK);
            parameters.add(query.network());
        }
        if (query.promoNumber() != null) {
            sql.append(" AND r.promo_number = ?");
            parameters.add(query.promoNumber().digits());
        }
        if (query.visitorId() != null) {
            sql.append(" AND r.visitor_id = ?");
            parameters.add(query.visitorId());
        }
        if (query.attributionStatus() != null) {
            sql.append(" AND r.attribution_status = ?");
            parameters.add(query.attributionStatus());
        }
        if (query.trunk() != null) {
            sql.append(" AND r.trunk = ?");
            parameters.add(query.trunk());
        }
    }

    private static long startOf(Connection connection, CallId call) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT start_at FROM call_record WHERE call_id = ?")) {
            select.setBytes(1, call.toBytes());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : call.madeAtMillis();
            }
        }
    }

    private static List<CallRecord> read(Connection connection, String sql, List<Object> parameters)
            throws SQLException {
        try (PreparedStatement select = prepared(connection, sql, parameters)) {
            List<CallRecord> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(record(row));
                }
            }
            return found;
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, List<Object> parameters)
            throws SQLException {
        PreparedStatement select = connection.prepareStatement(sql);
        select.setQueryTimeout(LONGEST_SECONDS);
        for (int i = 0; i < parameters.size(); i++) {
            select.setObject(i + 1, parameters.get(i));
        }
        return select;
    }

    /** Of a row with {@link #COLUMNS}. */
    static CallRecord record(ResultSet row) throws SQLException {
        long start = row.getLong("start_at");
        Long progress = whole(row, "progress_at");
        Long answer = whole(row, "answer_at");
        Long end = whole(row, "end_at");
        Long leaseVersion = whole(row, "lease_version");
        PhoneNumber promo = number(row, "promo_number");
        String campaign = row.getString("campaign");
        List<GatewayAttempt> attempts = RecordJson.attempts(row.getString("attempts"));
        boolean began = row.getBoolean("began");
        String gateway = gateway(row.getString("gateway"), answer, attempts);
        Long heard = progress != null ? progress : answer != null ? answer : end;
        Long postDialDelay = began ? between(start, heard) : null;
        Long theirs = theirs(
                postDialDelay, heard, progress == null ? null : whole(row, "sent_to_gateway_at"), attempts, gateway);
        return new CallRecord(
                CallId.fromBytes(row.getBytes("call_id")),
                whole(row, "transaction_id"),
                textOf(row, "sip_call_id"),
                textOf(row, "node"),
                textOf(row, "trunk"),
                number(row, "caller"),
                row.getBoolean("caller_withheld"),
                textOf(row, "dialed_text"),
                promo,
                number(row, "destination"),
                row.getString("network"),
                row.getString("advertiser"),
                row.getString("pool"),
                campaign == null ? row.getString("static_campaign") : campaign,
                promo == null || leaseVersion == null ? null : promo.digits() + "." + leaseVersion,
                row.getString("visitor_id"),
                row.getObject("erased_at") != null,
                RecordJson.fields(row.getString("marketing_data")),
                RecordJson.fields(row.getString("marketing_sources")),
                textOf(row, "attribution_status"),
                row.getObject("attribution_confidence") == null ? null : row.getDouble("attribution_confidence"),
                whole(row, "lease_age_ms"),
                whole(row, "presentation_age_ms"),
                small(row, "prior_leases"),
                row.getLong("attribution_stale_ms"),
                attempts,
                gateway,
                start,
                progress,
                answer,
                end,
                ring(row, progress, answer, end),
                talk(row, answer, end),
                postDialDelay,
                theirs,
                postDialDelay == null || theirs == null ? null : (Long) (postDialDelay - theirs),
                small(row, "sip_code_sent"),
                small(row, "sip_code_gateway"),
                row.getString("reason_header"),
                row.getString("ended_by"),
                row.getString("end_reason"),
                row.getBoolean("duration_exact"),
                textOf(row, "config_version"),
                began && end != null);
    }

    /** The gateway that answered; of a call without an answer, the last one tried. */
    private static @Nullable String gateway(
            @Nullable String answering, @Nullable Long answer, List<GatewayAttempt> attempts) {
        return answer == null && !attempts.isEmpty() ? attempts.getLast().gateway() : answering;
    }

    /**
     * The part of the delay that passed after the INVITE to the gateway which ended it: the one whose 18x came first, else the one whose final
     * answer went to the caller. 0 when no gateway was asked.
     */
    private static @Nullable Long theirs(
            @Nullable Long delay,
            @Nullable Long heard,
            @Nullable Long sentToRinging,
            List<GatewayAttempt> attempts,
            @Nullable String gateway) {
        if (delay == null || heard == null) {
            return null;
        }
        Long sent = sentToRinging;
        if (sent == null) {
            for (GatewayAttempt attempt : attempts) {
                if (attempt.gateway().equals(gateway)) {
                    sent = attempt.sentAtMillis();
                }
            }
        }
        return sent == null ? 0L : Math.clamp(heard - sent, 0, delay);
    }

    /** Measured where there was an answer, else from the first 18x to the end. */
    private static @Nullable Long ring(
            ResultSet row, @Nullable Long progress, @Nullable Long answer, @Nullable Long end) throws SQLException {
        if (answer != null) {
            return whole(row, "ring_ms");
        }
        return progress == null ? null : between(progress, end);
    }

    /** Measured by the process that saw answer and end; by the two times where there was no such process. */
    private static @Nullable Long talk(ResultSet row, @Nullable Long answer, @Nullable Long end) throws SQLException {
        if (answer == null || end == null) {
            return null;
        }
        Long measured = whole(row, "talk_ms");
        return measured == null ? between(answer, end) : measured;
    }

    private static @Nullable Long between(long from, @Nullable Long to) {
        return to == null ? null : Math.max(0, to - from);
    }

    private static @Nullable Long whole(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Integer small(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable PhoneNumber number(ResultSet row, String column) throws SQLException {
        Long digits = whole(row, column);
        return digits == null ? null : new PhoneNumber(digits);
    }

    /** Empty while the call's beginning has not reached the store. */
    private static String textOf(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }
}

package io.ringtrace.store.record;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link Transactions} as they stand in the database. Thread-safe; waits for the database, at most some seconds. */
public final class StoreTransactions implements Transactions {
    private static final int LONGEST_SECONDS = 5;
    private static final String COLUMNS =
            "SELECT t.id AS published_id, t.corrects AS published_corrects, t.published_at, "
                    + StoreCallRecords.COLUMNS;
    private static final String SELECT =
            COLUMNS + " FROM call_transaction t JOIN call_record r ON r.call_id = t.call_id" + StoreCallRecords.JOINS
                    + " WHERE ";
    /** Each call by its latest transaction. */
    private static final String SELECT_CALLS = COLUMNS
            + " FROM call_record r JOIN call_transaction t ON t.network_id = r.network_id AND t.id = r.transaction_id"
            + StoreCallRecords.JOINS + " WHERE ";

    private static final String NETWORK = "(SELECT id FROM network WHERE id_from_network = ?)";

    /** For ringing before, and a drain that is behind. */
    private static final Duration MARGIN = Duration.ofHours(1);

    /** By how much the clocks of the nodes that take calls and those that publish them may differ, a stepped one among them. */
    private static final Duration SLACK = Duration.ofHours(2);

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final long lookedBackMillis;

    /** @param longestCall the longest that a call may last on any node */
    public StoreTransactions(StoreDatabase database, LeaseClock clock, Duration longestCall) {
        this.database = database;
        this.clock = clock;
        this.lookedBackMillis = longestCall.plus(MARGIN).toMillis();
    }

    /** A statement that grows with its parameters. */
    private static final class Sql {
        private final StringBuilder text;
        private final List<Object> parameters = new ArrayList<>();

        Sql(String text) {
            this.text = new StringBuilder(text);
        }

        Sql add(String more, Object... values) {
            text.append(more);
            parameters.addAll(List.of(values));
            return this;
        }

        Sql advertiser(Scope scope) {
            return scope.advertiser() == null ? this : add(" AND a.id_from_network = ?", scope.advertiser());
        }
    }

    @Override
    public List<Transaction> after(Scope scope, long id, int limit) throws StoreUnavailableException {
        return list(new Sql(SELECT)
                .add("t.network_id = " + NETWORK + " AND t.id > ?", scope.network(), id)
                .advertiser(scope)
                .add(" ORDER BY t.id LIMIT ?", limit));
    }

    /**
     * Ids are read from the first that such a call can have; past the last one that the days' calls usually have, only transactions of those
     * days' calls are looked for, by the time in their ids. So neither a first page nor the last one of a day long ago reads the whole table.
     */
    @Override
    public List<Transaction> startedBetween(Scope scope, long fromMillis, long toMillis, long afterId, int limit)
            throws StoreUnavailableException {
        return database.transact(connection -> {
            PublishedIds ids = PublishedIds.of(connection, scope.network());
            if (ids.newest() <= afterId) {
                return List.of();
            }
            long from = ids.lastBefore(connection, afterId, fromMillis - SLACK.toMillis());
            long usually = ids.lastBefore(connection, from, toMillis + lookedBackMillis + SLACK.toMillis());
            Sql within = started("PRIMARY", ids.network(), fromMillis, toMillis)
                    .add(" AND t.id > ? AND t.id <= ?", from, usually)
                    .advertiser(scope);
            List<Transaction> found = read(connection, within.add(" ORDER BY t.id LIMIT ?", limit));
            if (found.size() < limit && usually < ids.newest()) {
                Sql late = started("by_call", ids.network(), fromMillis, toMillis)
                        .add(" AND t.id > ?", usually)
                        .advertiser(scope);
                found.addAll(read(connection, late.add(" ORDER BY t.id LIMIT ?", limit - found.size())));
            }
            return found;
        });
    }

    private static Sql started(String key, long network, long fromMillis, long toMillis) {
        return new Sql(COLUMNS + " FROM call_transaction t FORCE INDEX (" + key
                        + ") STRAIGHT_JOIN call_record r ON r.call_id = t.call_id" + StoreCallRecords.JOINS + " WHERE ")
                .add(
                        "t.network_id = ? AND t.call_id >= ? AND t.call_id < ? AND r.start_at >= ? AND r.start_at < ?",
                        network,
                        CallId.firstMadeAt(fromMillis - SLACK.toMillis()).toBytes(),
                        CallId.firstMadeAt(toMillis + SLACK.toMillis()).toBytes(),
                        fromMillis,
                        toMillis);
    }

    @Override
    public @Nullable Transaction get(Scope scope, long id) throws StoreUnavailableException {
        return first(list(ofId(scope, id)));
    }

    @Override
    public List<Transaction> ofCall(Scope scope, CallId call) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<Transaction> found = new ArrayList<>();
            Transaction at = first(read(
                    connection,
                    new Sql(SELECT_CALLS)
                            .add("r.network_id = " + NETWORK + " AND r.call_id = ?", scope.network(), call.toBytes())
                            .advertiser(scope)));
            while (at != null) {
                found.addFirst(at);
                Long corrected = at.corrects();
                at = corrected == null ? null : first(read(connection, ofId(scope, corrected)));
            }
            return found;
        });
    }

    @Override
    public long newest(String network) throws StoreUnavailableException {
        return database.transact(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT COALESCE(MAX(id), 0) FROM call_transaction WHERE network_id = " + NETWORK)) {
                select.setString(1, network);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
    }

    @Override
    public List<CallRecord> inProgress(Scope scope, int limit) throws StoreUnavailableException {
        Sql sql = new Sql("SELECT " + StoreCallRecords.COLUMNS + " FROM call_record r" + StoreCallRecords.JOINS
                        + " WHERE ")
                .add(
                        "r.network_id = " + NETWORK
                                + " AND r.start_at >= ? AND r.end_at IS NULL AND r.answer_at IS NOT NULL AND r.began",
                        scope.network(),
                        clock.nowMillis() - lookedBackMillis)
                .advertiser(scope)
                .add(" ORDER BY r.start_at DESC, r.call_id DESC LIMIT ?", limit);
        return database.transact(connection -> {
            List<CallRecord> found = new ArrayList<>();
            try (PreparedStatement select = prepared(connection, sql);
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(StoreCallRecords.record(rows));
                }
            }
            return found;
        });
    }

    private static Sql ofId(Scope scope, long id) {
        return new Sql(SELECT)
                .add("t.network_id = " + NETWORK + " AND t.id = ?", scope.network(), id)
                .advertiser(scope);
    }

    private List<Transaction> list(Sql sql) throws StoreUnavailableException {
        return database.transact(connection -> read(connection, sql));
    }

    private static List<Transaction> read(Connection connection, Sql sql) throws SQLException {
        List<Transaction> found = new ArrayList<>();
        try (PreparedStatement select = prepared(connection, sql);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                long corrects = rows.getLong("published_corrects");
                Long corrected = rows.wasNull() ? null : corrects;
                found.add(new Transaction(
                        rows.getLong("published_id"),
                        corrected,
                        rows.getLong("published_at"),
                        StoreCallRecords.record(rows)));
            }
        }
        return found;
    }

    private static PreparedStatement prepared(Connection connection, Sql sql) throws SQLException {
        PreparedStatement select = connection.prepareStatement(sql.text.toString());
        try {
            select.setQueryTimeout(LONGEST_SECONDS);
            for (int i = 0; i < sql.parameters.size(); i++) {
                select.setObject(i + 1, sql.parameters.get(i));
            }
            return select;
        } catch (SQLException e) {
            select.close();
            throw e;
        }
    }

    private static @Nullable Transaction first(List<Transaction> found) {
        return found.isEmpty() ? null : found.getFirst();
    }
}

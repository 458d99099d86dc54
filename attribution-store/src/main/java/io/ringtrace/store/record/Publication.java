package io.ringtrace.store.record;

import io.ringtrace.call.CallId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives transaction ids to the calls that a batch finishes, and to those published before that it changes. Whoever publishes holds the row of
 * {@code publication} from before the batch is written until its commit, on whichever node: so ids rise in the order in which they become
 * visible, and a reader who asks for what follows the last id he saw misses nothing and gets nothing twice. Lives as long as one transaction.
 */
final class Publication {
    private static final int KEYS_AT_ONCE = 500;
    private static final int ROWS_AT_ONCE = 500;
    private static final HexFormat HEX = HexFormat.of();
    private static final List<String> COLUMNS = List.of("network_id", "id", "call_id", "corrects", "published_at");

    /** All that a correction may change, in one value. */
    private static final String CONTENT = "MD5(CONCAT_WS('|', "
            + String.join(
                    ", ",
                    RecordWriter.contentColumns().stream()
                            .map(column -> "COALESCE(" + column + ", '~')")
                            .toList())
            + "))";

    /**
     * What stood in the database of a call before this batch.
     *
     * @param transactionId its latest; 0 when it is not published
     * @param networkId 0 for none
     * @param content null when it is not published
     */
    private record Before(
            boolean began,
            boolean ended,
            long transactionId,
            long networkId,
            @Nullable String content) {}

    private static final Before NOTHING = new Before(false, false, 0, 0, null);

    private record Published(long id, CallId call, long networkId, long corrects) {}

    private final Connection connection;
    private final long lastId;
    private final long erasedId;
    private final Map<CallId, Before> before = new HashMap<>();
    private final Map<CallId, Published> published = new LinkedHashMap<>();
    private long nextId;

    private Publication(Connection connection, long lastId, long erasedId) {
        this.connection = connection;
        this.lastId = lastId;
        this.erasedId = erasedId;
        this.nextId = lastId;
    }

    /** Waits for whoever publishes at the moment. The lock ends with the connection's transaction. */
    static Publication lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT last_id, erased_id FROM publication WHERE one = 1 FOR UPDATE")) {
            if (!row.next()) {
                throw new SQLException("the table publication has lost its row; the schema is damaged", "HY000");
            }
            return new Publication(connection, row.getLong(1), row.getLong(2));
        }
    }

    /** The last row of erased_visitor. Visitors erased from now on find the records of this batch in the database. */
    long erasedId() {
        return erasedId;
    }

    /** Looks at the calls before they are written. */
    void look(Collection<EventsOfCall> calls) throws SQLException {
        look(calls, calls.stream().map(EventsOfCall::callId).distinct().toList());
    }

    /** The same, where calls that begin in this batch are known to have no row. */
    void lookWhereNothingBegins(Collection<EventsOfCall> calls) throws SQLException {
        look(
                calls,
                calls.stream()
                        .filter(call -> call.began() == null)
                        .map(EventsOfCall::callId)
                        .distinct()
                        .toList());
    }

    /** What a former look has found is forgotten. */
    private void look(Collection<EventsOfCall> calls, List<CallId> ids) throws SQLException {
        before.clear();
        published.clear();
        nextId = lastId;
        for (int from = 0; from < ids.size(); from += KEYS_AT_ONCE) {
            // The keys need no escape, and a text that differs each time is not worth a prepared statement.
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(
                            "SELECT call_id, began, end_at IS NOT NULL, transaction_id, network_id,"
                                    + " IF(transaction_id IS NULL, NULL, " + CONTENT
                                    + ") FROM call_record WHERE call_id IN ("
                                    + keys(ids.subList(from, Math.min(ids.size(), from + KEYS_AT_ONCE))) + ")")) {
                while (rows.next()) {
                    before.put(
                            CallId.fromBytes(rows.getBytes(1)),
                            new Before(
                                    rows.getBoolean(2),
                                    rows.getBoolean(3),
                                    rows.getLong(4),
                                    rows.getLong(5),
                                    rows.getString(6)));
                }
            }
        }
        Map<CallId, Boolean> begun = new HashMap<>();
        Map<CallId, Boolean> ended = new LinkedHashMap<>();
        for (EventsOfCall call : calls) {
            begun.merge(call.callId(), call.began() != null, Boolean::logicalOr);
            ended.merge(call.callId(), call.ended() != null, Boolean::logicalOr);
        }
        ended.forEach((call, endsNow) -> {
            Before was = before.getOrDefault(call, NOTHING);
            boolean over = was.ended() || endsNow;
            if (was.transactionId() == 0 && over && (was.began() || begun.getOrDefault(call, false))) {
                published.put(call, new Published(++nextId, call, was.networkId(), 0));
            }
        });
    }

    /** As far as the database knew before this batch; 0 for none. */
    long networkBefore(CallId call) {
        return before.getOrDefault(call, NOTHING).networkId();
    }

    /** The id that the call is published by now; null when it is not finished, or published already. */
    @Nullable
    Long idOf(CallId call) {
        Published now = published.get(call);
        return now == null ? null : now.id();
    }

    /**
     * After the calls were written: publishes the finished ones, and what was published before and is changed.
     *
     * @param networks of calls that begin in this batch
     */
    void publish(Map<CallId, Long> networks, long nowMillis) throws SQLException {
        List<Published> rows = new ArrayList<>();
        for (Published each : published.values()) {
            rows.add(new Published(
                    each.id(), each.call(), networks.getOrDefault(each.call(), each.networkId()), each.corrects()));
        }
        List<Published> corrections = corrections();
        rows.addAll(corrections);
        if (rows.isEmpty()) {
            return;
        }
        if (rows.size() >= LoadedRows.FEWEST && LoadedRows.possible(connection)) {
            load(rows, nowMillis);
        } else {
            for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
                insert(rows.subList(from, Math.min(rows.size(), from + ROWS_AT_ONCE)), nowMillis);
            }
        }
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE call_record SET transaction_id = ? WHERE call_id = ?")) {
            for (Published correction : corrections) {
                update.setLong(1, correction.id());
                update.setBytes(2, correction.call().toBytes());
                update.addBatch();
            }
            update.executeBatch();
        }
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE publication SET last_id = " + nextId + " WHERE one = 1");
        }
    }

    private List<Published> corrections() throws SQLException {
        List<CallId> again = before.entrySet().stream()
                .filter(each -> each.getValue().transactionId() != 0)
                .map(Map.Entry::getKey)
                .toList();
        List<Published> changed = new ArrayList<>();
        for (int from = 0; from < again.size(); from += KEYS_AT_ONCE) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT call_id, COALESCE(network_id, 0), " + CONTENT
                            + " FROM call_record WHERE call_id IN ("
                            + keys(again.subList(from, Math.min(again.size(), from + KEYS_AT_ONCE)))
                            + ") ORDER BY transaction_id")) {
                while (rows.next()) {
                    CallId call = CallId.fromBytes(rows.getBytes(1));
                    Before was = before.getOrDefault(call, NOTHING);
                    if (!rows.getString(3).equals(was.content())) {
                        changed.add(new Published(++nextId, call, rows.getLong(2), was.transactionId()));
                    }
                }
            }
        }
        return changed;
    }

    private void load(List<Published> rows, long nowMillis) throws SQLException {
        LoadedRows loading = new LoadedRows("call_transaction", COLUMNS);
        for (Published row : rows) {
            loading.put((Long) row.networkId());
            loading.put((Long) row.id());
            loading.put(row.call().toBytes());
            loading.put(row.corrects() == 0 ? null : (Long) row.corrects());
            loading.put((Long) nowMillis);
            loading.endRow();
        }
        if (!loading.load(connection)) {
            throw new SQLException(
                    "transactions after id " + lastId + " stand in call_transaction already; the schema is damaged",
                    "HY000");
        }
    }

    private void insert(List<Published> rows, long nowMillis) throws SQLException {
        StringBuilder values = new StringBuilder(rows.size() * 80);
        for (Published row : rows) {
            values.append(values.isEmpty() ? "(" : ",(")
                    .append(row.networkId())
                    .append(',')
                    .append(row.id())
                    .append(",x'")
                    .append(HEX.formatHex(row.call().toBytes()))
                    .append("',")
                    .append(row.corrects() == 0 ? "NULL" : Long.toString(row.corrects()))
                    .append(',')
                    .append(nowMillis)
                    .append(')');
        }
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "INSERT INTO call_transaction (" + String.join(", ", COLUMNS) + ") VALUES " + values);
        }
    }

    private static String keys(List<CallId> calls) {
        StringBuilder keys = new StringBuilder(calls.size() * 36);
        for (CallId call : calls) {
            keys.append(keys.isEmpty() ? "x'" : ",x'")
                    .append(HEX.formatHex(call.toBytes()))
                    .append('\'');
        }
        return keys.toString();
    }

    /** Ids given so far in this transaction. */
    long given() {
        return nextId - lastId;
    }
}

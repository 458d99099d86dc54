package io.ringtrace.store.directory;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the whole directory from the database, and what is needed around it. Waits for the database. */
final class DirectorySnapshot {
    private static final int ROWS_AT_ONCE = 10_000;
    private static final int SYNTAX_ERROR = 1064;

    private DirectorySnapshot() {}

    /** A place in the binlog. */
    record BinlogPosition(String file, long offset) {
        @Override
        public String toString() {
            return file + ":" + offset;
        }
    }

    /** Where the binlog ends now. */
    static BinlogPosition endOfBinlog(StoreDatabase database) throws StoreUnavailableException {
        Optional<BinlogPosition> end = database.transact(connection -> {
            try (Statement statement = connection.createStatement()) {
                try (ResultSet row = statement.executeQuery("SHOW MASTER STATUS")) {
                    return position(row);
                } catch (SQLException e) {
                    if (e.getErrorCode() != SYNTAX_ERROR) {
                        throw e;
                    }
                }
                try (ResultSet row = statement.executeQuery("SHOW BINARY LOG STATUS")) { // MySQL from 8.4
                    return position(row);
                }
            }
        });
        return end.orElseThrow(() -> new StoreUnavailableException(
                "the database does not say where its binlog ends",
                new IllegalStateException("SHOW MASTER STATUS is empty")));
    }

    private static Optional<BinlogPosition> position(ResultSet row) throws SQLException {
        return row.next() ? Optional.of(new BinlogPosition(row.getString(1), row.getLong(2))) : Optional.empty();
    }

    /** Commits a row that the feed will hear of: everything committed before it has been heard of by then. */
    static void writeMarker(StoreDatabase database, long nodeId, long marker) throws StoreUnavailableException {
        database.transact(connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO directory_marker (node_id, marker)"
                    + " VALUES (?, ?) ON DUPLICATE KEY UPDATE marker = VALUES(marker)")) {
                insert.setLong(1, nodeId);
                insert.setLong(2, marker);
                return insert.executeUpdate();
            }
        });
    }

    /** Gives the feed every row, as of one moment, in parts; their order and repetition do not matter, since the version decides. */
    static void read(StoreDatabase database, NumberDirectory to) throws StoreUnavailableException {
        database.transact(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
                statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
                readPools(statement, to);
            }
            Set<String> names = to.forwardedNames();
            if (!names.isEmpty()) {
                ForwardedFields.read(connection, names, to);
            }
            return readNumbers(connection, to);
        });
    }

    private static void readPools(Statement statement, NumberFeed to) throws SQLException {
        List<PoolRow> pools = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT " + RowColumns.POOL_COLUMNS + " FROM ring_pool")) {
            while (rows.next()) {
                pools.add(RowColumns.pool(rows));
            }
        }
        to.poolsChanged(pools);
    }

    private static long readNumbers(Connection connection, NumberFeed to) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT " + NumberRows.COLUMNS
                + " FROM promo_number WHERE number > ? ORDER BY number LIMIT " + ROWS_AT_ONCE)) {
            long after = 0;
            long count = 0;
            List<NumberRow> part = new ArrayList<>(ROWS_AT_ONCE);
            do {
                part.clear();
                select.setLong(1, after);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        part.add(NumberRows.read(rows));
                    }
                }
                count += part.size();
                if (!part.isEmpty()) {
                    to.numbersChanged(part);
                    after = part.getLast().number();
                }
            } while (part.size() == ROWS_AT_ONCE);
            return count;
        }
    }

    /** What keeps the binlog from being followed: one sentence for each wrong variable; empty when all is well. */
    static List<String> unfitForBinlog(StoreDatabase database) throws StoreUnavailableException {
        return database.transact(connection -> {
            List<String> wrong = new ArrayList<>();
            try (Statement statement = connection.createStatement()) {
                expect(statement, "log_bin", "ON", wrong);
                expect(statement, "binlog_format", "ROW", wrong);
                expect(statement, "binlog_row_image", "FULL", wrong);
                expect(statement, "binlog_row_metadata", "FULL", wrong);
                // MariaDB's compressed events are of types that the reader does not know; it would pass them over.
                expect(statement, "log_bin_compress", "OFF", wrong);
            }
            return wrong;
        });
    }

    private static void expect(Statement statement, String variable, String value, List<String> wrong)
            throws SQLException {
        try (ResultSet row = statement.executeQuery("SHOW GLOBAL VARIABLES LIKE '" + variable + "'")) {
            if (row.next() && !row.getString(2).equalsIgnoreCase(value)) {
                wrong.add(variable + " is " + row.getString(2) + ", but must be " + value);
            }
        }
    }
}

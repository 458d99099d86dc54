package io.ringtrace.store.record;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallId;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.VisitorErasure;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberRows;
import io.ringtrace.store.lease.LeaseTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link VisitorErasure} on the database, in transactions of some hundred rows. First it says, under the lock of {@link Publication}, that the
 * visitor is erased: what any node drains after that comes without his data, and what was drained before is found here. A number of his
 * keeps its destination and stays guaranteed to nobody else until its time is up. Thread-safe.
 */
public final class StoreVisitorErasure implements VisitorErasure {
    private static final int ROWS_IN_TRANSACTION = 200;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final NumberFeed feed;

    public StoreVisitorErasure(StoreDatabase database, LeaseClock clock, NumberFeed feed) {
        this.database = database;
        this.clock = clock;
        this.feed = feed;
    }

    private record LeaseKey(long number, long version, long leasedAt) {}

    @Override
    public Erased erase(String network, String visitorId) throws StoreUnavailableException {
        long now = clock.nowMillis();
        Long networkId = database.transact(connection -> Optional.ofNullable(mark(connection, network, visitorId, now)))
                .orElse(null);
        if (networkId == null) {
            return new Erased(0, 0, 0);
        }
        long id = networkId;
        int numbers = 0;
        for (long pool : database.transact(connection -> pools(connection, id))) {
            List<NumberRow> changed = database.transact(connection -> numbers(connection, pool, visitorId));
            if (!changed.isEmpty()) {
                feed.numbersChanged(changed);
            }
            numbers += changed.size();
        }
        int leases = 0;
        int records = 0;
        List<LeaseKey> part;
        do {
            part = database.transact(connection -> leases(connection, id, visitorId, now));
            for (LeaseKey lease : part) {
                records += records(lease, id, visitorId, now);
                database.transact(connection -> blankLease(connection, lease));
            }
            leases += part.size();
        } while (part.size() == ROWS_IN_TRANSACTION);
        return new Erased(leases, numbers, records);
    }

    /** Null when there is no such network. */
    private static @Nullable Long mark(Connection connection, String network, String visitor, long now)
            throws SQLException {
        Publication publication = Publication.lock(connection);
        long networkId;
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM network WHERE id_from_network = ?")) {
            select.setString(1, network);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                networkId = row.getLong(1);
            }
        }
        long id = publication.erasedId() + 1;
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO erased_visitor (id, network_id, visitor_id, visitor_hash, erased_at) VALUES (?, ?, ?, ?, ?)")) {
            insert.setLong(1, id);
            insert.setLong(2, networkId);
            insert.setString(3, visitor);
            insert.setBytes(4, ErasedVisitors.hash(networkId, visitor));
            insert.setLong(5, now);
            insert.executeUpdate();
        }
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE publication SET erased_id = ? WHERE one = 1")) {
            update.setLong(1, id);
            update.executeUpdate();
        }
        return networkId;
    }

    private static List<Long> pools(Connection connection, long networkId) throws SQLException {
        List<Long> pools = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM ring_pool WHERE network_id = ? ORDER BY id")) {
            select.setLong(1, networkId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    pools.add(rows.getLong(1));
                }
            }
        }
        return pools;
    }

    private static List<NumberRow> numbers(Connection connection, long pool, String visitor) throws SQLException {
        LeaseTables tables = new LeaseTables(connection);
        // Whoever renews a lease holds the pool's row too. The numbers of a deleted pool are renewed by nobody.
        tables.lockPools(Set.of(pool));
        List<NumberRow> rows = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT " + NumberRows.COLUMNS
                + " FROM promo_number WHERE pool_id = ? AND visitor_id = ? FOR UPDATE")) {
            select.setLong(1, pool);
            select.setString(2, visitor);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    rows.add(NumberRows.read(found).withoutVisitor());
                }
            }
        }
        tables.writeNumbers(rows);
        return rows;
    }

    private static List<LeaseKey> leases(Connection connection, long networkId, String visitor, long until)
            throws SQLException {
        List<LeaseKey> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT l.number, l.version, l.leased_at FROM lease l JOIN ring_pool p"
                        + " ON p.id = l.pool_id WHERE l.visitor_id = ? AND p.network_id = ? AND l.leased_at <= ? LIMIT ?")) {
            select.setString(1, visitor);
            select.setLong(2, networkId);
            select.setLong(3, until);
            select.setInt(4, ROWS_IN_TRANSACTION);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(new LeaseKey(rows.getLong(1), rows.getLong(2), rows.getLong(3)));
                }
            }
        }
        return found;
    }

    private int records(LeaseKey lease, long networkId, String visitor, long now) throws StoreUnavailableException {
        int blanked = 0;
        List<CallId> part;
        do {
            part = database.transact(connection -> {
                List<CallId> calls = new ArrayList<>();
                try (PreparedStatement select = connection.prepareStatement(
                        "SELECT call_id FROM call_record WHERE promo_number = ? AND start_at >= ? AND lease_version = ?"
                                + " AND network_id = ? AND visitor_id = ? LIMIT ?")) {
                    select.setLong(1, lease.number());
                    select.setLong(2, lease.leasedAt());
                    select.setLong(3, lease.version());
                    select.setLong(4, networkId);
                    select.setString(5, visitor);
                    select.setInt(6, ROWS_IN_TRANSACTION);
                    try (ResultSet rows = select.executeQuery()) {
                        while (rows.next()) {
                            calls.add(CallId.fromBytes(rows.getBytes(1)));
                        }
                    }
                }
                blank(connection, calls, now);
                return calls;
            });
            blanked += part.size();
        } while (part.size() == ROWS_IN_TRANSACTION);
        return blanked;
    }

    /** Takes the visitor out of these records. */
    static void blank(Connection connection, List<CallId> calls, long now) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE call_record SET visitor_id = NULL," + " marketing_data = '"
                        + RecordWriter.NO_FIELDS + "', marketing_sources = NULL, erased_at = ? WHERE call_id = ?")) {
            for (CallId call : calls) {
                update.setLong(1, now);
                update.setBytes(2, call.toBytes());
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** The lease after it on the same number tells of its visitor too: there an empty id stays, which is somebody else than any visitor. */
    private static int blankLease(Connection connection, LeaseKey lease) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE lease SET previous_visitor_id = ''"
                + " WHERE number = ? AND version > ? AND previous_version = ?")) {
            update.setLong(1, lease.number());
            update.setLong(2, lease.version());
            update.setLong(3, lease.version());
            update.executeUpdate();
        }
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE lease SET visitor_id = NULL," + " marketing_data = '"
                        + RecordWriter.NO_FIELDS + "', marketing_sources = NULL WHERE number = ? AND version = ?")) {
            update.setLong(1, lease.number());
            update.setLong(2, lease.version());
            return update.executeUpdate();
        }
    }
}

package io.ringtrace.store.record;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.CallId;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.Claims;
import io.ringtrace.store.db.PeriodicLook;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.node.NodeIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes call records and lease history that are past their time, and goes through older records for visitors who were erased. A thread of
 * its own does so once an hour, on one node at a time, in transactions of some hundred rows with a rest after each. A lease that is still
 * held stays, and a number keeps its last destination. The server starts and closes it.
 */
public final class Retention implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final String WORK = "retention";
    private static final Duration EVERY = Duration.ofHours(1);
    /** Longer than one transaction with its rest takes; claimed again with each. */
    private static final Duration TAKEN = Duration.ofMinutes(2);

    /** The reaper looks no further back, with a day in which it does. */
    private static final Duration LONGEST_OPEN = RecordReaper.LOOKED_BACK.plusDays(1);

    private static final int ROWS_IN_TRANSACTION = 500;
    private static final int ROWS_LOOKED_AT = 2000;
    private static final int VISITORS_AT_ONCE = 100;
    /** A fifth of the time at most, when a transaction takes 5 ms. */
    private static final Duration REST = Duration.ofMillis(20);

    /** How long what is kept; from a call's start, and from a lease's beginning. */
    public record Periods(Duration callRecords, Duration leaseHistory) {}

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final long nodeId;
    private final Periods periods;
    private final Duration rest;
    private final AtomicLong deletedRecords = new AtomicLong();
    private final AtomicLong deletedLeases = new AtomicLong();
    private final PeriodicLook looks;

    public Retention(StoreDatabase database, LeaseClock clock, NodeIdentity node, Periods periods) {
        this(database, clock, node.id(), periods, REST);
    }

    Retention(StoreDatabase database, LeaseClock clock, long nodeId, Periods periods, Duration rest) {
        this.database = database;
        this.clock = clock;
        this.nodeId = nodeId;
        this.periods = periods;
        this.rest = rest;
        this.looks = new PeriodicLook("retention", PeriodicLook.First.AT_THE_START, EVERY, this::lookOnce);
    }

    public void start() {
        looks.start();
    }

    /** Call records since the start. */
    public long deletedRecords() {
        return deletedRecords.get();
    }

    /** Rows of the lease history since the start. */
    public long deletedLeases() {
        return deletedLeases.get();
    }

    /** What one step found, and whether there may be more. */
    private record Step(int rows, boolean more) {
        static final Step NOT_OURS = new Step(0, false);
    }

    @FunctionalInterface
    private interface Part {
        Step run(Connection connection) throws SQLException;
    }

    /** Does all that is due by now, unless another node does. */
    void lookOnce() throws StoreUnavailableException, InterruptedException {
        long now = clock.nowMillis();
        int records = whileMore(connection ->
                deleteRecords(connection, now - periods.callRecords().toMillis(), now - LONGEST_OPEN.toMillis()));
        deletedRecords.addAndGet(records);
        LeaseWalk leases = new LeaseWalk(now - periods.leaseHistory().toMillis());
        int history = whileMore(leases::step);
        deletedLeases.addAndGet(history);
        finishErasures(now);
        whileMore(connection -> deleteErasures(
                connection,
                now
                        - Math.max(
                                periods.leaseHistory().toMillis(),
                                periods.callRecords().toMillis())));
        if (records + history > 0) {
            LOG.info("deleted {} call records and {} leases that were past their time", records, history);
        }
    }

    private int whileMore(Part part) throws StoreUnavailableException, InterruptedException {
        int rows = 0;
        Step step;
        do {
            step = database.transact(connection -> {
                boolean ours = new Claims(connection, nodeId, clock.nowMillis()).claim(WORK, TAKEN);
                return ours ? part.run(connection) : Step.NOT_OURS;
            });
            rows += step.rows();
            if (step.more() && looks.closedWithin(rest)) {
                return rows;
            }
        } while (step.more());
        return rows;
    }

    private record Old(CallId call, long network, long transaction) {}

    /** Records that still are open stay until the call is over, or the reaper has closed them. */
    private static Step deleteRecords(Connection connection, long before, long openBefore) throws SQLException {
        List<Old> old = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT call_id, COALESCE(network_id, 0), COALESCE(transaction_id, 0)"
                        + " FROM call_record WHERE call_id < ? AND (end_at IS NOT NULL OR call_id < ?)"
                        + " ORDER BY call_id LIMIT ?")) {
            select.setBytes(1, CallId.firstMadeAt(before).toBytes());
            select.setBytes(2, CallId.firstMadeAt(openBefore).toBytes());
            select.setInt(3, ROWS_IN_TRANSACTION);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    old.add(new Old(CallId.fromBytes(rows.getBytes(1)), rows.getLong(2), rows.getLong(3)));
                }
            }
        }
        try (PreparedStatement deleteRecord = connection.prepareStatement("DELETE FROM call_record WHERE call_id = ?");
                PreparedStatement corrected = connection.prepareStatement(
                        "SELECT COALESCE(corrects, 0) FROM call_transaction WHERE network_id = ? AND id = ?");
                PreparedStatement deleteTransaction =
                        connection.prepareStatement("DELETE FROM call_transaction WHERE network_id = ? AND id = ?")) {
            for (Old each : old) {
                deleteRecord.setBytes(1, each.call().toBytes());
                deleteRecord.addBatch();
                long transaction = each.transaction();
                while (transaction != 0) {
                    deleteTransaction.setLong(1, each.network());
                    deleteTransaction.setLong(2, transaction);
                    deleteTransaction.addBatch();
                    corrected.setLong(1, each.network());
                    corrected.setLong(2, transaction);
                    try (ResultSet row = corrected.executeQuery()) {
                        transaction = row.next() ? row.getLong(1) : 0;
                    }
                }
            }
            deleteTransaction.executeBatch();
            deleteRecord.executeBatch();
        }
        return new Step(old.size(), old.size() == ROWS_IN_TRANSACTION);
    }

    /** Goes once over the history from its beginning; a lease that is held stays behind. */
    private static final class LeaseWalk {
        private final long before;
        private long leasedAt = -1;
        private long number;
        private long version;

        LeaseWalk(long before) {
            this.before = before;
        }

        Step step(Connection connection) throws SQLException {
            List<long[]> over = new ArrayList<>();
            int looked = 0;
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT l.leased_at, l.number, l.version, n.number IS NULL OR"
                            + " n.held_until < ? FROM lease l LEFT JOIN promo_number n ON n.number = l.number"
                            + " AND n.lease_version = l.version WHERE l.leased_at < ? AND (l.leased_at > ? OR"
                            + " l.leased_at = ? AND (l.number > ? OR l.number = ? AND l.version > ?))"
                            + " ORDER BY l.leased_at, l.number, l.version LIMIT ?")) {
                select.setLong(1, before);
                select.setLong(2, before);
                select.setLong(3, leasedAt);
                select.setLong(4, leasedAt);
                select.setLong(5, number);
                select.setLong(6, number);
                select.setLong(7, version);
                select.setInt(8, ROWS_IN_TRANSACTION);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        looked++;
                        leasedAt = rows.getLong(1);
                        number = rows.getLong(2);
                        version = rows.getLong(3);
                        if (rows.getBoolean(4)) {
                            over.add(new long[] {number, version});
                        }
                    }
                }
            }
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM lease WHERE number = ? AND version = ?")) {
                for (long[] key : over) {
                    delete.setLong(1, key[0]);
                    delete.setLong(2, key[1]);
                    delete.addBatch();
                }
                delete.executeBatch();
            }
            return new Step(over.size(), looked == ROWS_IN_TRANSACTION);
        }
    }

    /** A visitor whose older records may still have his id. */
    private record Unfinished(long id, long network, String visitor, long erasedAt) {}

    /** By the network's records from the oldest on, for up to a hundred of its visitors at once. */
    private void finishErasures(long now) throws StoreUnavailableException, InterruptedException {
        List<Unfinished> part;
        do {
            part = database.transact(Retention::unfinished);
            if (part.isEmpty()) {
                return;
            }
            List<Unfinished> visitors = part;
            RecordWalk walk = new RecordWalk(visitors, now);
            whileMore(walk::step);
            if (!walk.finished()) {
                return;
            }
            database.transact(connection -> forget(connection, visitors));
        } while (!looks.isClosed());
    }

    private static List<Unfinished> unfinished(Connection connection) throws SQLException {
        List<Unfinished> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT id, network_id, visitor_id, erased_at"
                + " FROM erased_visitor WHERE visitor_id IS NOT NULL AND network_id = (SELECT MIN(network_id)"
                + " FROM erased_visitor WHERE visitor_id IS NOT NULL) ORDER BY id LIMIT " + VISITORS_AT_ONCE)) {
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(new Unfinished(rows.getLong(1), rows.getLong(2), rows.getString(3), rows.getLong(4)));
                }
            }
        }
        return found;
    }

    private static int forget(Connection connection, List<Unfinished> visitors) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE erased_visitor SET visitor_id = NULL WHERE id = ?")) {
            for (Unfinished visitor : visitors) {
                update.setLong(1, visitor.id());
                update.addBatch();
            }
            return update.executeBatch().length;
        }
    }

    private static final class RecordWalk {
        private final List<Unfinished> visitors;
        private final long network;
        private final long until;
        private final long now;
        private long startAt = -1;
        private byte[] call = new byte[16];
        private boolean finished;

        RecordWalk(List<Unfinished> visitors, long now) {
            this.visitors = visitors;
            this.network = visitors.getFirst().network();
            this.until = visitors.stream().mapToLong(Unfinished::erasedAt).max().orElse(0);
            this.now = now;
        }

        boolean finished() {
            return finished;
        }

        Step step(Connection connection) throws SQLException {
            List<CallId> his = new ArrayList<>();
            int looked = 0;
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT start_at, call_id, visitor_id, start_at - COALESCE(lease_age_ms, 0)"
                            + " FROM call_record WHERE network_id = ? AND start_at <= ? AND (start_at > ? OR start_at = ?"
                            + " AND call_id > ?) ORDER BY start_at, call_id LIMIT " + ROWS_LOOKED_AT)) {
                select.setLong(1, network);
                select.setLong(2, until);
                select.setLong(3, startAt);
                select.setLong(4, startAt);
                select.setBytes(5, call);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        looked++;
                        startAt = rows.getLong(1);
                        call = rows.getBytes(2);
                        String visitor = rows.getString(3);
                        long leasedAt = rows.getLong(4);
                        if (visitor != null
                                && visitors.stream()
                                        .anyMatch(v -> v.visitor().equals(visitor) && leasedAt <= v.erasedAt())) {
                            his.add(CallId.fromBytes(call));
                        }
                    }
                }
            }
            StoreVisitorErasure.blank(connection, his, now);
            finished = looked < ROWS_LOOKED_AT;
            return new Step(his.size(), !finished);
        }
    }

    /** As old as that, no journal has records of theirs any more. */
    private static Step deleteErasures(Connection connection, long before) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM erased_visitor WHERE erased_at < ? AND visitor_id IS NULL ORDER BY erased_at LIMIT "
                        + ROWS_IN_TRANSACTION)) {
            delete.setLong(1, before);
            int rows = delete.executeUpdate();
            return new Step(rows, rows == ROWS_IN_TRANSACTION);
        }
    }

    @Override
    public void close() {
        looks.close();
    }
}

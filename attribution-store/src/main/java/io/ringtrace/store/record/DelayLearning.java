package io.ringtrace.store.record;

import io.ringtrace.attribution.LeaseClock;
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
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from our own records how long after a presentation its call comes. Each lease that took a number over ends the presentation before it:
 * that one had a call, or is censored at the re-lease. A thread of its own looks once an hour at what ended since, on one node at a time, and
 * at no more than {@link #MOST_AT_ONCE} presentations, so at a sample where there are more; the other nodes take over what it found. What is
 * older than ninety days is forgotten. The server starts and closes it.
 */
public final class DelayLearning implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DelayLearning.class);
    private static final String WORK = "delays";
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration TAKEN = Duration.ofMinutes(10);
    /** Records come out of the journal behind their calls. */
    private static final Duration BEHIND = Duration.ofMinutes(10);

    private static final Duration LOOKED_BACK = Duration.ofDays(7);
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final int DAYS_KEPT = 90;
    static final int MOST_AT_ONCE = 20_000;
    private static final int ROWS_IN_TRANSACTION = 1_000;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final long nodeId;
    private final LearnedDelays delays;
    private final PeriodicLook looks;

    public DelayLearning(StoreDatabase database, LeaseClock clock, NodeIdentity node, LearnedDelays delays) {
        this(database, clock, node.id(), delays);
    }

    DelayLearning(StoreDatabase database, LeaseClock clock, long nodeId, LearnedDelays delays) {
        this.database = database;
        this.clock = clock;
        this.nodeId = nodeId;
        this.delays = delays;
        this.looks = new PeriodicLook("delay-learning", PeriodicLook.First.AT_THE_START, EVERY, this::learn);
    }

    public void start() {
        looks.start();
    }

    /** Where the look before this one ended: the leases after this moment, number and version are still to come. */
    private record Place(long leasedAt, long number, long version) {}

    private record Found(Map<Integer, double[]> byBin, Place last, int rows) {}

    /** Looks at what ended since the last time, unless another node does, and takes over what is known then. */
    void learn() throws StoreUnavailableException {
        long until = clock.nowMillis() - BEHIND.toMillis();
        if (database.transact(this::claims)) {
            Place from = new Place(lookedUntil(until), 0, 0);
            int looked = 0;
            Found found;
            do {
                Place place = from;
                found = database.transact(connection -> {
                    Found part = presentations(connection, place, until);
                    add(connection, part.byBin(), until);
                    lookedUntil(connection, part.last().leasedAt());
                    return part;
                });
                from = found.last();
                looked += found.rows();
            } while (found.rows() == ROWS_IN_TRANSACTION && looked < MOST_AT_ONCE && !looks.isClosed());
            DelayDistribution learned = database.transact(connection -> fit(connection, until));
            LOG.debug("delays: median {} s from {} calls", learned.medianSeconds(), learned.calls());
        }
        delays.replace(database.transact(DelayLearning::known));
    }

    private boolean claims(Connection connection) throws SQLException {
        return new Claims(connection, nodeId, clock.nowMillis()).claim(WORK, TAKEN);
    }

    /** What lies more than a week back, or a whole look's presentations, is passed over. */
    private long lookedUntil(long until) throws StoreUnavailableException {
        long before = database.transact(connection -> {
            try (PreparedStatement select =
                            connection.prepareStatement("SELECT looked_until FROM delay_distribution WHERE one = 1");
                    ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0L;
            }
        });
        return Math.max(before, until - LOOKED_BACK.toMillis());
    }

    private static Found presentations(Connection connection, Place from, long until) throws SQLException {
        Map<Integer, double[]> byBin = new TreeMap<>();
        Place last = from;
        int looked = 0;
        try (PreparedStatement select = connection.prepareStatement("SELECT l.leased_at, l.number, l.version,"
                + " l.previous_presented_at, (SELECT MIN(CONCAT(LPAD(r.start_at, 16, '0'), ' ',"
                + " COALESCE(r.attribution_confidence, 1))) FROM call_record r WHERE r.promo_number = l.number"
                + " AND r.start_at >= l.previous_presented_at AND r.start_at < l.leased_at"
                + " AND r.lease_version = l.previous_version AND r.attribution_status IN ('leased', 'held'))"
                + " FROM lease l WHERE l.leased_at <= ? AND (l.leased_at > ? OR l.leased_at = ? AND (l.number > ?"
                + " OR l.number = ? AND l.version > ?)) ORDER BY l.leased_at, l.number, l.version LIMIT "
                + ROWS_IN_TRANSACTION)) {
            select.setLong(1, until);
            select.setLong(2, from.leasedAt());
            select.setLong(3, from.leasedAt());
            select.setLong(4, from.number());
            select.setLong(5, from.number());
            select.setLong(6, from.version());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    looked++;
                    last = new Place(rows.getLong(1), rows.getLong(2), rows.getLong(3));
                    long presentedAt = rows.getLong(4);
                    if (rows.wasNull() || presentedAt <= 0) {
                        continue;
                    }
                    // The first call's start and confidence.
                    String call = rows.getString(5);
                    double sure = 0;
                    if (call != null) {
                        int blank = call.indexOf(' ');
                        sure = Double.parseDouble(call.substring(blank + 1));
                        cell(byBin, Long.parseLong(call.substring(0, blank)) - presentedAt)[0] += sure;
                    }
                    // As far as the call may have been another visitor's, this one has not called.
                    cell(byBin, last.leasedAt() - presentedAt)[1] += 1 - sure;
                }
            }
        }
        // A look that ends early has seen everything up to its end.
        return new Found(byBin, looked < ROWS_IN_TRANSACTION ? new Place(until, Long.MAX_VALUE, 0) : last, looked);
    }

    private static double[] cell(Map<Integer, double[]> byBin, long delayMillis) {
        return byBin.computeIfAbsent(DelayFit.bin(delayMillis), _ -> new double[2]);
    }

    private static void add(Connection connection, Map<Integer, double[]> byBin, long at) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(
                "INSERT INTO call_delay (day, bin, calls, without) VALUES (?, ?, ?, ?)"
                        + " ON DUPLICATE KEY UPDATE calls = calls + VALUES(calls), without = without + VALUES(without)")) {
            for (Map.Entry<Integer, double[]> bin : byBin.entrySet()) {
                upsert.setLong(1, at / DAY_MILLIS);
                upsert.setInt(2, bin.getKey());
                upsert.setDouble(3, bin.getValue()[0]);
                upsert.setDouble(4, bin.getValue()[1]);
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    private static void lookedUntil(Connection connection, long until) throws SQLException {
        DelayDistribution prior = DelayDistribution.PRIOR;
        try (PreparedStatement upsert = connection.prepareStatement(
                "INSERT INTO delay_distribution (one, looked_until, log_mean, log_sigma, calls, learned_at)"
                        + " VALUES (1, ?, ?, ?, 0, ?) ON DUPLICATE KEY UPDATE looked_until = VALUES(looked_until)")) {
            upsert.setLong(1, until);
            upsert.setDouble(2, prior.logMean());
            upsert.setDouble(3, prior.logSigma());
            upsert.setLong(4, until);
            upsert.executeUpdate();
        }
    }

    private static DelayDistribution fit(Connection connection, long at) throws SQLException {
        long day = at / DAY_MILLIS;
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM call_delay WHERE day < ?")) {
            delete.setLong(1, day - DAYS_KEPT);
            delete.executeUpdate();
        }
        double[] calls = new double[DelayFit.BINS];
        double[] without = new double[DelayFit.BINS];
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT bin, SUM(calls), SUM(without) FROM call_delay GROUP BY bin");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                calls[rows.getInt(1)] = rows.getDouble(2);
                without[rows.getInt(1)] = rows.getDouble(3);
            }
        }
        DelayDistribution fitted = DelayFit.of(calls, without);
        try (PreparedStatement update = connection.prepareStatement("UPDATE delay_distribution SET log_mean = ?,"
                + " log_sigma = ?, calls = ?, learned_at = ?, looked_until = ? WHERE one = 1")) {
            update.setDouble(1, fitted.logMean());
            update.setDouble(2, fitted.logSigma());
            update.setDouble(3, fitted.calls());
            update.setLong(4, at);
            update.setLong(5, at);
            update.executeUpdate();
        }
        return fitted;
    }

    private static DelayDistribution known(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT log_mean, log_sigma, calls FROM delay_distribution WHERE one = 1");
                ResultSet row = select.executeQuery()) {
            return row.next()
                    ? new DelayDistribution(row.getDouble(1), row.getDouble(2), row.getDouble(3))
                    : DelayDistribution.PRIOR;
        }
    }

    @Override
    public void close() {
        looks.close();
    }
}

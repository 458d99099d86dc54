package io.ringtrace.store.account;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.PoolSizes;
import io.ringtrace.attribution.PoolSizing;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.sizing.PoolTarget;
import io.ringtrace.store.sizing.Quarter;
import io.ringtrace.store.sizing.TrafficTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link PoolSizes} on the database. Thread-safe. */
public final class DatabasePoolSizes implements PoolSizes {
    private static final int SMALLEST_POOL = 2;

    private static final String POOLS =
            "SELECT p.id, p.id_from_network, p.size, p.lifetime_ms, p.allow_overflow, p.autoscale_max,"
                    + " s.maximum, s.overflow_goal, s.misattribution_goal FROM network w JOIN ring_pool p ON p.network_id = w.id"
                    + " LEFT JOIN pool_scaling s ON s.pool_id = p.id WHERE NOT p.deleted AND w.id_from_network = ?";

    private final StoreDatabase database;
    private final LeaseClock clock;

    public DatabasePoolSizes(StoreDatabase database, LeaseClock clock) {
        this.database = database;
        this.clock = clock;
    }

    private record Pool(long id, int size, long lifetimeMillis, boolean overflow, Autoscaling autoscaling) {}

    @Override
    public @Nullable PoolSizing sizing(String network, String idFromNetwork) throws StoreUnavailableException {
        long now = clock.nowMillis();
        Optional<PoolSizing> sizing = database.transact(connection -> {
            Optional<Pool> found = pool(connection, network, idFromNetwork);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Pool pool = found.get();
            List<Quarter> week = TrafficTable.week(connection, pool.id(), now);
            int numbers = PoolTarget.numbers(week, pool.lifetimeMillis(), pool.autoscaling());
            return Optional.of(new PoolSizing(
                    idFromNetwork,
                    pool.size(),
                    numbers == 0 ? pool.size() : size(numbers, pool.overflow()),
                    pool.autoscaling(),
                    PoolTarget.described(week, pool.lifetimeMillis()),
                    PoolTarget.comparison(week, pool.lifetimeMillis())));
        });
        return sizing.orElse(null);
    }

    /** Of a pool with so many numbers for visitors. */
    static int size(int numbers, boolean overflow) {
        return Math.max(SMALLEST_POOL, numbers + (overflow ? 1 : 0));
    }

    private static Optional<Pool> pool(Connection connection, String network, String idFromNetwork)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(POOLS + " AND p.id_from_network = ?")) {
            select.setString(1, network);
            select.setString(2, idFromNetwork);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Pool(
                                rows.getLong(1),
                                rows.getInt(3),
                                rows.getLong(4),
                                rows.getBoolean(5),
                                autoscaling(rows)))
                        : Optional.empty();
            }
        }
    }

    private static Autoscaling autoscaling(ResultSet rows) throws SQLException {
        boolean on = rows.getInt(6) > 0;
        int maximum = rows.getInt(7);
        return maximum == 0
                ? Autoscaling.OFF
                : new Autoscaling(on, on ? rows.getInt(6) : maximum, rows.getDouble(8), rows.getDouble(9));
    }

    @Override
    public Map<String, Autoscaling> autoscaling(String network) throws StoreUnavailableException {
        return database.transact(connection -> {
            Map<String, Autoscaling> found = new HashMap<>();
            try (PreparedStatement select = connection.prepareStatement(POOLS + " AND s.maximum IS NOT NULL")) {
                select.setString(1, network);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.put(rows.getString(2), autoscaling(rows));
                    }
                }
            }
            return found;
        });
    }

    /** In the transaction that writes the pool, which it holds. */
    static void write(Connection connection, long pool, Autoscaling wanted, long now) throws SQLException {
        boolean wasOff;
        try (PreparedStatement select =
                connection.prepareStatement("SELECT autoscale_max IS NULL FROM ring_pool WHERE id = ? FOR UPDATE")) {
            select.setLong(1, pool);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                wasOff = rows.getBoolean(1);
            }
        }
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE ring_pool SET autoscale_max = ?, version = version + 1 WHERE id = ?")) {
            update.setObject(1, wanted.on() ? wanted.maxSize() : null);
            update.setLong(2, pool);
            update.executeUpdate();
        }
        try (PreparedStatement upsert = connection.prepareStatement(
                "INSERT INTO pool_scaling (pool_id, maximum, overflow_goal, misattribution_goal, since) VALUES (?,?,?,?,?)"
                        + " ON DUPLICATE KEY UPDATE maximum = VALUES(maximum), overflow_goal = VALUES(overflow_goal),"
                        + " misattribution_goal = VALUES(misattribution_goal)"
                        + (wasOff ? ", since = VALUES(since)" : ""))) {
            upsert.setLong(1, pool);
            upsert.setInt(2, wanted.maxSize());
            upsert.setDouble(3, wanted.overflowGoal());
            upsert.setDouble(4, wanted.misattributionGoal());
            upsert.setLong(5, now);
            upsert.executeUpdate();
        }
    }
}

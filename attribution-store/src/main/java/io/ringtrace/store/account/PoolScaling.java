package io.ringtrace.store.account;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.PeriodicLook;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.lease.LeaseTables;
import io.ringtrace.store.lease.PoolTerms;
import io.ringtrace.store.sizing.PoolObservations;
import io.ringtrace.store.sizing.PoolTarget;
import io.ringtrace.store.sizing.Quarter;
import io.ringtrace.store.sizing.TrafficTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the pools that find their size by themselves at what their traffic asks for: larger at once, smaller slowly. A thread of its own
 * looks every few seconds; several nodes may do so at once. (A visitor for whom there is no number makes his pool grow at once, without
 * this.) The server starts and closes it.
 */
public final class PoolScaling implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PoolScaling.class);
    private static final Duration EVERY = Duration.ofSeconds(10);

    /** Before it has met a day's traffic, a pool does not know what it can do without. */
    private static final long SHORTEST_ACQUAINTANCE_MILLIS = Duration.ofDays(1).toMillis();

    private static final long BETWEEN_SHRINKINGS_MILLIS = Duration.ofHours(1).toMillis();
    /** Of the pool, at once. */
    private static final int SHRINKING_SHARE = 20;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final NumberFeed feed;
    private final PoolObservations observations;
    private final Duration rest;
    private final PeriodicLook looks;

    /** @param rest how long a number that leaves its pool is lent to nobody else */
    public PoolScaling(
            StoreDatabase database, LeaseClock clock, NumberFeed feed, PoolObservations observations, Duration rest) {
        this.database = database;
        this.clock = clock;
        this.feed = feed;
        this.observations = observations;
        this.rest = rest;
        this.looks = new PeriodicLook("pool-scaling", PeriodicLook.First.AFTER_THE_FIRST_PAUSE, EVERY, this::look);
    }

    public void start() {
        looks.start();
    }

    /** Writes down what the pools met, and gives each the size that it asks for by now. */
    void look() throws StoreUnavailableException {
        observations.write(clock.nowMillis());
        for (long pool : database.transact(PoolScaling::pools)) {
            List<NumberRow> changed = database.transact(connection -> scale(connection, pool));
            if (!changed.isEmpty()) {
                feed.numbersChanged(changed);
            }
        }
    }

    private static List<Long> pools(Connection connection) throws SQLException {
        List<Long> pools = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT s.pool_id FROM pool_scaling s JOIN ring_pool p"
                                + " ON p.id = s.pool_id WHERE NOT p.deleted AND p.autoscale_max IS NOT NULL ORDER BY s.pool_id");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                pools.add(rows.getLong(1));
            }
        }
        return pools;
    }

    private record Goals(Autoscaling autoscaling, long since, long shrunkAt) {}

    private List<NumberRow> scale(Connection connection, long id) throws SQLException {
        PoolTerms pool = new LeaseTables(connection).lockPools(Set.of(id)).get(id);
        if (pool == null) {
            return List.of();
        }
        long now = clock.nowMillis();
        Goals goals = goals(connection, pool);
        List<Quarter> week = TrafficTable.week(connection, id, now);
        int asked = DatabasePoolSizes.size(
                PoolTarget.numbers(week, pool.lifetimeMillis(), goals.autoscaling()), pool.allowOverflow());
        int target = Math.min(asked, pool.maxSize());
        PoolWriting writing = new PoolWriting(connection, now, rest);
        if (target > pool.size()) {
            return writing.growTo(pool, target);
        }
        if (target < pool.size() && mayShrink(goals, week, now)) {
            int leaving = Math.min(pool.size() - target, Math.max(1, pool.size() / SHRINKING_SHARE));
            List<NumberRow> drained = writing.drain(pool, leaving);
            noteShrinking(connection, id, now);
            return drained;
        }
        return List.of();
    }

    private static boolean mayShrink(Goals goals, List<Quarter> week, long now) {
        boolean servedAll = week.stream()
                .filter(quarter -> quarter.number() >= Quarter.at(now) - 1)
                .allMatch(quarter -> quarter.unserved() <= 0);
        return servedAll
                && now - goals.since() >= SHORTEST_ACQUAINTANCE_MILLIS
                && now - goals.shrunkAt() >= BETWEEN_SHRINKINGS_MILLIS;
    }

    private static Goals goals(Connection connection, PoolTerms pool) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT overflow_goal, misattribution_goal, since, shrunk_at FROM pool_scaling WHERE pool_id = ?")) {
            select.setLong(1, pool.id());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return new Goals(
                        new Autoscaling(true, pool.maxSize(), rows.getDouble(1), rows.getDouble(2)),
                        rows.getLong(3),
                        rows.getLong(4));
            }
        }
    }

    private static void noteShrinking(Connection connection, long pool, long now) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("UPDATE pool_scaling SET shrunk_at = ? WHERE pool_id = ?")) {
            update.setLong(1, now);
            update.setLong(2, pool);
            update.executeUpdate();
        }
    }

    /** Writes down what was met since the last look. */
    @Override
    public void close() {
        looks.close();
        try {
            observations.write(clock.nowMillis());
        } catch (StoreUnavailableException e) {
            log.debug("what pools met in the last seconds is not counted", e);
        }
    }
}

package io.ringtrace.store.account;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.bank.BankShelf;
import io.ringtrace.store.bank.DatabaseNumberReports;
import io.ringtrace.store.db.PeriodicLook;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberRows;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.LeaseTables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends draining numbers to rest when the hold of their last visitor is over, gives pools that lack it their overflow number, and counts
 * what is in use for billing. A thread of its own looks every minute; several nodes may do so at once. The server starts and closes it.
 */
public final class DrainedNumbers implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int NUMBERS_IN_TRANSACTION = 500;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final NumberFeed feed;
    private final Duration rest;
    private final PeriodicLook looks;

    /** @param rest how long a number that left its pool is lent to nobody else */
    public DrainedNumbers(StoreDatabase database, LeaseClock clock, NumberFeed feed, Duration rest) {
        this.rest = rest;
        this.database = database;
        this.clock = clock;
        this.feed = feed;
        this.looks = new PeriodicLook("drained-numbers", PeriodicLook.First.AFTER_THE_FIRST_PAUSE, EVERY, this::look);
    }

    public void start() {
        looks.start();
    }

    private void look() throws StoreUnavailableException {
        seekOverflow();
        restAll();
        countUsage();
    }

    void countUsage() throws StoreUnavailableException {
        database.transact(connection -> DatabaseNumberReports.countUsage(connection, clock.nowMillis()));
    }

    /** Looks for an overflow number for each pool that should have one. */
    void seekOverflow() throws StoreUnavailableException {
        for (long pool : database.transact(DrainedNumbers::poolsWithoutOverflow)) {
            List<NumberRow> changed = database.transact(
                    connection -> new PoolWriting(connection, clock.nowMillis(), rest).seekOverflow(pool));
            if (!changed.isEmpty()) {
                feed.numbersChanged(changed);
            }
        }
    }

    /** One without any number gets its overflow number with the first. */
    private static List<Long> poolsWithoutOverflow(Connection connection) throws SQLException {
        List<Long> pools = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT p.id FROM ring_pool p WHERE NOT p.deleted AND p.allow_overflow"
                                + " AND p.size > 0 AND NOT EXISTS (SELECT 1 FROM promo_number n WHERE n.pool_id = p.id AND n.state = "
                                + NumberState.OVERFLOW.code() + ") ORDER BY p.id");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                pools.add(rows.getLong(1));
            }
        }
        return pools;
    }

    /** Sends to rest whatever has drained by now; returns how many numbers that were. */
    int restAll() throws StoreUnavailableException {
        int rested = 0;
        for (long pool : database.transact(DrainedNumbers::poolsThatDrain)) {
            List<NumberRow> part;
            do {
                part = database.transact(connection -> rest(connection, pool));
                if (!part.isEmpty()) {
                    feed.numbersChanged(part);
                }
                rested += part.size();
            } while (part.size() == NUMBERS_IN_TRANSACTION);
        }
        return rested;
    }

    /** By way of the networks, since the key to a state begins with one. */
    private static List<Long> poolsThatDrain(Connection connection) throws SQLException {
        List<Long> pools = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT DISTINCT n.pool_id FROM network w JOIN promo_number n ON n.network_id = w.id AND n.state = "
                                + NumberState.DRAINING.code() + " ORDER BY n.pool_id");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                pools.add(rows.getLong(1));
            }
        }
        return pools;
    }

    private List<NumberRow> rest(Connection connection, long pool) throws SQLException {
        LeaseTables tables = new LeaseTables(connection);
        // Whoever renews a lease holds the pool's row too.
        lockPool(connection, pool);
        long now = clock.nowMillis();
        List<NumberRow> rested = new ArrayList<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT " + NumberRows.COLUMNS + " FROM promo_number WHERE pool_id = ?"
                        + " AND state = " + NumberState.DRAINING.code()
                        + " AND held_until <= ? AND guaranteed_until <= ? ORDER BY presented_at, number LIMIT ?")) {
            select.setLong(1, pool);
            select.setLong(2, now);
            select.setLong(3, now - PoolWriting.CLOCKS_MARGIN_MILLIS);
            select.setInt(4, NUMBERS_IN_TRANSACTION);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    rested.add(PoolWriting.resting(NumberRows.read(rows), now, rest));
                }
            }
        }
        tables.writeNumbers(rested);
        BankShelf.putBack(connection, rested);
        return rested;
    }

    /** A deleted one too: what it lent drains. */
    private static void lockPool(Connection connection, long pool) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM ring_pool WHERE id = ? FOR UPDATE")) {
            select.setLong(1, pool);
            select.executeQuery().close();
        }
    }

    @Override
    public void close() {
        looks.close();
    }
}

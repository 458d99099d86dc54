package io.ringtrace.server.lease;

import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What our allocator is measured against: the same leases in the same tables by the plain design, one transaction for each, in which the
 * pool's row is locked, the visitor's number or else the one presented longest ago is read, and the number and its lease are written.
 * Eight threads with a connection each.
 */
final class SingleLeases {
    private static final int CONNECTIONS = 8;

    record Done(long leases, long nanos) {
        double perSecond() {
            return leases * 1e9 / nanos;
        }
    }

    private final StoreDatabase database;
    private final long[] pools;
    private final AtomicLong visitors = new AtomicLong();

    SingleLeases(StoreDatabase database, long[] pools) {
        this.database = database;
        this.pools = pools.clone();
    }

    Done run(Duration time, long mostLeases) throws Exception {
        AtomicLong done = new AtomicLong();
        Queue<Exception> failures = new ConcurrentLinkedQueue<>();
        long begun = System.nanoTime();
        long until = begun + time.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            SplittableRandom random = new SplittableRandom(i);
            threads.add(Thread.ofPlatform().start(() -> {
                try (Connection connection = database.dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    while (System.nanoTime() < until && done.get() < mostLeases) {
                        lease(connection, pools[random.nextInt(pools.length)]);
                        done.incrementAndGet();
                    }
                } catch (SQLException e) {
                    failures.add(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw failures.element();
        }
        return new Done(done.get(), System.nanoTime() - begun);
    }

    private void lease(Connection connection, long pool) throws SQLException {
        String visitor = "single-" + visitors.incrementAndGet();
        long lifetime;
        long hold;
        long destination;
        long campaign;
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT lifetime_ms, hold_ms, destination, campaign_id FROM ring_pool WHERE id = ? FOR UPDATE")) {
            select.setLong(1, pool);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                lifetime = rows.getLong(1);
                hold = rows.getLong(2);
                destination = rows.getLong(3);
                campaign = rows.getLong(4);
            }
        }
        long now = System.currentTimeMillis();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT number FROM promo_number WHERE pool_id = ? AND visitor_id = ? AND destination = ?")) {
            select.setLong(1, pool);
            select.setString(2, visitor);
            select.setLong(3, destination);
            try (ResultSet rows = select.executeQuery()) {
                if (rows.next()) {
                    throw new IllegalStateException(visitor + " is new, and has a number");
                }
            }
        }
        long number;
        long version;
        long before;
        String formerVisitor;
        long presentedAt;
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT number, version, lease_version, visitor_id, presented_at FROM promo_number WHERE pool_id = ? AND state = 1"
                        + " AND presented_at <= ? AND guaranteed_until <= ? ORDER BY presented_at, number LIMIT 1")) {
            select.setLong(1, pool);
            select.setLong(2, now - lifetime);
            select.setLong(3, now);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new IllegalStateException("pool " + pool + " is too small for this load");
                }
                number = rows.getLong(1);
                version = rows.getLong(2);
                before = rows.getLong(3);
                formerVisitor = rows.getString(4);
                presentedAt = rows.getLong(5);
            }
        }
        try (PreparedStatement update = connection.prepareStatement(
                "UPDATE promo_number SET visitor_id = ?, destination = ?, lease_version = ?, leased_at = ?, presented_at = ?,"
                        + " guaranteed_until = ?, held_until = ?, version = ? WHERE number = ?")) {
            update.setString(1, visitor);
            update.setLong(2, destination);
            update.setLong(3, version + 1);
            update.setLong(4, now);
            update.setLong(5, now);
            update.setLong(6, now + lifetime);
            update.setLong(7, now + hold);
            update.setLong(8, version + 1);
            update.setLong(9, number);
            update.executeUpdate();
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO lease (number, version, pool_id, campaign_id,"
                        + " visitor_id, destination, leased_at, previous_version, previous_visitor_id, previous_presented_at,"
                        + " marketing_data) VALUES (?,?,?,?,?,?,?,?,?,?,?)")) {
            insert.setLong(1, number);
            insert.setLong(2, version + 1);
            insert.setLong(3, pool);
            insert.setLong(4, campaign);
            insert.setString(5, visitor);
            insert.setLong(6, destination);
            insert.setLong(7, now);
            insert.setLong(8, before);
            insert.setString(9, formerVisitor);
            insert.setLong(10, presentedAt);
            insert.setString(11, "{\"utm_source\":\"news\",\"gclid\":\"Cj0KCQ\"}");
            insert.executeUpdate();
        }
        connection.commit();
    }
}

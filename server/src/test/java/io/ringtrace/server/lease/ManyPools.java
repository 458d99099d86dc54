package io.ringtrace.server.lease;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.account.KeySeal;
import io.ringtrace.store.account.StoreAccounts;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.PoolRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Accounts of a size that nobody imports in a test: pools and their numbers written straight into the tables, beside a running server. */
final class ManyPools {
    /** No carrier has these; only their count matters. */
    private static final long FIRST_NUMBER = 19_000_000_000L;

    private ManyPools() {}

    /** The first pool, by the server's own interface; the others are copies of it. */
    static void account(SampleHouse house, Path folder, String pool) throws Exception {
        Path numbers = Files.writeString(folder.resolve("numbers.csv"), """
                number,rate_center,state
                +18885550101,,
                +18885550102,,
                """);
        house.importAccount(numbers);
        house.makePool(pool, "toll_free", "+12125550190", 2, false);
    }

    /** The database of a running server. */
    static StoreDatabase database(SampleHouse house) throws Exception {
        return StoreDatabase.join(new StoreSettings.Embedded(house.data()));
    }

    /** As the other one, in the database of a server that has not started yet; the pool has no numbers. */
    static void account(StoreDatabase database, Path data, String pool, String key) throws Exception {
        LeaseClock clock = new LeaseClock() {
            @Override
            public long nowMillis() {
                return System.currentTimeMillis();
            }

            @Override
            public boolean mayAllocate() {
                return true;
            }
        };
        NumberFeed nobody = new NumberFeed() {
            @Override
            public void numbersChanged(List<NumberRow> rows) {}

            @Override
            public void poolsChanged(List<PoolRow> rows) {}
        };
        try (StoreAccounts accounts = StoreAccounts.open(database, clock, nobody, data);
                Connection connection = database.dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO ring_pool (network_id, campaign_id, id_from_network, name, number_type, lifetime_ms, hold_ms,"
                                + " max_pool_size, allow_overflow, fill_immediately, preferred, destination, api_key_sealed, size)"
                                + " SELECT a.network_id, c.id, ?, ?, 'toll_free', 300000, 259200000, 2, FALSE, TRUE, FALSE, 12125550190, ?, 0"
                                + " FROM campaign c JOIN advertiser a ON a.id = c.advertiser_id")) {
            accounts.accounts().ensureCampaign(SampleHouse.NETWORK, SampleHouse.ADVERTISER, SampleHouse.CAMPAIGN);
            insert.setString(1, pool);
            insert.setString(2, pool);
            insert.setBytes(3, KeySeal.in(data).seal(key));
            insert.executeUpdate();
        }
    }

    /** Copies the pool with its key as {@code <prefix>-1} and so on, each with so many numbers; returns the ids. */
    static long[] make(
            StoreDatabase database, String like, String prefix, int pools, int numbersEach, int lifetimeMillis)
            throws SQLException {
        long[] ids = pools(database, like, prefix, pools, numbersEach, lifetimeMillis);
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "INSERT INTO promo_number (number, network_id, state, pool_id, campaign_id) SELECT first.number + s.seq, p.network_id,"
                            + " 1, " + ids[0] + " + s.seq MOD " + pools + ", p.campaign_id FROM (SELECT GREATEST("
                            + FIRST_NUMBER
                            + ", COALESCE(MAX(number), 0) + 1) AS number FROM promo_number) first JOIN ring_pool p JOIN seq_0_to_"
                            + ((long) pools * numbersEach - 1) + " s WHERE p.id = " + ids[0]);
        }
        return ids;
    }

    /** As {@link #make}, and their numbers are made by somebody else; returns the ids, each one more than the one before. */
    static long[] pools(
            StoreDatabase database, String like, String prefix, int pools, int numbersEach, int lifetimeMillis)
            throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "INSERT INTO ring_pool (network_id, campaign_id, id_from_network, name, number_type, lifetime_ms, hold_ms,"
                            + " max_pool_size, allow_overflow, fill_immediately, preferred, destination, api_key_sealed, size)"
                            + " SELECT network_id, campaign_id, CONCAT('" + prefix + "-', s.seq), name, number_type, "
                            + lifetimeMillis + ", 259200000, " + numbersEach
                            + ", FALSE, TRUE, FALSE, destination, api_key_sealed, " + numbersEach
                            + " FROM ring_pool JOIN seq_1_to_" + pools + " s WHERE id_from_network = '" + like + "'");
            long[] ids = new long[pools];
            try (ResultSet rows = statement.executeQuery(
                    "SELECT id FROM ring_pool WHERE id_from_network LIKE '" + prefix + "-%' ORDER BY id")) {
                for (int i = 0; rows.next(); i++) {
                    ids[i] = rows.getLong(1);
                }
            }
            return ids;
        }
    }

    /** Waits until the server has heard of a pool that was written beside it. */
    static void await(SampleHouse house, String pool, String key) throws Exception {
        long until = System.nanoTime() + 30_000_000_000L;
        while (true) {
            try {
                house.get("/api/2026-11-01/ring_pools/" + pool + "/allocate_number.json?ring_pool_key=" + key
                        + "&visitor_id=first");
                return;
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }
}

package io.ringtrace.server.lease;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

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

    /** Copies the pool with its key as {@code <prefix>-1} and so on; returns the ids. */
    static long[] make(
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
            long network = 0;
            long campaign = 0;
            try (ResultSet rows = statement.executeQuery(
                    "SELECT id, network_id, campaign_id FROM ring_pool WHERE id_from_network LIKE '" + prefix
                            + "-%' ORDER BY id")) {
                for (int i = 0; rows.next(); i++) {
                    ids[i] = rows.getLong(1);
                    network = rows.getLong(2);
                    campaign = rows.getLong(3);
                }
            }
            long first;
            try (ResultSet rows = statement.executeQuery(
                    "SELECT GREATEST(" + FIRST_NUMBER + ", MAX(number) + 1) FROM promo_number")) {
                rows.next();
                first = rows.getLong(1);
            }
            statement.executeUpdate(
                    "INSERT INTO promo_number (number, network_id, state, pool_id, campaign_id) SELECT " + first
                            + " + s.seq, " + network + ", 1, " + ids[0] + " + s.seq MOD " + pools + ", " + campaign
                            + " FROM seq_0_to_"
                            + ((long) pools * numbersEach - 1) + " s");
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

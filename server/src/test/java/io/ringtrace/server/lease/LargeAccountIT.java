package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import io.ringtrace.server.command.OperatorClient;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.StoreDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same pool under the same load, alone and then among a million numbers with ten million leases behind them. Asserts no time. */
@Tag("proof")
@Tag("leases")
@Tag("lease-size")
@DisplayName("An account of a million numbers")
class LargeAccountIT {
    private static final int POOLS = Scale.of(4, 100);
    private static final int NUMBERS_EACH = Scale.of(500, 10_000);
    private static final int LEASES_OF_NUMBER = 10;
    private static final int SMALL_POOL = Scale.of(1_000, 20_000);
    private static final int CONNECTIONS = Scale.of(32, 512);
    private static final Duration WARM_UP = Duration.ofSeconds(Scale.of(1, 12));
    private static final Duration MEASURED = Duration.ofSeconds(Scale.of(1, 15));
    private static final long MOST = Scale.of(200, Integer.MAX_VALUE);
    private static final Duration LONGEST = Duration.ofMinutes(2);
    /** Unix milliseconds; long ago, so that everything is held or free. */
    private static final long LEASED_AT = 1_750_000_000_000L;

    private static final Pattern HEAP = Pattern.compile("(?m)^ringtrace_directory_numbers\\S* ([0-9.E+]+)");

    private final AtomicLong visitors = new AtomicLong();

    @Test
    void startsAndLendsAsASmallOneDoes(@TempDir Path folder) throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            house.start();
            house.awaitReady(LONGEST);
            ManyPools.account(house, folder, "pattern");
            String key = house.poolKey("pattern");
            long first;
            try (StoreDatabase database = ManyPools.database(house)) {
                ManyPools.make(database, "pattern", "small", 1, SMALL_POOL, 1_000);
                ManyPools.await(house, "small-1", key);
            }
            LeaseLoad.Seen small = load(house, key);
            try (StoreDatabase database = ManyPools.database(house)) {
                long[] pools = ManyPools.make(database, "pattern", "large", POOLS, NUMBERS_EACH, 300_000);
                first = lend(database, pools);
            }
            house.server().close();
            long begun = System.nanoTime();
            house.start();
            house.awaitReady(LONGEST);
            long readyMillis = (System.nanoTime() - begun) / 1_000_000;
            long wholeMillis;
            String lookUp = "/v1/operator/route?number=%2B" + first;
            try (OperatorClient operator = OperatorClient.of(house.data())) {
                // The directory's file of the last run has none of them.
                while (!operator.get(lookUp).toString().contains("lease " + first)) {
                    assertThat(System.nanoTime() - begun).isLessThan(LONGEST.toNanos());
                    Thread.sleep(10);
                }
                wholeMillis = (System.nanoTime() - begun) / 1_000_000;
                assertThat(operator.text("/metrics")).containsPattern(HEAP);
                Matcher numbers = HEAP.matcher(operator.text("/metrics"));
                assertThat(numbers.find()).isTrue();
                assertThat(Double.parseDouble(numbers.group(1))).isGreaterThanOrEqualTo((double) POOLS * NUMBERS_EACH);
            }
            LeaseLoad.Seen large = load(house, key);
            assertThat(large.leases()).isPositive();
            Scale.proof(
                    "large-account",
                    String.format(
                            Locale.ROOT,
                            """
                            # An account of a million numbers

                            Written by `./dev prove lease-size` (`LargeAccountIT`): a server and its MariaDB (256 MB buffer pool) on %d cores; %d
                            pools of %d numbers, each number leased %d times before. The rates are of one pool of %d numbers by %d connections,
                            alone and then in that account, in one run. (Bytes for each number in memory: `directory-size.md`.)

                            | what | found | goal |
                            | --- | ---: | --- |
                            | numbers, leases in the history | %d, %d | 1 million, 10 million |
                            | start until the server is ready | %d ms | |
                            | start until the directory holds every number | %d ms | < 30 s |
                            | leases/s in a small account | %.0f | |
                            | leases/s in this one | %.0f | |
                            | ratio | %.2f | ≥ 0.8 |
                            """,
                            Runtime.getRuntime().availableProcessors(),
                            POOLS,
                            NUMBERS_EACH,
                            LEASES_OF_NUMBER,
                            SMALL_POOL,
                            CONNECTIONS,
                            (long) POOLS * NUMBERS_EACH,
                            (long) POOLS * NUMBERS_EACH * LEASES_OF_NUMBER,
                            readyMillis,
                            wholeMillis,
                            small.perSecond(),
                            large.perSecond(),
                            large.perSecond() / small.perSecond()));
        }
    }

    private LeaseLoad.Seen load(SampleHouse house, String key) throws Exception {
        try (LeaseLoad load = new LeaseLoad(house.http(), CONNECTIONS)) {
            load.run(WARM_UP, MOST, () -> target(key));
            return load.run(MEASURED, MOST, () -> target(key));
        }
    }

    private String target(String key) {
        return "/api/2026-11-01/ring_pools/small-1/allocate_number.json?ring_pool_key=" + key + "&visitor_id=v"
                + visitors.incrementAndGet() + "&utm_source=news&gclid=Cj0KCQ";
    }

    /** Every number has had its leases, the last one held; returns one of them. The feed learns of it by its next snapshot. */
    private static long lend(StoreDatabase database, long[] pools) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            // Longer than any answer that the driver would wait for.
            connection.setNetworkTimeout(Runnable::run, 600_000);
            statement.execute("SET SESSION sql_log_bin = 0");
            String among = "pool_id BETWEEN " + pools[0] + " AND " + pools[pools.length - 1];
            statement.executeUpdate("UPDATE promo_number SET visitor_id = CONCAT(MD5(number), 'v', " + LEASES_OF_NUMBER
                    + "), destination = 12125550190, lease_version = " + (LEASES_OF_NUMBER + 1) + ", version = "
                    + (LEASES_OF_NUMBER + 1) + ", leased_at = " + LEASED_AT
                    + " + number MOD 1000000000, presented_at = " + LEASED_AT
                    + " + number MOD 1000000000, guaranteed_until = presented_at + 300000, held_until = presented_at + 259200000 WHERE "
                    + among);
            statement.execute("ALTER TABLE lease DROP KEY by_visitor, DROP KEY by_time");
            for (long pool : pools) {
                statement.executeUpdate(
                        "INSERT INTO lease (number, version, pool_id, campaign_id, visitor_id, destination, leased_at,"
                                + " previous_version, previous_visitor_id, previous_presented_at, marketing_data) SELECT number, s.seq + 1, pool_id,"
                                + " campaign_id, CONCAT(MD5(number), 'v', s.seq), 12125550190, " + LEASED_AT
                                + " + s.seq * 86400000 + number MOD 86400000, IF(s.seq = 1, NULL, s.seq), IF(s.seq = 1, NULL, CONCAT(MD5(number), 'v',"
                                + " s.seq - 1)), IF(s.seq = 1, NULL, " + LEASED_AT
                                + " + (s.seq - 1) * 86400000 + number MOD 86400000), '{\"utm_source\":\"news\",\"gclid\":\"Cj0KCQ\"}'"
                                + " FROM promo_number JOIN seq_1_to_" + LEASES_OF_NUMBER + " s WHERE pool_id = " + pool
                                + " ORDER BY number, s.seq");
            }
            statement.execute(
                    "ALTER TABLE lease ADD KEY by_visitor (visitor_id, pool_id), ADD KEY by_time (leased_at)");
            statement.execute("SET SESSION sql_log_bin = 1");
            try (ResultSet rows = statement.executeQuery("SELECT MAX(number) FROM promo_number WHERE " + among)) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}

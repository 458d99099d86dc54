package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import io.ringtrace.server.command.OperatorClient;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same pool under the same load in two accounts, by turns: one has nothing else, the other a million numbers with ten million leases
 * behind them. Asserts no time.
 */
@Tag("proof")
@Tag("leases")
@Tag("lease-size")
@DisplayName("An account of a million numbers")
class LargeAccountIT {
    private static final int POOLS = Scale.of(4, 100);
    private static final int NUMBERS_EACH = Scale.of(500, 10_000);
    private static final int NUMBERS = POOLS * NUMBERS_EACH;
    private static final int NUMBERS_AT_ONCE = 20_000;
    private static final int LEASES_OF_NUMBER = 10;
    private static final int SMALL_POOL = Scale.of(1_000, 20_000);
    private static final int CONNECTIONS = Scale.of(32, 512);
    private static final int ROUNDS = Scale.of(1, 3);
    private static final Duration WARM_UP = Duration.ofMillis(Scale.of(300, 10_000));
    private static final Duration MEASURED = Duration.ofMillis(Scale.of(500, 10_000));
    private static final long MOST = Scale.of(200, Integer.MAX_VALUE);
    private static final Duration LONGEST = Duration.ofMinutes(2);
    /** Unix milliseconds; long ago, so that everything is held or free. */
    private static final long LEASED_AT = 1_750_000_000_000L;
    /** Larger than any that {@link ManyPools} makes. */
    private static final long FIRST_NUMBER = 19_500_000_000L;

    private static final int FILLING_MEGABYTES = Scale.of(64, 2_048);
    private static final int BUFFER_POOL_MEGABYTES = StoreSettings.Embedded.bufferPoolByMemory();
    private static final String KEY = "the-key-of-all-these-pools";
    private static final Pattern HEAP = Pattern.compile("(?m)^ringtrace_directory_numbers\\S* ([0-9.E+]+)");

    /** Visitors' ids are as random as the tag's, so each one falls in another place of the history's index. */
    private final SplittableRandom visitors = new SplittableRandom(1);

    @TempDir
    private Path folder;

    @Test
    void startsAndLendsAsASmallOneDoes() throws Exception {
        long fillMillis = -System.nanoTime() / 1_000_000;
        try (SampleHouse large = account("large", true)) {
            fillMillis += System.nanoTime() / 1_000_000;
            long begun = System.nanoTime();
            large.start();
            large.awaitReady(LONGEST);
            long readyMillis = (System.nanoTime() - begun) / 1_000_000;
            // No server has run on it, so there is no file of the directory: all is read from the database.
            awaitRouted(large, FIRST_NUMBER + NUMBERS - 1, begun);
            long wholeMillis = (System.nanoTime() - begun) / 1_000_000;
            assertThat(numbersInDirectory(large)).isGreaterThanOrEqualTo(NUMBERS);
            try (SampleHouse small = account("small", false)) {
                small.start();
                small.awaitReady(LONGEST);
                List<LeaseLoad.Seen> alone = new ArrayList<>();
                List<LeaseLoad.Seen> among = new ArrayList<>();
                try (LeaseLoad loadOfSmall = load(small);
                        LeaseLoad loadOfLarge = load(large)) {
                    for (int round = 0; round < ROUNDS; round++) {
                        alone.add(run(loadOfSmall, MEASURED));
                        among.add(run(loadOfLarge, MEASURED));
                    }
                }
                write(fillMillis, readyMillis, wholeMillis, median(alone), median(among));
            }
        }
    }

    /** A house that has not started yet, with its database filled. */
    private SampleHouse account(String name, boolean large) throws Exception {
        SampleHouse house = new SampleHouse(Files.createDirectories(folder.resolve(name)));
        try (StoreDatabase database =
                StoreDatabase.open(new StoreSettings.Embedded(house.data(), FILLING_MEGABYTES, 4))) {
            ManyPools.account(database, house.data(), "pattern", KEY);
            ManyPools.make(database, "pattern", "small", 1, SMALL_POOL, 1_000);
            if (large) {
                fill(database, ManyPools.pools(database, "pattern", "large", POOLS, NUMBERS_EACH, 300_000));
            }
        }
        return house;
    }

    /** Every number has had its leases, the last one held. In the order of the numbers, so that the tables only grow at their ends. */
    private static void fill(StoreDatabase database, long[] pools) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            // Longer than any answer that the driver would wait for.
            connection.setNetworkTimeout(Runnable::run, 600_000);
            statement.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
            statement.execute("SET SESSION sql_log_bin = 0, SESSION unique_checks = 0, SESSION foreign_key_checks = 0,"
                    // Each statement goes through its tables in the order of the numbers, without a table of its own.
                    + " SESSION join_cache_level = 0");
            statement.execute("ALTER TABLE lease DROP KEY by_visitor, DROP KEY by_time");
            for (int from = 0; from < NUMBERS; from += NUMBERS_AT_ONCE) {
                int to = Math.min(NUMBERS, from + NUMBERS_AT_ONCE) - 1;
                statement.executeUpdate(
                        "INSERT INTO promo_number (number, network_id, state, pool_id, campaign_id, visitor_id,"
                                + " destination, lease_version, leased_at, presented_at, guaranteed_until, held_until, version) SELECT STRAIGHT_JOIN "
                                + FIRST_NUMBER + " + s.seq, p.network_id, 1, p.id, p.campaign_id, "
                                + visitor("s.seq", LEASES_OF_NUMBER)
                                + ", 12125550190, " + (LEASES_OF_NUMBER + 1) + ", " + LEASED_AT + " + s.seq * 1000, "
                                + LEASED_AT
                                + " + s.seq * 1000, " + (LEASED_AT + 300_000) + " + s.seq * 1000, "
                                + (LEASED_AT + 259_200_000)
                                + " + s.seq * 1000, " + (LEASES_OF_NUMBER + 1) + " FROM seq_" + from + "_to_" + to
                                + " s JOIN ring_pool p ON p.id = " + pools[0] + " + s.seq MOD " + pools.length);
                statement.executeUpdate(
                        "INSERT INTO lease (number, version, pool_id, campaign_id, visitor_id, destination, leased_at, previous_version,"
                                + " previous_visitor_id, previous_presented_at, marketing_data) SELECT STRAIGHT_JOIN "
                                + FIRST_NUMBER
                                + " + n.seq, s.seq + 1, p.id, p.campaign_id, " + visitor("n.seq", "s.seq")
                                + ", 12125550190, "
                                + LEASED_AT
                                + " + s.seq * 86400000 + n.seq MOD 86400000, IF(s.seq = 1, NULL, s.seq), IF(s.seq = 1, NULL, "
                                + visitor("n.seq", "s.seq - 1") + "), IF(s.seq = 1, NULL, " + LEASED_AT
                                + " + (s.seq - 1) * 86400000 + n.seq MOD 86400000), '{\"utm_source\":\"news\",\"gclid\":\"Cj0KCQ\"}'"
                                + " FROM seq_" + from + "_to_" + to + " n JOIN seq_1_to_" + LEASES_OF_NUMBER
                                + " s JOIN ring_pool p ON p.id = " + pools[0] + " + n.seq MOD " + pools.length);
            }
            statement.execute(
                    "ALTER TABLE lease ADD KEY by_visitor (visitor_id, pool_id), ADD KEY by_time (leased_at)");
        }
    }

    private static String visitor(String number, Object lease) {
        return "MD5(CONCAT(" + number + ", 'v', " + lease + "))";
    }

    private static void awaitRouted(SampleHouse house, long number, long begun) throws Exception {
        String lookUp = "/v1/operator/route?number=%2B" + number;
        try (OperatorClient operator = OperatorClient.of(house.data())) {
            while (!operator.get(lookUp).toString().contains("lease " + number)) {
                assertThat(System.nanoTime() - begun).isLessThan(LONGEST.toNanos());
                Thread.sleep(10);
            }
        }
    }

    private static double numbersInDirectory(SampleHouse house) throws Exception {
        try (OperatorClient operator = OperatorClient.of(house.data())) {
            Matcher numbers = HEAP.matcher(operator.text("/metrics"));
            assertThat(numbers.find()).isTrue();
            return Double.parseDouble(numbers.group(1));
        }
    }

    private LeaseLoad load(SampleHouse house) throws Exception {
        ManyPools.await(house, "small-1", KEY);
        LeaseLoad load = new LeaseLoad(house.http(), CONNECTIONS);
        run(load, WARM_UP);
        return load;
    }

    private LeaseLoad.Seen run(LeaseLoad load, Duration time) throws IOException {
        LeaseLoad.Seen seen = load.run(time, MOST, this::target);
        assertThat(seen.leases()).isPositive();
        assertThat(seen.others()).isZero();
        return seen;
    }

    private String target() {
        return "/api/2026-11-01/ring_pools/small-1/allocate_number.json?ring_pool_key=" + KEY + "&visitor_id="
                + Long.toHexString(visitors.nextLong()) + Long.toHexString(visitors.nextLong())
                + "&utm_source=news&gclid=Cj0KCQ";
    }

    private static double median(List<LeaseLoad.Seen> seen) {
        double[] sorted =
                seen.stream().mapToDouble(LeaseLoad.Seen::perSecond).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static void write(long fillMillis, long readyMillis, long wholeMillis, double alone, double among)
            throws IOException {
        Scale.proof(
                "large-account",
                String.format(
                        Locale.ROOT,
                        """
                        # An account of a million numbers

                        Written by `./dev prove lease-size` (`LargeAccountIT`): a server and its MariaDB (%d MB buffer pool) on %d cores; %d
                        pools of %d numbers, each number leased %d times before, to a visitor of its own each time. The rates are of one pool of
                        %d numbers by %d connections, for new visitors with random ids, in that account and in one that has nothing else, on a
                        server and database of its own; by turns, the medians of %d times %d s. The database was filled in %d s. (Bytes for each
                        number in memory, and the look-up: [directory-size.md](directory-size.md).)

                        | what | found | goal |
                        | --- | ---: | --- |
                        | numbers, leases in the history | %d, %d | 1 million, 10 million |
                        | start until the server is ready | %d ms | |
                        | start until the directory holds every number | %d ms | < 30 s |
                        | leases/s in a small account | %.0f | |
                        | leases/s in this one | %.0f | |
                        | ratio | %.2f | ≥ 0.8 |
                        """,
                        BUFFER_POOL_MEGABYTES,
                        Runtime.getRuntime().availableProcessors(),
                        POOLS,
                        NUMBERS_EACH,
                        LEASES_OF_NUMBER,
                        SMALL_POOL,
                        CONNECTIONS,
                        ROUNDS,
                        MEASURED.toSeconds(),
                        fillMillis / 1_000,
                        NUMBERS,
                        (long) NUMBERS * LEASES_OF_NUMBER,
                        readyMillis,
                        wholeMillis,
                        alone,
                        among,
                        among / alone));
    }
}

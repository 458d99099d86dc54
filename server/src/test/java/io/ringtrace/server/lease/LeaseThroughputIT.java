package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.EmbeddedMariaDb;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server as a process of its own, its MariaDB, and clients over HTTP; then the plain design on the same MariaDB. Asserts no time. */
@Tag("proof")
@Tag("leases")
@Tag("lease-throughput")
@DisplayName("Durable leases over HTTP, beside one transaction for each lease")
class LeaseThroughputIT {
    private static final int CONNECTIONS = Scale.of(32, 512);
    private static final int LARGE_POOL = Scale.of(2_000, 100_000);
    private static final int SMALL_POOLS = Scale.of(120, 2_000);
    private static final int NUMBERS_OF_SMALL_POOL = 20;
    private static final Duration WARM_UP = Duration.ofSeconds(Scale.of(2, 15));
    private static final Duration MEASURED = Duration.ofSeconds(Scale.of(2, 20));
    private static final long MOST = Scale.of(500, Integer.MAX_VALUE);
    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    private final AtomicLong visitors = new AtomicLong();
    private long acknowledged;

    private record Row(String what, String goal, LeaseLoad.Seen http, SingleLeases.Done single) {
        String text() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %.1f ms | %.1f ms | %d | %d | %.0f | %.1f | %s |%n",
                    what,
                    http.perSecond(),
                    http.millis(50),
                    http.millis(99),
                    http.refused(),
                    http.none(),
                    single.perSecond(),
                    http.perSecond() / single.perSecond(),
                    goal);
        }
    }

    @Test
    void everyAcknowledgedLeaseIsInTheDatabase(@TempDir Path folder) throws Exception {
        long[] large;
        long[] small;
        LeaseLoad.Seen onLarge;
        LeaseLoad.Seen onSmall;
        SampleHouse house = new SampleHouse(folder);
        try (house) {
            house.start();
            house.awaitReady(LONGEST_START);
            ManyPools.account(house, folder, "pattern");
            String key = house.poolKey("pattern");
            try (StoreDatabase database = ManyPools.database(house)) {
                large = ManyPools.make(database, "pattern", "large", 1, LARGE_POOL, 5_000);
                small = ManyPools.make(database, "pattern", "small", SMALL_POOLS, NUMBERS_OF_SMALL_POOL, 1_000);
                ManyPools.await(house, "small-" + SMALL_POOLS, key);
                try (LeaseLoad load = new LeaseLoad(house.http(), CONNECTIONS)) {
                    onLarge = measured(load, () -> target("large-1", key));
                    SplittableRandom random = new SplittableRandom(1);
                    onSmall = measured(load, () -> target("small-" + (1 + random.nextInt(SMALL_POOLS)), key));
                }
                assertThat(leases(database)).isEqualTo(acknowledged);
            }
        }
        assertThat(List.of(onLarge.others(), onSmall.others())).containsOnly(0L);
        List<Row> table = new ArrayList<>();
        try (EmbeddedMariaDb mariaDb = EmbeddedMariaDb.start(house.data().resolve("mariadb"), bufferPoolMegabytes());
                StoreDatabase database = StoreDatabase.join(new StoreSettings.Embedded(house.data()))) {
            assertThat(mariaDb.pid()).isPositive();
            table.add(new Row("1 × " + LARGE_POOL, "≥ 8", onLarge, single(database, large)));
            table.add(new Row(SMALL_POOLS + " × " + NUMBERS_OF_SMALL_POOL, "≥ 3", onSmall, single(database, small)));
        }
        StringBuilder page = new StringBuilder(
                """
                # Durable leases over HTTP

                Written by `./dev prove lease-throughput` (`LeaseThroughputIT`): a server as a process of its own with its MariaDB (each commit
                forced to disk twice, binlog and InnoDB), %d keep-alive connections that ask `allocate_number.json` for a new visitor each time,
                and all of it on the %d cores of one machine. Beside it, in the same run on the same MariaDB: one transaction for each lease,
                8 connections, without HTTP and without our server (`SingleLeases`).

                | pools × numbers | leases/s over HTTP | p50 | p99 | refused | no number | leases/s, one transaction each | ratio | goal |
                | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
                """.formatted(CONNECTIONS, Runtime.getRuntime().availableProcessors()));
        table.forEach(row -> page.append(row.text()));
        Scale.proof("lease-throughput", page.toString());
    }

    private static int bufferPoolMegabytes() {
        return StoreSettings.Embedded.bufferPoolByMemory();
    }

    private LeaseLoad.Seen measured(LeaseLoad load, Supplier<String> target) throws Exception {
        acknowledged += load.run(WARM_UP, MOST, target).leases();
        LeaseLoad.Seen seen = load.run(MEASURED, MOST, target);
        acknowledged += seen.leases();
        return seen;
    }

    private static SingleLeases.Done single(StoreDatabase database, long[] pools) throws Exception {
        SingleLeases single = new SingleLeases(database, pools);
        single.run(WARM_UP.dividedBy(3), MOST);
        return single.run(MEASURED, MOST);
    }

    private String target(String pool, String key) {
        return "/api/2026-11-01/ring_pools/" + pool + "/allocate_number.json?ring_pool_key=" + key + "&visitor_id=v"
                + visitors.incrementAndGet() + "&utm_source=news&gclid=Cj0KCQ";
    }

    private static long leases(StoreDatabase database) throws Exception {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM lease WHERE visitor_id LIKE 'v%'")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}

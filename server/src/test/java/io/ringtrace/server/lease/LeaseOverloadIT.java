package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import io.ringtrace.server.SipSocket;
import io.ringtrace.server.command.OperatorClient;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.StoreDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server as a process of its own and more clients than it has places for. Asserts no time. */
@Tag("proof")
@Tag("leases")
@Tag("lease-overload")
@DisplayName("More requests for numbers than the server can serve")
class LeaseOverloadIT {
    /** The server has 1,024 places. */
    private static final int CLIENTS = Scale.of(1_200, 2_000);

    private static final int PLACES = 1_024;
    private static final int NUMBERS = Scale.of(4_000, 100_000);
    private static final Duration EACH = Duration.ofSeconds(Scale.of(1, 15));
    private static final List<Integer> RATES =
            Scale.of(0, 1) == 0 ? List.of(200) : List.of(500, 1_000, 2_000, 4_000, 6_000, 10_000, 20_000);
    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final Pattern RUNNING = Pattern.compile("(?m)^ringtrace_http_running\\S* ([0-9.E+]+)");
    private static final Pattern REFUSED = Pattern.compile(
            "(?m)^ringtrace_http_requests_seconds_count\\{[^}]*allocate_number\\.json[^}]*5xx[^}]*} ([0-9.E+]+)");

    private final AtomicLong visitors = new AtomicLong();
    private long acknowledged;

    @Test
    void areRefusedAtOnceWithATimeToAskAgainWhileCallsGoOnAndEveryLeaseStands(@TempDir Path folder) throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            house.start();
            house.awaitReady(LONGEST);
            ManyPools.account(house, folder, "pattern");
            String key = house.poolKey("pattern");
            try (StoreDatabase database = ManyPools.database(house);
                    LeaseLoad load = new LeaseLoad(house.http(), CLIENTS)) {
                long[] pool = ManyPools.make(database, "pattern", "crowded", 1, NUMBERS, 1_000);
                ManyPools.await(house, "crowded-1", key);
                LeaseLoad.Seen crowded = whileTheStoreIsBusy(house, database, load, pool[0], key);
                assertThat(crowded.refused()).as("refused").isPositive();
                assertThat(crowded.leases())
                        .as("served once the store was free")
                        .isPositive();
                assertThat(crowded.others()).as("other answers").isZero();
                List<String> table = new ArrayList<>();
                for (int rate : RATES) {
                    LeaseLoad.Seen seen = load.run(EACH, Integer.MAX_VALUE, () -> target(key), rate);
                    acknowledged += seen.leases();
                    assertThat(seen.others()).as("other answers at %d/s", rate).isZero();
                    table.add(row(rate, seen));
                    if (rate == RATES.getFirst()) {
                        assertThat(seen.refused()).as("refused at %d/s", rate).isZero();
                    }
                }
                assertThat(leases(database)).isEqualTo(acknowledged);
                Scale.proof("lease-overload", """
                        # Leases under load

                        Written by `./dev prove lease-overload` (`LeaseOverloadIT`): a server as a process of its own, its MariaDB and the clients
                        on the %d cores of one machine. Requests for new visitors come to one pool of %d numbers at a rate, however long the
                        answers take, on %d connections; the server has %d places, beyond which it answers 503 with Retry-After. Delays are of the
                        answers with a number, from the moment at which the request should have been sent.

                        | requests/s | with a number/s | p50 | p99 | longest | refused |
                        | ---: | ---: | ---: | ---: | ---: | ---: |
                        %s
                        """.formatted(
                                Runtime.getRuntime().availableProcessors(),
                                NUMBERS,
                                CLIENTS,
                                PLACES,
                                String.join("\n", table)));
            }
        }
    }

    private static String row(int rate, LeaseLoad.Seen seen) {
        return String.format(
                Locale.ROOT,
                "| %d | %.0f | %.1f ms | %.1f ms | %.1f ms | %.1f %% |",
                rate,
                seen.perSecond(),
                seen.millis(50),
                seen.millis(99),
                seen.latencyMicros().getMaxValue() / 1000.0,
                100.0 * seen.refused() / Math.max(1, seen.refused() + seen.leases()));
    }

    /** Nothing can be lent while somebody holds the pool's row, so every place is taken. */
    private LeaseLoad.Seen whileTheStoreIsBusy(
            SampleHouse house, StoreDatabase database, LeaseLoad load, long pool, String key) throws Exception {
        try (ExecutorService clients = Executors.newSingleThreadExecutor();
                Connection blocker = database.dataSource().getConnection()) {
            blocker.setAutoCommit(false);
            try (PreparedStatement lock =
                    blocker.prepareStatement("SELECT id FROM ring_pool WHERE id = ? FOR UPDATE")) {
                lock.setLong(1, pool);
                lock.executeQuery().close();
            }
            Future<LeaseLoad.Seen> asked =
                    clients.submit(() -> load.run(EACH.plusSeconds(1), Integer.MAX_VALUE, () -> target(key)));
            try (OperatorClient operator = OperatorClient.of(house.data())) {
                awaitFull(operator);
                assertThat(operator.get("/health/ready").path("status").asString())
                        .as("it can still be looked at")
                        .isNotEqualTo("down");
            }
            aCallGoesOn(house);
            blocker.rollback();
            LeaseLoad.Seen seen = asked.get();
            acknowledged += seen.leases();
            return seen;
        }
    }

    private static void awaitFull(OperatorClient operator) throws Exception {
        long until = System.nanoTime() + LONGEST.toNanos();
        while (true) {
            String metrics = operator.text("/metrics");
            Matcher running = RUNNING.matcher(metrics);
            assertThat(running.find()).isTrue();
            if (Double.parseDouble(running.group(1)) >= PLACES
                    && REFUSED.matcher(metrics).find()) {
                return;
            }
            assertThat(System.nanoTime()).as(running.group()).isLessThan(until);
            Thread.sleep(20);
        }
    }

    private static void aCallGoesOn(SampleHouse house) throws Exception {
        try (SipSocket caller = new SipSocket("127.0.0.1:0");
                SipSocket gateway = new SipSocket(house.gateway())) {
            caller.send(house.sip(), caller.invite("+18885550101", house.sip(), "crowded"));
            String invite = gateway.receive("INVITE");
            gateway.send(house.sip(), gateway.answer(invite, "486 Busy Here"));
            assertThat(caller.receive("SIP/2.0 486")).contains("crowded@caller");
        }
    }

    private String target(String key) {
        return "/api/2026-11-01/ring_pools/crowded-1/allocate_number.json?ring_pool_key=" + key + "&visitor_id=v"
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

package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.lease.LeaseHistory.Verdict;
import io.ringtrace.store.db.EmbeddedMariaDb;
import io.ringtrace.store.db.StoreDatabase;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("proof")
@Tag("leases")
@Tag("lease-faults")
@DisplayName("Sixty-four clients over HTTP, and the history of leases")
class LeaseFaultsIT {
    private static final int NUMBERS = 60;
    private static final long LIFETIME_MILLIS = 1_000;
    private static final long HOLD_MILLIS = 10_000;
    private static final int ROUNDS = Scale.of(1, 5);
    private static final int NUMBERS_TOLD = Scale.of(300, 10_000);
    /** Two more looks at the clock, ten seconds each. */
    private static final boolean FORWARD_TOO = Scale.of(0, 1) == 1;

    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final String POOL = "checked";
    private static final Path FAKE_TIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");
    private static final List<String> table = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterAll
    static void write() throws Exception {
        Scale.proof("lease-faults", """
                # What clients were told, and what the database says

                Written by `./dev prove lease-faults` (`LeaseFaultsIT`): 64 clients over HTTP share visitors who come and go, in a pool of %d
                numbers that are guaranteed for %d ms. A fault is a number guaranteed to two visitors, an acknowledged lease that the
                history lacks, or a number given away while another one was presented longer ago.

                | what happened meanwhile | answers with a number | leases | choices compared | refused | unanswered | faults |
                | --- | ---: | ---: | ---: | ---: | ---: | ---: |
                %s
                """.formatted(NUMBERS, LIFETIME_MILLIS, String.join("\n", table)));
    }

    private static void makePool(SampleHouse house, Path folder) throws Exception {
        StringBuilder csv = new StringBuilder("number,rate_center,state\n");
        for (int i = 0; i < NUMBERS + 1; i++) {
            csv.append("+188855501%02d,,%n".formatted(i));
        }
        house.importAccount(Files.writeString(folder.resolve("numbers.csv"), csv));
        house.post(
                SampleHouse.POOLS,
                JsonMapper.shared()
                        .createObjectNode()
                        .put("id_from_network", POOL)
                        .put("name", POOL)
                        .put("number_type", "toll_free")
                        .put("max_pool_size", NUMBERS + 1)
                        .put("fill_immediately", true)
                        .put("lifetime_seconds", LIFETIME_MILLIS / 1_000)
                        .put("hold_hours", HOLD_MILLIS / 3_600_000.0)
                        .put("destination_phone_number", "+12125550190"));
    }

    private static void judge(String what, StoreDatabase database, LeaseClients clients) throws Exception {
        Verdict verdict = LeaseHistory.check(database, POOL, LIFETIME_MILLIS, HOLD_MILLIS, clients.told);
        table.add(String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %s | %s | %d |",
                what,
                verdict.told(),
                verdict.leases(),
                verdict.compared(),
                clients.refused,
                clients.unanswered,
                verdict.faults().size()));
        assertThat(verdict.faults()).as(what).isEmpty();
        assertThat(clients.wrong).as(what).isEmpty();
        assertThat(verdict.leases()).isGreaterThan(NUMBERS);
        assertThat(verdict.compared()).isGreaterThan(NUMBERS);
        assertThat(clients.told).anyMatch(LeaseClients.Told::renewed);
    }

    @Test
    void noRuleIsBrokenByAKilledServerNorByAKilledDatabase() throws Exception {
        try (SampleHouse house = new SampleHouse(folder)) {
            house.start();
            house.awaitReady(LONGEST);
            makePool(house, folder);
            try (LeaseClients clients = new LeaseClients(List.of(house.http()), house.token(), POOL)) {
                for (int round = 0; round < ROUNDS; round++) {
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                    house.server().kill();
                    house.start();
                    house.awaitReady(LONGEST);
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                    killDatabase(house.data());
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                }
                clients.end();
                assertThat(clients.unanswered.get()).isPositive();
                try (StoreDatabase database = ManyPools.database(house)) {
                    judge(ROUNDS + " × server killed, database killed", database, clients);
                }
            }
        }
    }

    /** As by {@code kill -9}; the server starts it again. */
    private static void killDatabase(Path data) {
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains("--datadir=" + data))
                .filter(process -> process.info().command().orElse("").contains("mariadbd"))
                .forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void noRuleIsBrokenByTwoServersOnOneDatabaseOneOfThemKilled() throws Exception {
        try (EmbeddedMariaDb mariaDb = EmbeddedMariaDb.start(folder.resolve("store"), 128);
                SampleHouse one = TwoHouses.on(mariaDb.address(), folder.resolve("one"));
                SampleHouse other = TwoHouses.on(mariaDb.address(), folder.resolve("other"))) {
            SampleHouse.run("migrate", "--config", one.config().toString());
            one.start();
            other.start();
            one.awaitReady(LONGEST);
            other.awaitReady(LONGEST);
            List<URI> servers = List.of(one.http(), other.http());
            makePool(one, folder);
            TwoHouses.awaitToken(other, one.token(), POOL);
            try (LeaseClients clients = new LeaseClients(servers, one.token(), POOL);
                    StoreDatabase database = TwoHouses.database(mariaDb.address(), folder)) {
                for (int round = 0; round < ROUNDS; round++) {
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                    other.server().kill();
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                    other.start();
                    other.awaitReady(LONGEST);
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                }
                clients.end();
                judge("two servers, " + ROUNDS + " × one of them killed", database, clients);
            }
        }
    }

    @Test
    void noRuleIsBrokenByAMachineWhoseWallClockIsSteppedByAnHour() throws Exception {
        assertThat(FAKE_TIME)
                .as("Debian's package faketime, which ./dev test installs")
                .exists();
        Path step = Files.writeString(folder.resolve("step"), "+0\n");
        try (SampleHouse house = new SampleHouse(folder)) {
            // The database is the server's child, so both see the step; what measures durations does not.
            house.start(Map.of(
                    "LD_PRELOAD", FAKE_TIME.toString(),
                    "FAKETIME_TIMESTAMP_FILE", step.toString(),
                    "FAKETIME_CACHE_DURATION", "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                    "DONT_FAKE_MONOTONIC", "1"));
            house.awaitReady(LONGEST);
            makePool(house, folder);
            try (LeaseClients clients = new LeaseClients(List.of(house.http()), house.token(), POOL)) {
                clients.awaitMore(NUMBERS_TOLD, LONGEST);
                stepTo(step, "-3600");
                awaitClock(house, "degraded");
                int told = clients.told.size();
                awaitRefusal(clients);
                stepTo(step, "+0");
                awaitClock(house, "ok");
                assertThat(clients.told.size())
                        .as("lent by a node that is an hour off")
                        .isLessThan(told + 200);
                clients.awaitMore(NUMBERS_TOLD, LONGEST);
                if (FORWARD_TOO) {
                    stepTo(step, "+3600");
                    awaitClock(house, "degraded");
                    // Ahead and steady for the longest lifetime: it follows.
                    awaitClock(house, "ok");
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                }
                clients.end();
                try (StoreDatabase database = ManyPools.database(house)) {
                    judge("wall clock stepped by -1 h, back" + (FORWARD_TOO ? ", and by +1 h" : ""), database, clients);
                }
            }
        }
    }

    private static void stepTo(Path step, String offset) throws Exception {
        Path written = Files.writeString(step.resolveSibling("step.next"), offset + "\n");
        Files.move(written, step, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Until a visitor was told that there is no number now. */
    private static void awaitRefusal(LeaseClients clients) throws Exception {
        long until = System.nanoTime() + LONGEST.toNanos();
        while (clients.refused.get() == 0) {
            assertThat(System.nanoTime()).as("nobody was refused").isLessThan(until);
            Thread.sleep(50);
        }
    }

    /** Until the server says so of its lease clock. */
    private static void awaitClock(SampleHouse house, String state) throws Exception {
        long until = System.nanoTime() + LONGEST.toNanos();
        while (true) {
            JsonNode health = house.operator("/health/ready");
            for (JsonNode check : health.path("checks")) {
                if (check.path("name").asString().equals("lease-clock")
                        && check.path("status").asString().equalsIgnoreCase(state)) {
                    return;
                }
            }
            if (System.nanoTime() > until) {
                throw new AssertionError("the lease clock is not " + state + ": " + health);
            }
            Thread.sleep(200);
        }
    }
}

package io.ringtrace.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.Scale;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.lease.LeaseHistory.Verdict;
import io.ringtrace.store.db.StoreDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("proof")
@Tag("leases")
@Tag("lease-faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@DisplayName("Sixty-four clients over HTTP, and the history of leases")
class LeaseFaultsIT {
    /** More than the visitors keep busy, 60 at a time: of the others there is always a choice. */
    private static final int NUMBERS = 75;

    private static final long LIFETIME_MILLIS = 1_000;
    private static final long HOLD_MILLIS = 10_000;
    private static final int ROUNDS = Scale.of(1, 5);
    private static final int NUMBERS_TOLD = Scale.of(300, 5_000);
    /** The server must be started again after it. */
    private static final boolean FORWARD_TOO = Scale.of(0, 1) == 1;

    private static final Duration LONGEST = Duration.ofSeconds(90);
    private static final Path FAKE_TIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

    /** The pool of each test, and the toll-free code of its numbers. */
    private static final Map<String, Integer> POOLS = Map.of("stepped", 844, "killed", 855, "shared", 866);

    private final List<String> table = new ArrayList<>();

    @TempDir
    private static Path folder;

    private SampleHouse house;
    private Path step;

    @BeforeAll
    void start() throws Exception {
        step = Files.writeString(folder.resolve("step"), "+0\n");
        house = new SampleHouse(folder);
        house.start(Map.of("PATH", settableDatabase() + ":" + System.getenv("PATH")));
        house.awaitReady(LONGEST);
        StringBuilder csv = new StringBuilder("number,rate_center,state\n");
        for (int code : POOLS.values()) {
            for (int i = 0; i < NUMBERS + 1; i++) {
                csv.append("+1%d55501%02d,,%n".formatted(code, i));
            }
        }
        house.importAccount(Files.writeString(folder.resolve("numbers.csv"), csv));
        for (String pool : POOLS.keySet()) {
            makePool(pool);
        }
    }

    /**
     * A folder whose {@code mariadbd} is this machine's, with a wall clock that {@link #stepTo} sets; what measures durations does not change.
     * The server itself has no use for its own wall clock but to notice such a step sooner ({@code DatabaseLeaseClockIT}).
     */
    private Path settableDatabase() throws Exception {
        assertThat(FAKE_TIME)
                .as("Debian's package faketime, which ./dev test installs")
                .exists();
        Path real = Stream.of("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/bin", "/usr/local/bin")
                .map(each -> Path.of(each, "mariadbd"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
        Path programs = Files.createDirectories(folder.resolve("settable/bin"));
        Files.createSymbolicLink(
                folder.resolve("settable/share"), real.resolve("../../share").normalize());
        Path program = Files.writeString(programs.resolve("mariadbd"), """
                #!/bin/sh
                export LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=%s FAKETIME_CACHE_DURATION=1
                export FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1
                exec %s "$@"
                """.formatted(FAKE_TIME, step, real));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return programs;
    }

    private void makePool(String pool) throws Exception {
        house.post(
                SampleHouse.POOLS,
                JsonMapper.shared()
                        .createObjectNode()
                        .put("id_from_network", pool)
                        .put("name", pool)
                        .put("number_type", "toll_free")
                        .put("max_pool_size", NUMBERS + 1)
                        .put("fill_immediately", true)
                        .put("lifetime_seconds", LIFETIME_MILLIS / 1_000)
                        .put("hold_hours", HOLD_MILLIS / 3_600_000.0)
                        .put("destination_phone_number", "+12125550190"));
    }

    @AfterAll
    void stop() throws Exception {
        if (house != null) {
            house.close();
        }
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

    private void judge(String what, String pool, LeaseClients clients) throws Exception {
        Verdict verdict;
        try (StoreDatabase database = ManyPools.database(house)) {
            verdict = LeaseHistory.check(database, pool, LIFETIME_MILLIS, HOLD_MILLIS, clients.told);
        }
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
        assertThat(verdict.compared()).as("choices compared").isGreaterThan(NUMBERS);
        assertThat(clients.told).anyMatch(LeaseClients.Told::renewed);
    }

    @Test
    @Order(1)
    void noRuleIsBrokenByADatabaseWhoseWallClockIsSteppedByAnHour() throws Exception {
        try (LeaseClients clients = new LeaseClients(List.of(house.http()), house.token(), "stepped")) {
            clients.awaitMore(NUMBERS_TOLD, LONGEST);
            stepTo("-3600");
            awaitClock("degraded");
            int told = clients.told.size();
            awaitRefusal(clients);
            stepTo("+0");
            awaitClock("ok");
            assertThat(clients.told.size())
                    .as("lent by a node that is an hour off")
                    .isLessThan(told + 200);
            clients.awaitMore(NUMBERS_TOLD, LONGEST);
            if (FORWARD_TOO) {
                stepTo("+3600");
                awaitClock("degraded");
                // Ahead and steady for the longest lifetime: it follows.
                awaitClock("ok");
                clients.awaitMore(NUMBERS_TOLD, LONGEST);
            }
            clients.awaitLeases(NUMBERS + 20, LONGEST);
            clients.end();
            judge(
                    "the database's wall clock stepped by -1 h, back" + (FORWARD_TOO ? ", and by +1 h" : ""),
                    "stepped",
                    clients);
        }
        if (FORWARD_TOO) {
            // An hour back from what it follows now: a node goes on from there only once it is started again.
            house.server().close();
            house.start();
            house.awaitReady(LONGEST);
        }
    }

    /** Without the settable clock from here on: the new server has none, nor has the database once that was killed. */
    @Test
    @Order(2)
    void noRuleIsBrokenByAKilledServerNorByAKilledDatabase() throws Exception {
        try (LeaseClients clients = new LeaseClients(List.of(house.http()), house.token(), "killed")) {
            for (int round = 0; round < ROUNDS; round++) {
                clients.awaitMore(NUMBERS_TOLD, LONGEST);
                house.server().kill();
                house.start();
                house.awaitReady(LONGEST);
                clients.awaitMore(NUMBERS_TOLD, LONGEST);
                killDatabase(house.data());
                clients.awaitMore(NUMBERS_TOLD, LONGEST);
            }
            clients.awaitLeases(NUMBERS + 20, LONGEST);
            clients.end();
            assertThat(clients.unanswered.get()).isPositive();
            judge(ROUNDS + " × server killed, database killed", "killed", clients);
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
    @Order(3)
    void noRuleIsBrokenByTwoServersOnOneDatabaseOneOfThemKilled() throws Exception {
        try (SampleHouse other = TwoHouses.beside(house, folder.resolve("other"))) {
            other.start();
            other.awaitReady(LONGEST);
            TwoHouses.awaitToken(other, house.token(), "shared");
            try (LeaseClients clients =
                    new LeaseClients(List.of(house.http(), other.http()), house.token(), "shared")) {
                clients.awaitLeases(NUMBERS + 20, LONGEST);
                for (int round = 1; round <= ROUNDS; round++) {
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                    other.server().kill();
                    clients.awaitMore(NUMBERS_TOLD, LONGEST);
                    if (round < ROUNDS) {
                        other.start();
                        other.awaitReady(LONGEST);
                    }
                }
                clients.end();
                judge("two servers, " + ROUNDS + " × one of them killed", "shared", clients);
            }
        }
    }

    private void stepTo(String offset) throws Exception {
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
    private void awaitClock(String state) throws Exception {
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
            Thread.sleep(100);
        }
    }
}

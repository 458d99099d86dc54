package io.ringtrace.store.directory;

import static io.ringtrace.store.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.RunningClock;
import io.ringtrace.store.Scale;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.node.NodeIdentity;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("proof")
@Tag("directory")
@DisplayName("The directory's feed from the binlog")
class BinlogFeedIT {
    private static final long FIRST = 18_005_550_000L;
    private static final int NUMBERS = 2000;

    @RegisterExtension
    static final TestStore store = new TestStore();

    @TempDir
    Path folder;

    private final LeaseClock clock = new RunningClock();

    @BeforeEach
    void poolWithNumbers() throws SQLException {
        execute(
                "DELETE FROM lease",
                "DELETE FROM promo_number",
                "DELETE FROM ring_pool",
                "INSERT INTO ring_pool (id, network_id,"
                        + " campaign_id, id_from_network, name, number_type, lifetime_ms, hold_ms, max_pool_size,"
                        + " allow_overflow, fill_immediately, preferred, destination, api_key_sealed)"
                        + " VALUES (5, 1, 6, 'pool', 'Pool', 'toll_free', 300000, 259200000, 100, TRUE, TRUE, TRUE,"
                        + " 13125550188, '')");
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO promo_number (number, network_id, state, pool_id, campaign_id) VALUES (?, 1, 1, 5, 6)")) {
            for (int i = 0; i < NUMBERS; i++) {
                insert.setLong(1, FIRST + i);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    @Test
    void leasesThatAreCommittedAppearWithinMilliseconds() throws Exception {
        NumberDirectory directory = new NumberDirectory(clock);
        try (BinlogFeed feed = feed(directory)) {
            feed.start();
            eventually("complete", directory::available);
            int leases = Scale.pick(500, 5000);
            long[] nanos = new long[leases];
            for (int i = 0; i < leases; i++) {
                long number = FIRST + i % NUMBERS;
                String visitor = "visitor-" + i;
                lease(number, visitor);
                long committed = System.nanoTime();
                while (!visitor.equals(visitorOf(directory, number))) {
                    assertThat(System.nanoTime() - committed).isLessThan(10_000_000_000L);
                    Thread.onSpinWait();
                }
                nanos[i] = System.nanoTime() - committed;
            }
            Arrays.sort(nanos);
            String measured = String.format(
                    Locale.ROOT,
                    "From commit to directory by the binlog, %d leases: p50 %.2f ms, p99 %.2f ms, longest %.2f ms.",
                    leases,
                    nanos[leases / 2] / 1e6,
                    nanos[leases * 99 / 100] / 1e6,
                    nanos[leases - 1] / 1e6);
            System.out.println(measured);
            Scale.prove("directory-feed-delay.md", List.of(measured));
            assertThat(nanos[leases / 2]).isLessThan(50_000_000L);
            assertThat(directory.staleMillis()).isZero();
        }
    }

    @Test
    void poolChangesAndNewNumbersAppear() throws Exception {
        NumberDirectory directory = new NumberDirectory(clock);
        try (BinlogFeed feed = feed(directory)) {
            feed.start();
            eventually("complete", directory::available);
            PhoneNumber fresh = new PhoneNumber(FIRST + NUMBERS);
            assertThat(directory.lookUp(fresh, clock.nowMillis())).isEqualTo(AttributionResult.UNKNOWN);
            execute(
                    "INSERT INTO promo_number (number, network_id, state, pool_id, campaign_id) VALUES ("
                            + fresh.digits() + ", 1, 2, 5, 6)",
                    "UPDATE ring_pool SET destination = 13125550177, version = version + 1 WHERE id = 5");
            AttributionResult expected = new AttributionResult.Overflow(5, 6, new PhoneNumber(13_125_550_177L));
            eventually("the overflow number", () -> expected.equals(directory.lookUp(fresh, clock.nowMillis())));
        }
    }

    @Test
    void whatTrunksForwardOfLeasesAppearsAndAFieldMoreBringsANewSnapshot() throws Exception {
        AtomicReference<Set<String>> names = new AtomicReference<>(Set.of("utm_source"));
        NumberDirectory directory = new NumberDirectory(clock, names::get);
        lease(FIRST, "visitor-before");
        leaseData(FIRST, "{\"utm_source\":\"ads\",\"gclid\":\"g1\"}");
        try (BinlogFeed feed = feed(directory)) {
            feed.start();
            eventually("complete", directory::available);
            assertThat(forwarded(directory, FIRST)).isEqualTo(Map.of("utm_source", "ads"));
            lease(FIRST + 1, "visitor-after");
            leaseData(FIRST + 1, "{\"utm_source\":\"mail\",\"gclid\":\"g2\"}");
            eventually("the later lease", () -> forwarded(directory, FIRST + 1).equals(Map.of("utm_source", "mail")));
            names.set(Set.of("utm_source", "gclid"));
            eventually(
                    "the field more",
                    () -> forwarded(directory, FIRST).equals(Map.of("utm_source", "ads", "gclid", "g1"))
                            && forwarded(directory, FIRST + 1).containsValue("g2"));
            eventually("one snapshot more", () -> feed.snapshots() == 2);
            execute("DELETE FROM lease WHERE number = " + FIRST);
            lease(FIRST + 2, "visitor-last");
            eventually("the last lease", () -> forwardedLease(directory, FIRST + 2) != null);
            assertThat(feed.snapshots()).isEqualTo(2);
        }
    }

    private @Nullable Lease forwardedLease(NumberDirectory directory, long number) {
        return directory.lookUp(new PhoneNumber(number), clock.nowMillis())
                        instanceof AttributionResult.Leased(Lease lease)
                ? lease
                : null;
    }

    private Map<String, String> forwarded(NumberDirectory directory, long number) {
        Lease lease = forwardedLease(directory, number);
        return lease == null ? Map.of() : directory.forwardedFields(lease);
    }

    private static void leaseData(long number, String json) throws SQLException {
        execute("INSERT INTO lease (number, version, pool_id, campaign_id, visitor_id, destination, leased_at,"
                + " marketing_data) SELECT number, lease_version, 5, 6, visitor_id, destination, leased_at, '" + json
                + "' FROM promo_number WHERE number = " + number);
    }

    @Test
    void anIdleFeedIsNotStaleAndAClosedOneIs() throws Exception {
        NumberDirectory directory = new NumberDirectory(clock);
        try (BinlogFeed feed = feed(directory)) {
            feed.start();
            eventually("complete", directory::available);
            long until = clock.nowMillis() + 3000;
            while (clock.nowMillis() < until) {
                assertThat(directory.staleMillis()).isZero();
                Thread.sleep(20);
            }
        }
        eventually("stale", () -> directory.staleMillis() > 1000);
    }

    @Test
    void snapshotsTakenDuringWritesMissNothing() throws Exception {
        int rounds = Scale.pick(20, 200);
        AtomicBoolean writing = new AtomicBoolean(true);
        Phaser pause = new Phaser(1);
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 3; w++) {
            Random random = new Random(w);
            pause.register();
            writers.add(Thread.ofPlatform().start(() -> {
                while (writing.get()) {
                    pause.arriveAndAwaitAdvance(); // a round begins
                    int commits = 30 + random.nextInt(60);
                    for (int i = 0; i < commits && writing.get(); i++) {
                        try {
                            lease(FIRST + random.nextInt(NUMBERS), "visitor-" + random.nextInt());
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    pause.arriveAndAwaitAdvance(); // it has ended
                }
                pause.arriveAndDeregister();
            }));
        }
        NodeIdentity node = NodeIdentity.load(folder, "feed-test");
        for (int round = 0; round < rounds; round++) {
            NumberDirectory directory = new NumberDirectory(clock);
            try (BinlogFeed feed = new BinlogFeed(store.database(), node, directory, clock)) {
                pause.arriveAndAwaitAdvance();
                feed.start();
                eventually("complete", directory::available);
                if (round == rounds - 1) {
                    writing.set(false);
                }
                pause.arriveAndAwaitAdvance();
                long written = clock.nowMillis();
                eventually("caught up", () -> directory.liveAt() > written);
                assertThat(differences(directory)).as("round %d", round).isEmpty();
            }
        }
        for (Thread writer : writers) {
            writer.join();
        }
        Scale.prove(
                "directory-snapshots.md",
                List.of(rounds + " snapshots taken during writes by 3 writers: 0 numbers missed a change."));
    }

    @Test
    void aLostConnectionIsResumedAndAPurgedPositionBringsANewSnapshot() throws Exception {
        NumberDirectory directory = new NumberDirectory(clock);
        try (BinlogFeed feed = feed(directory)) {
            feed.start();
            eventually("complete", directory::available);
            lease(FIRST, "before");
            eventually("before", () -> "before".equals(visitorOf(directory, FIRST)));

            killBinlogReaders();
            lease(FIRST + 1, "meanwhile");
            eventually("meanwhile", () -> "meanwhile".equals(visitorOf(directory, FIRST + 1)));
            assertThat(feed.snapshots()).isEqualTo(1);

            execute("FLUSH BINARY LOGS", "FLUSH BINARY LOGS");
            lease(FIRST, "after the flush");
            eventually("after the flush", () -> "after the flush".equals(visitorOf(directory, FIRST)));
            killBinlogReaders();
            execute("RESET MASTER");
            lease(FIRST + 2, "after the purge");
            eventually("after the purge", () -> "after the purge".equals(visitorOf(directory, FIRST + 2)));
            eventually("a second snapshot", () -> feed.snapshots() == 2);
            eventually("live again", () -> directory.staleMillis() == 0);
            assertThat(differences(directory)).isEmpty();
        }
    }

    @Test
    void deletedRowsBringANewSnapshotThatLacksThem() throws Exception {
        NumberDirectory directory = new NumberDirectory(clock);
        try (BinlogFeed feed = feed(directory)) {
            feed.start();
            eventually("complete", directory::available);
            execute("DELETE FROM promo_number WHERE number = " + FIRST);
            eventually(
                    "unknown",
                    () -> directory
                            .lookUp(new PhoneNumber(FIRST), clock.nowMillis())
                            .equals(AttributionResult.UNKNOWN));
        }
    }

    @Test
    void withoutColumnNamesInTheBinlogTheDirectoryIsPolled() throws Exception {
        execute("SET GLOBAL binlog_row_metadata = MINIMAL");
        NumberDirectory directory = new NumberDirectory(clock);
        try (BinlogFeed feed = feed(directory)) {
            feed.start();
            eventually("complete", directory::available);
            lease(FIRST, "polled");
            eventually("polled", () -> "polled".equals(visitorOf(directory, FIRST)));
            execute("SET GLOBAL binlog_row_metadata = FULL");
            eventually("live", () -> directory.staleMillis() == 0);
            lease(FIRST, "from the binlog");
            eventually("from the binlog", () -> "from the binlog".equals(visitorOf(directory, FIRST)));
        } finally {
            execute("SET GLOBAL binlog_row_metadata = FULL");
        }
    }

    @Test
    void aNodeStartsFromItsFileWhileTheDatabaseIsAway() throws Exception {
        Path file = folder.resolve("directory");
        NumberDirectory before = new NumberDirectory(clock);
        try (BinlogFeed feed = feed(before)) {
            feed.start();
            eventually("complete", before::available);
            lease(FIRST, "kept");
            eventually("kept", () -> "kept".equals(visitorOf(before, FIRST)));
        }
        new DirectoryFile(file, before).close();

        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        NumberDirectory after = new NumberDirectory(clock);
        try (StoreDatabase away = StoreDatabase.open(new StoreSettings.External(
                        folder, "jdbc:mysql://127.0.0.1:" + port + "/none", "nobody", "nothing", 2));
                DirectoryFile kept = new DirectoryFile(file, after);
                BinlogFeed feed = new BinlogFeed(away, NodeIdentity.load(folder, "feed-test"), after, clock)) {
            kept.start();
            feed.start();
            assertThat(visitorOf(after, FIRST)).isEqualTo("kept");
            eventually("its age is told", () -> after.staleMillis() > 1000);
            assertThat(visitorOf(after, FIRST)).isEqualTo("kept");
        }
    }

    private BinlogFeed feed(NumberDirectory directory) throws Exception {
        return new BinlogFeed(store.database(), NodeIdentity.load(folder, "feed-test"), directory, clock);
    }

    private List<String> differences(NumberDirectory directory) throws SQLException {
        NumberDirectory.Content content = directory.content();
        assertThat(content).isNotNull();
        List<String> differences = new ArrayList<>();
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT number, version FROM promo_number")) {
            while (rows.next()) {
                NumberEntry entry = content.numbers.get(rows.getLong(1));
                if (entry == null || entry.version() != rows.getLong(2)) {
                    differences.add(rows.getLong(1) + " has version " + rows.getLong(2) + ", but here it is " + entry);
                }
            }
        }
        return differences;
    }

    private @Nullable String visitorOf(NumberDirectory directory, long number) {
        return directory.lookUp(new PhoneNumber(number), clock.nowMillis()) instanceof AttributionResult.Leased leased
                ? leased.lease().visitorId()
                : null;
    }

    private void lease(long number, String visitor) throws SQLException {
        long now = clock.nowMillis();
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement update = connection.prepareStatement("UPDATE promo_number SET visitor_id = ?,"
                        + " destination = 13125550199, lease_version = version + 1, leased_at = ?, presented_at = ?,"
                        + " guaranteed_until = ?, held_until = ?, version = version + 1 WHERE number = ?")) {
            update.setString(1, visitor);
            update.setLong(2, now);
            update.setLong(3, now);
            update.setLong(4, now + 300_000);
            update.setLong(5, now + 259_200_000);
            update.setLong(6, number);
            update.executeUpdate();
        }
    }

    private static void killBinlogReaders() throws SQLException {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            List<Long> readers = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(
                    "SELECT id FROM information_schema.processlist WHERE command = 'Binlog Dump'")) {
                while (rows.next()) {
                    readers.add(rows.getLong(1));
                }
            }
            assertThat(readers).isNotEmpty();
            for (long reader : readers) {
                statement.execute("KILL " + reader);
            }
        }
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}

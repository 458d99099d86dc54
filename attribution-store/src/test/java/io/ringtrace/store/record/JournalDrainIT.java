package io.ringtrace.store.record;

import static io.ringtrace.store.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.store.Scale;
import io.ringtrace.store.db.SessionShare;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.journal.EncodedEvent;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.journal.SampleEvents;
import io.ringtrace.store.node.NodeIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** On a database of its own, since it is killed. */
@Tag("proof")
@Tag("journal")
@DisplayName("The drain carries every journaled call into the database")
class JournalDrainIT {
    private static final JournalSettings SETTINGS =
            new JournalSettings(512 * 1024, 256L << 20, Duration.ofHours(1), Duration.ofMillis(10));

    private final SampleEvents sample = new SampleEvents(3);

    @TempDir
    static Path storeFolder;

    private static StoreDatabase database;

    @BeforeAll
    static void openStore() throws Exception {
        database = StoreDatabase.open(new StoreSettings.Embedded(storeFolder, 64, 10));
    }

    @AfterAll
    static void closeStore() {
        database.close();
    }

    @BeforeEach
    void noRecords() throws Exception {
        execute("DELETE FROM call_record");
    }

    @Test
    void onceHoweverOftenTheDrainBeginsAgain(@TempDir Path folder) throws Exception {
        NodeIdentity node = NodeIdentity.load(folder, "drain-test");
        try (Journal journal = new Journal(folder.resolve("journal"), 2, SETTINGS)) {
            journal.start();
            List<CallId> calls = journalCalls(journal, 1000);
            try (JournalDrain drain = new JournalDrain(journal, database, node)) {
                drain.start();
                eventually("drained", () -> drain.drained() == 2000);
            }
            assertAllComplete(calls);
            String once = checksum();

            calls.addAll(journalCalls(journal, 10));
            try (JournalDrain drain = new JournalDrain(journal, database, node)) {
                drain.start();
                eventually("the rest", () -> drain.drained() == 20);
            }
            assertThat(once).isNotEqualTo(checksum());
            String all = checksum();

            execute("DELETE FROM journal_position");
            try (JournalDrain drain = new JournalDrain(journal, database, node)) {
                drain.start();
                eventually("everything again", () -> drain.drained() == 2020);
            }
            assertAllComplete(calls);
            assertThat(checksum()).isEqualTo(all);
        }
    }

    @Test
    void behindTheCallsThemselvesWhileTheyAreMany(@TempDir Path folder) throws Exception {
        long mariaDb = Long.parseLong(Files.readString(storeFolder.resolve("mariadb/pid")));
        assumeTrue(SessionShare.kernelHasIt(mariaDb), "this kernel does not share by session");
        try (Journal journal = new Journal(folder.resolve("journal"), 1, SETTINGS);
                JournalDrain drain = new JournalDrain(journal, database, NodeIdentity.load(folder, "drain-test"))) {
            journal.start();
            drain.start();
            eventually("quiet", () -> SessionShare.nicerBy(mariaDb) == 0);
            List<CallId> calls = journalCalls(journal, 1000);
            eventually("the database gives way", () -> SessionShare.nicerBy(mariaDb) > 0);
            eventually("drained", () -> drain.drained() == 2000);
            assertAllComplete(calls);
            eventually("it has its share again", () -> SessionShare.nicerBy(mariaDb) == 0);
        }
    }

    @Test
    void whenItsConnectionIsCutBetweenWritingAndItsAnswer(@TempDir Path folder) throws Exception {
        int least = Scale.pick(15, 100);
        int most = 20 * least;
        try (Journal journal = new Journal(folder.resolve("journal"), 1, SETTINGS);
                // Held all the time, since any in the pool may be dead.
                Connection killer = database.dataSource().getConnection();
                JournalDrain drain = new JournalDrain(journal, database, NodeIdentity.load(folder, "drain-test"))) {
            journal.start();
            drain.start();
            List<CallId> calls = new ArrayList<>();
            Killed killed = new Killed(0, 0);
            int cuts = 0;
            // Where the drain slept at each of them, as after a failure, some more, for which it is waited for.
            for (; cuts < least || (killed.working() == 0 && cuts < most); cuts++) {
                calls.addAll(journalCalls(journal, 400));
                if (cuts < least) {
                    Thread.sleep(cuts % 7);
                } else {
                    eventually("the drain writes", () -> others(killer).containsValue(true));
                }
                killed = killed.and(killOtherConnections(killer));
            }
            eventually("drained", () -> drain.drained() >= 2L * calls.size());
            assertThat(drain.drained()).isEqualTo(2L * calls.size());
            assertAllComplete(calls);
            long records = number("SELECT COUNT(*) FROM call_record");
            Scale.prove("drain-cuts.md", List.of("""
                            # The drain's connections cut between writing and its answer

                            Written by `./dev prove journal` (`JournalDrainIT`) on the embedded MariaDB: the database kills every connection of
                            the pool 0 to 6 ms after 400 more calls stand in the journal. Working is one that is in a statement or a
                            transaction. Each record is compared with its call: complete, and once.

                            | cuts | connections killed | of them working | calls | events drained | records | lost | doubled |
                            | --- | --- | --- | --- | --- | --- | --- | --- |
                            | %d | %d | %d | %d | %d | %d | 0 | 0 |""".formatted(
                            cuts, killed.connections(), killed.working(), calls.size(), drain.drained(), records)));
        }
    }

    @Test
    void thatTookPlaceWhileTheDatabaseWasDead(@TempDir Path folder) throws Exception {
        try (Journal journal = new Journal(folder.resolve("journal"), 2, SETTINGS);
                JournalDrain drain = new JournalDrain(journal, database, NodeIdentity.load(folder, "drain-test"))) {
            journal.start();
            drain.start();
            List<CallId> calls = new ArrayList<>(journalCalls(journal, 300));
            long pid = Long.parseLong(
                    Files.readString(storeFolder.resolve("mariadb").resolve("pid"))
                            .strip());
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            for (int i = 0; i < 20; i++) {
                calls.addAll(journalCalls(journal, 100));
                Thread.sleep(50);
            }
            eventually("drained", () -> drain.drained() >= 2L * calls.size());
            assertAllComplete(calls);
            assertThat(drain.setAside()).isZero();
        }
    }

    @Test
    void exceptARowThatTheDatabaseRefusesWhichIsSetAsideWithItsReason(@TempDir Path folder) throws Exception {
        execute("ALTER TABLE call_record ADD CONSTRAINT no_lost_calls CHECK (end_reason <> 'lost')");
        try (Journal journal = new Journal(folder.resolve("journal"), 1, SETTINGS);
                JournalDrain drain = new JournalDrain(journal, database, NodeIdentity.load(folder, "drain-test"))) {
            journal.start();
            List<CallId> calls = new ArrayList<>(journalCalls(journal, 20));
            CallEvent refused = sample.ended(sample.callId(), EndReason.LOST);
            journal.recorder(0).record(refused);
            calls.addAll(journalCalls(journal, 20));
            drain.start();
            eventually("drained", () -> drain.drained() == 81);
            assertAllComplete(calls);
            assertThat(drain.setAside()).isEqualTo(1);
            assertThat(Files.readString(journal.folder().resolve("dead-letters.jsonl")))
                    .contains(refused.callId().toString(), "no_lost_calls")
                    .hasLineCount(1);
        } finally {
            execute("ALTER TABLE call_record DROP CONSTRAINT no_lost_calls");
        }
    }

    @Test
    void exceptARowThatTheDatabaseRefusesByAnErrorThatMayMeanAnything(@TempDir Path folder) throws Exception {
        try (Journal journal = new Journal(folder.resolve("journal"), 1, SETTINGS);
                JournalDrain drain = new JournalDrain(journal, database, NodeIdentity.load(folder, "drain-test"))) {
            journal.start();
            List<CallId> calls = new ArrayList<>(journalCalls(journal, 20));
            CallEvent refused = sample.ended(sample.callId(), EndReason.LOST);
            journal.recorder(0).record(refused);
            calls.addAll(journalCalls(journal, 20));
            // As MySQL says it of a text that its column cannot hold (ER_TRUNCATED_WRONG_VALUE_FOR_FIELD).
            execute(
                    "CREATE TRIGGER no_lost_calls BEFORE INSERT ON call_record FOR EACH ROW IF NEW.end_reason = 'lost' THEN"
                            + " SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1366, MESSAGE_TEXT = 'Incorrect string value'; END IF");
            drain.start();
            eventually("drained", () -> drain.drained() == 81);
            assertAllComplete(calls);
            assertThat(drain.setAside()).isEqualTo(1);
            assertThat(deadLetters(journal)).contains(refused.callId().toString(), "Incorrect string value");
            assertThat(drain.state()).isEqualTo(JournalDrain.State.FLOWING);
        } finally {
            execute("DROP TRIGGER no_lost_calls");
        }
    }

    @Test
    void thoughTheStoreTakesNoneForAWhileWhichSetsNoneAside(@TempDir Path folder) throws Exception {
        execute("CREATE TRIGGER no_calls BEFORE INSERT ON call_record FOR EACH ROW"
                + " SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'The table is full'");
        try (Journal journal = new Journal(folder.resolve("journal"), 1, SETTINGS);
                JournalDrain drain = new JournalDrain(journal, database, NodeIdentity.load(folder, "drain-test"))) {
            journal.start();
            List<CallId> calls = journalCalls(journal, 20);
            drain.start();
            eventually("seen", () -> drain.state() == JournalDrain.State.STORE_AWAY);
            execute("DROP TRIGGER no_calls");
            eventually("drained", () -> drain.drained() == 40);
            assertAllComplete(calls);
            assertThat(drain.setAside()).isZero();
        } finally {
            execute("DROP TRIGGER IF EXISTS no_calls");
        }
    }

    @Test
    void exceptAnEventThatOurOwnCodeFailsAtWhichIsSetAsideAtEveryStart(@TempDir Path folder) throws Exception {
        NodeIdentity node = NodeIdentity.load(folder, "drain-test");
        RecordWriter writer = new RecordWriter("drain-test");
        try (Journal journal = new Journal(folder.resolve("journal"), 2, SETTINGS)) {
            journal.start();
            List<CallId> calls = new ArrayList<>(journalCalls(journal, 20));
            CallEvent poison = sample.ended(sample.callId(), EndReason.LOST);
            journal.recorder(0).record(poison);
            calls.addAll(journalCalls(journal, 20));
            EventDelivery.Writer failing = (connection, events) -> {
                if (events.contains(poison)) {
                    throw new IllegalStateException("no row can be made of this");
                }
                return writer.write(connection, events);
            };
            try (JournalDrain drain = new JournalDrain(journal, database, node, failing, new StoreCallNews(database))) {
                drain.start();
                eventually("drained", () -> drain.drained() == 81);
                assertThat(drain.setAside()).isEqualTo(1);
            }
            calls.addAll(journalCalls(journal, 5));
            try (JournalDrain drain = new JournalDrain(journal, database, node, failing, new StoreCallNews(database))) {
                drain.start();
                eventually("the rest", () -> drain.drained() == 10);
            }
            assertAllComplete(calls);
            String entry = JsonMapper.shared()
                    .readTree(deadLetters(journal).strip())
                    .path("entry")
                    .asString();
            assertThat(EncodedEvent.decode(entry)).as("it can be read again").isEqualTo(poison);
        }
    }

    @Test
    void thoughOurOwnCodeFailsAtEverythingForAWhile(@TempDir Path folder) throws Exception {
        RecordWriter writer = new RecordWriter("drain-test");
        AtomicBoolean works = new AtomicBoolean();
        EventDelivery.Writer failing = (connection, events) -> {
            if (!works.get()) {
                throw new IllegalStateException("nothing can be written");
            }
            return writer.write(connection, events);
        };
        try (Journal journal = new Journal(folder.resolve("journal"), 2, SETTINGS);
                JournalDrain drain = new JournalDrain(
                        journal,
                        database,
                        NodeIdentity.load(folder, "drain-test"),
                        failing,
                        new StoreCallNews(database))) {
            journal.start();
            List<CallId> calls = journalCalls(journal, 50);
            drain.start();
            eventually("it says so", () -> drain.state() == JournalDrain.State.FAILING && drain.stuckSeconds() > 0.2);
            works.set(true);
            eventually("drained", () -> drain.drained() == 100);
            assertAllComplete(calls);
            assertThat(drain.setAside()).isZero();
            assertThat(drain.state()).isEqualTo(JournalDrain.State.FLOWING);
            assertThat(drain.stuckSeconds()).isZero();
        }
    }

    @Test
    void andGoesPastARefusedEventOnlyWhenItsLetterIsWritten(@TempDir Path folder) throws Exception {
        execute("ALTER TABLE call_record ADD CONSTRAINT no_lost_calls CHECK (end_reason <> 'lost')");
        try (Journal journal = new Journal(folder.resolve("journal"), 1, SETTINGS);
                JournalDrain drain = new JournalDrain(journal, database, NodeIdentity.load(folder, "drain-test"))) {
            journal.start();
            CallEvent refused = sample.ended(sample.callId(), EndReason.LOST);
            journal.recorder(0).record(refused);
            List<CallId> calls = journalCalls(journal, 20);
            // A folder in the file's place cannot be written to, as a full disk cannot.
            Files.createDirectory(journal.folder().resolve(DeadLetters.FILE));
            drain.start();
            eventually("it says so", () -> drain.state() == JournalDrain.State.LETTERS_UNWRITABLE);
            assertThat(drain.drained()).isZero();
            assertThat(number("SELECT COUNT(*) FROM journal_position WHERE node_id = "
                            + NodeIdentity.load(folder, "drain-test").id()))
                    .isZero();
            Files.delete(journal.folder().resolve(DeadLetters.FILE));
            eventually("drained", () -> drain.drained() == 41);
            assertAllComplete(calls);
            assertThat(deadLetters(journal)).contains(refused.callId().toString());
        } finally {
            execute("ALTER TABLE call_record DROP CONSTRAINT no_lost_calls");
        }
    }

    private static String deadLetters(Journal journal) throws IOException {
        return Files.readString(journal.folder().resolve(DeadLetters.FILE));
    }

    @Test
    @DisplayName(
            "from the journals of two nodes, whichever is drained first: a call begins on one and ends on the other")
    void fromTheJournalsOfTwoNodes(@TempDir Path folder) throws Exception {
        List<String> checksums = new ArrayList<>();
        List<CallEvent> onOne = new ArrayList<>();
        List<CallEvent> onTheOther = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            CallId call = sample.callId();
            onOne.add(sample.began(call, sample.attribution()));
            onOne.add(sample.progressed(call));
            onOne.add(sample.answered(call));
            // The first node gave it up, or hung it up; its BYE reached the other.
            switch (i % 3) {
                case 0 -> onOne.add(sample.ended(call, EndReason.LOST));
                case 1 -> onOne.add(sample.ended(call, EndReason.MAX_DURATION));
                default -> {}
            }
            onTheOther.add(sample.ended(call, EndReason.CALLER_HANGUP));
        }
        for (boolean beginningsFirst : List.of(true, false)) {
            execute("DELETE FROM call_record");
            Path home = folder.resolve(beginningsFirst ? "one" : "other");
            List<NodeIdentity> nodes = List.of(
                    NodeIdentity.load(home.resolve("a"), "node-a"), NodeIdentity.load(home.resolve("b"), "node-b"));
            List<List<CallEvent>> events = List.of(onOne, onTheOther);
            for (int node : beginningsFirst ? List.of(0, 1) : List.of(1, 0)) {
                try (Journal journal = new Journal(home.resolve(node + "/journal"), 1, SETTINGS)) {
                    journal.start();
                    for (CallEvent event : events.get(node)) {
                        eventually("room", () -> journal.recorder(0).record(event));
                    }
                    try (JournalDrain drain = new JournalDrain(journal, database, nodes.get(node))) {
                        drain.start();
                        int all = events.get(node).size();
                        eventually("drained", () -> drain.drained() == all);
                    }
                }
            }
            assertThat(number("SELECT COUNT(*) FROM call_record WHERE began AND end_reason = 'caller_hangup'"
                            + " AND node = 'node-a' AND answer_at IS NOT NULL"))
                    .isEqualTo(200);
            // What was published when differs: it follows the order of the drains.
            execute("UPDATE call_record SET transaction_id = NULL");
            checksums.add(checksum());
        }
        assertThat(checksums.getFirst()).isEqualTo(checksums.getLast());
    }

    private static long number(String query) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Two events for each call, spread over the shards. */
    private List<CallId> journalCalls(Journal journal, int count) throws Exception {
        List<CallId> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CallId call = sample.callId();
            int shard = i % Math.max(1, journal.shards().size());
            CallEvent began = sample.began(call, sample.attribution());
            eventually("room", () -> journal.recorder(shard).record(began));
            CallEvent ended = sample.ended(call, EndReason.CALLER_CANCELLED);
            eventually("room", () -> journal.recorder(shard).record(ended));
            calls.add(call);
        }
        return calls;
    }

    private void assertAllComplete(List<CallId> calls) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT call_id FROM call_record WHERE began AND end_reason = 'caller_cancelled'")) {
            while (rows.next()) {
                found.add(CallId.fromBytes(rows.getBytes(1)).toString());
            }
        }
        assertThat(found)
                .containsExactlyInAnyOrderElementsOf(
                        calls.stream().map(CallId::toString).toList());
    }

    private String checksum() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("CHECKSUM TABLE call_record EXTENDED")) {
            row.next();
            return row.getString(2);
        }
    }

    /** @param working of the connections, those in a statement or a transaction */
    private record Killed(int connections, int working) {
        Killed and(Killed more) {
            return new Killed(connections + more.connections, working + more.working);
        }
    }

    private static Killed killOtherConnections(Connection killer) throws SQLException {
        Map<Long, Boolean> others = others(killer);
        try (Statement statement = killer.createStatement()) {
            for (long other : others.keySet()) {
                try {
                    statement.execute("KILL " + other);
                } catch (SQLException gone) {
                    assertThat(gone.getErrorCode()).as("no such thread").isEqualTo(1094);
                }
            }
        }
        return new Killed(others.size(), Collections.frequency(others.values(), true));
    }

    /** The other connections, and whether they work. */
    private static Map<Long, Boolean> others(Connection killer) throws SQLException {
        Map<Long, Boolean> others = new HashMap<>();
        try (Statement statement = killer.createStatement();
                ResultSet rows = statement.executeQuery("SELECT p.id, p.command <> 'Sleep' OR t.trx_id IS NOT NULL"
                        + " FROM information_schema.processlist p"
                        + " LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id"
                        + " WHERE p.id <> CONNECTION_ID() AND p.db = 'ringtrace'")) {
            while (rows.next()) {
                others.put(rows.getLong(1), rows.getBoolean(2));
            }
        }
        return others;
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}

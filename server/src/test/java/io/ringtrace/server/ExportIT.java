package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.journal.JournalSettings;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.JournalDrain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("proof")
@Tag("export")
@DisplayName("A reader who polls the transactions export by its cursor")
class ExportIT {
    private static final int PER_SECOND = Scale.of(100, 1000);
    private static final int SECONDS = Scale.of(6, 120);
    private static final int LONGEST_HOLD_MILLIS = Scale.of(2_000, 60_000);
    private static final PhoneNumber NUMBER = PhoneNumber.parse("+18005550101");
    private static final JournalSettings JOURNAL =
            new JournalSettings(4 << 20, 1L << 30, Duration.ofHours(1), Duration.ofMillis(10));

    private record Due(long atNanos, CallEvent event) {}

    /** Calls of one node: their events go into its journal as they are due, and its drain publishes them. */
    private static final class Node implements AutoCloseable {
        private final Random random;
        private final NodeIdentity identity;
        private final Journal journal;
        private final StoreDatabase database;
        private final PriorityQueue<Due> due = new PriorityQueue<>((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
        private JournalDrain drain;
        final Set<String> calls = new HashSet<>();
        final Set<String> corrected = new HashSet<>();

        Node(Path folder, String name, StoreDatabase database) throws Exception {
            this.random = new Random(name.hashCode());
            this.database = database;
            this.identity = NodeIdentity.load(Files.createDirectories(folder), name);
            this.journal = new Journal(folder.resolve("journal"), 1, JOURNAL);
            journal.start();
            this.drain = begin();
        }

        private JournalDrain begin() {
            JournalDrain fresh = new JournalDrain(journal, database, identity);
            fresh.start();
            return fresh;
        }

        /** The publisher stops, wherever it is, and another one goes on from what is in the database. */
        void restartPublisher() {
            drain.close();
            drain = begin();
        }

        void call(long nowNanos) {
            long now = System.currentTimeMillis();
            CallId id = new CallId(now << 16 | random.nextInt(0x10000), random.nextLong());
            calls.add(id.toString());
            long hold = random.nextInt(LONGEST_HOLD_MILLIS + 1) * 1_000_000L;
            record(new CallEvent.Began(
                    id,
                    now,
                    id + "@carrier",
                    "carrier",
                    null,
                    false,
                    "8005550101",
                    NUMBER,
                    AttributionResult.UNASSIGNED,
                    null,
                    "v",
                    0,
                    null));
            due.add(new Due(nowNanos, new CallEvent.Answered(id, now, "gw", 200, 0, List.of(), null)));
            boolean late = random.nextInt(100) == 0;
            due.add(new Due(nowNanos + hold, ended(id, now, late ? EndReason.LOST : EndReason.CALLER_HANGUP)));
            if (late) {
                corrected.add(id.toString());
                due.add(new Due(nowNanos + hold + 2_500_000_000L, ended(id, now, EndReason.CALLER_HANGUP)));
            }
        }

        private static CallEvent.Ended ended(CallId id, long at, EndReason reason) {
            return new CallEvent.Ended(id, at + 1, reason, EndedBy.CALLER, 0, 0, null, 1, true, List.of());
        }

        void untilNow(long nowNanos) {
            while (!due.isEmpty() && due.element().atNanos() <= nowNanos) {
                record(due.remove().event());
            }
        }

        boolean over() {
            return due.isEmpty();
        }

        private void record(CallEvent event) {
            if (!journal.recorder(0).record(event)) {
                throw new IllegalStateException("the journal is full");
            }
        }

        boolean drained() {
            return drain.idle();
        }

        @Override
        public void close() throws IOException {
            drain.close();
            journal.close();
        }
    }

    private record Row(long id, String call, String corrects) {}

    @Test
    @DisplayName(
            "misses no call and gets none twice: two publishers, one of them restarted, connections cut, the server killed")
    void missesNoneAndRepeatsNone(@TempDir Path folder) throws Exception {
        try (SampleHouse house = new SampleHouse(Files.createDirectories(folder.resolve("house")))) {
            house.start();
            house.awaitReady(Duration.ofSeconds(90));
            house.importAccount(
                    Files.writeString(folder.resolve("numbers.csv"), "number,rate_center,state\n" + NUMBER + ",,\n"));
            AtomicBoolean publishing = new AtomicBoolean(true);
            AtomicLong polls = new AtomicLong();
            CompletableFuture<List<Row>> reader = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    reader.complete(poll(house, publishing, polls));
                } catch (Exception e) {
                    reader.completeExceptionally(e);
                }
            });
            try (StoreDatabase database = StoreDatabase.join(new StoreSettings.Embedded(house.data(), 64, 10));
                    Node one = new Node(folder.resolve("one"), "one", database);
                    Node other = new Node(folder.resolve("other"), "other", database)) {
                drive(house, database, one, other);
                publishing.set(false);
                List<Row> rows = reader.get();

                Set<String> made = new HashSet<>(one.calls);
                made.addAll(other.calls);
                Set<String> corrected = new HashSet<>(one.corrected);
                corrected.addAll(other.corrected);
                assertThat(rows).extracting(Row::id).isSorted().doesNotHaveDuplicates();
                Map<String, Long> first = new HashMap<>();
                Set<String> corrections = new HashSet<>();
                int doubled = 0;
                for (Row row : rows) {
                    if (row.corrects().isEmpty()) {
                        doubled += first.put(row.call(), row.id()) == null ? 0 : 1;
                    } else {
                        assertThat(row.corrects()).isEqualTo(String.valueOf(first.get(row.call())));
                        corrections.add(row.call());
                    }
                }
                assertThat(doubled).isZero();
                assertThat(first.keySet()).isEqualTo(made);
                // Both ends of a call may come in one batch when a publisher was away; then the first transaction has
                // the last one.
                assertThat(corrected).containsAll(corrections);
                assertThat(corrections).hasSizeGreaterThan(corrected.size() / 3);
                Scale.proof("export", """
                        # A reader who polls the transactions export while calls are made

                        Written by `./dev prove export` (`ExportIT`): two nodes' journals and drains on one MariaDB; a server's HTTP interface,
                        polled all the time by its cursor. One publisher is restarted in the middle, all connections to the database are cut
                        ten times, the server is killed with -9 and started again.

                        | calls | rate | holds | polls | missed | twice | corrections read |
                        | --- | --- | --- | --- | --- | --- | --- |
                        | %d | %d/s | 0 to %d s | %d | 0 | 0 | %d |
                        """.formatted(
                                made.size(), PER_SECOND, LONGEST_HOLD_MILLIS / 1000, polls.get(), corrections.size()));
            }
        }
    }

    private static void drive(SampleHouse house, StoreDatabase database, Node one, Node other) throws Exception {
        long begin = System.nanoTime();
        long calls = (long) PER_SECOND * SECONDS;
        List<Long> cuts = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            cuts.add(calls * i / 11);
        }
        CompletableFuture<Void> restarted = new CompletableFuture<>();
        for (long made = 0; made < calls; made++) {
            long due = begin + made * 1_000_000_000L / PER_SECOND;
            LockSupport.parkNanos(due - System.nanoTime());
            Node node = made % 2 == 0 ? one : other;
            node.call(due);
            one.untilNow(due);
            other.untilNow(due);
            if (made == calls / 3) {
                one.restartPublisher();
            }
            if (made == calls / 2) {
                Thread.ofPlatform().start(() -> restart(house, restarted));
            }
            if (!cuts.isEmpty() && made == cuts.getFirst()) {
                cuts.removeFirst();
                cutConnections(database);
            }
        }
        while (!one.over() || !other.over() || !one.drained() || !other.drained()) {
            long now = System.nanoTime();
            one.untilNow(now);
            other.untilNow(now);
            Thread.sleep(5);
            if (restarted.isCompletedExceptionally()) {
                break;
            }
        }
        restarted.get();
    }

    private static void restart(SampleHouse house, CompletableFuture<Void> done) {
        try {
            house.server().kill();
            house.start();
            house.awaitReady(Duration.ofSeconds(90));
            done.complete(null);
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    private static void cutConnections(StoreDatabase database) throws Exception {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            List<Long> others = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery(
                    "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = DATABASE()")) {
                while (rows.next()) {
                    others.add(rows.getLong(1));
                }
            }
            for (long id : others) {
                try {
                    statement.execute("KILL SOFT " + id);
                } catch (SQLException e) {
                    assertThat(e.getMessage()).as("it had ended by itself").contains("Unknown thread id");
                }
            }
        }
    }

    private static List<Row> poll(SampleHouse house, AtomicBoolean publishing, AtomicLong polls) throws Exception {
        List<Row> rows = new ArrayList<>();
        boolean last = false;
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (true) {
                boolean published = !publishing.get();
                List<Row> page = page(
                        http,
                        house,
                        rows.isEmpty() ? "" : Long.toString(rows.getLast().id()));
                if (page == null) {
                    Thread.sleep(50);
                    continue;
                }
                polls.incrementAndGet();
                rows.addAll(page);
                if (page.isEmpty() && last) {
                    return rows;
                }
                last = page.isEmpty() && published;
                if (page.isEmpty()) {
                    Thread.sleep(5);
                }
            }
        }
    }

    /** Null while the server does not answer. */
    private static @Nullable List<Row> page(HttpClient http, SampleHouse house, String after)
            throws InterruptedException {
        try {
            URI address = house.http()
                    .resolve("/api/2022-08-01/networks/transactions/" + SampleHouse.NETWORK
                            + ".json?limit=500&include_columns=transaction_id,complete_call_id,corrects_transaction_id"
                            + "&start_after_transaction_id=" + after);
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(address)
                            .header("Authorization", house.token())
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                return null;
            }
            List<Row> rows = new ArrayList<>();
            for (JsonNode row : JsonMapper.shared().readTree(answer.body())) {
                rows.add(new Row(
                        Long.parseLong(row.path("transaction_id").asString()),
                        row.path("complete_call_id").asString(),
                        row.path("corrects_transaction_id").asString("")));
            }
            return rows;
        } catch (IOException _) {
            return null;
        }
    }
}

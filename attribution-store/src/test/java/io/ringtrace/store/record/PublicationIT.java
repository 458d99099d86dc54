package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions.Scope;
import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.journal.SampleEvents;
import io.ringtrace.store.lease.RecentLeases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A call is published")
class PublicationIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static int networks;

    /** Other calls in each test. */
    private final SampleEvents sample = new SampleEvents(700 + networks);

    private final HandClock clock = new HandClock(SampleEvents.NOON);
    private final RecordWriter writer = new RecordWriter(
            "node-a", new LearnedDelays(), RecentLeases.none(), () -> Instant.ofEpochMilli(clock.nowMillis()));
    private final StoreTransactions transactions =
            new StoreTransactions(store.database(), new HandClock(SampleEvents.NOON), Duration.ofHours(3));
    private TestAccount account;
    private Scope scope;
    private PhoneNumber number;

    @BeforeEach
    void open() throws Exception {
        account = new TestAccount(store.database(), new HandClock(SampleEvents.NOON), "net-" + ++networks);
        scope = new Scope(account.network, null);
        number = new PhoneNumber(account.importTollFree(1));
    }

    @AfterEach
    void close() {
        account.close();
    }

    @Test
    void onceItIsOverAndNotBefore() throws Exception {
        CallId call = sample.callId();
        write(began(call));
        write(sample.answered(call));
        assertThat(all()).isEmpty();
        assertThat(transactions.inProgress(scope, 10))
                .singleElement()
                .satisfies(record -> assertThat(record.callId()).isEqualTo(call));

        write(sample.ended(call, EndReason.CALLER_HANGUP));

        assertThat(all()).singleElement().satisfies(transaction -> {
            assertThat(transaction.corrects()).isNull();
            assertThat(transaction.record().callId()).isEqualTo(call);
            assertThat(transaction.record().transactionId()).isEqualTo(transaction.id());
            assertThat(transaction.record().endReason()).isEqualTo("caller_hangup");
        });
        assertThat(transactions.inProgress(scope, 10)).isEmpty();
        assertThat(transactions.newest(account.network))
                .isEqualTo(all().getFirst().id());
    }

    @Test
    void onceHoweverOftenItsEventsComeOutOfAJournal() throws Exception {
        CallId call = sample.callId();
        List<CallEvent> events =
                List.of(began(call), sample.answered(call), sample.ended(call, EndReason.DESTINATION_HANGUP));
        write(events.toArray(CallEvent[]::new));
        for (CallEvent event : events) {
            write(event);
        }
        write(events.toArray(CallEvent[]::new));
        assertThat(all()).hasSize(1);
    }

    @Test
    void onceFromABatchThatIsLoadedWithACallWhoseEndIsThereAlready() throws Exception {
        List<CallEvent> batch = new ArrayList<>();
        List<CallId> calls = new ArrayList<>();
        for (int i = 0; i < 2 * LoadedRows.FEWEST; i++) {
            CallId call = sample.callId();
            calls.add(call);
            batch.add(began(call));
            batch.add(sample.ended(call, EndReason.CALLER_HANGUP));
        }
        try (StoreDatabase loading = store.openToLoad()) {
            write(loading, sample.ended(calls.get(LoadedRows.FEWEST), EndReason.CALLER_HANGUP));
            write(loading, batch.toArray(CallEvent[]::new));
            write(loading, batch.toArray(CallEvent[]::new));
        }

        assertThat(all())
                .extracting(transaction -> transaction.record().callId())
                .containsExactlyInAnyOrderElementsOf(calls);
        assertThat(all()).allSatisfy(transaction -> {
            assertThat(transaction.corrects()).isNull();
            assertThat(transaction.record().transactionId()).isEqualTo(transaction.id());
        });
    }

    @Test
    void whenItsBeginningComesAfterItsEnd() throws Exception {
        CallId call = sample.callId();
        write(sample.ended(call, EndReason.CALLER_HANGUP));
        assertThat(all()).isEmpty();
        write(began(call));
        assertThat(all()).hasSize(1);
    }

    @Test
    void againAsACorrectionWhenALateByeCorrectsALostCall() throws Exception {
        CallId call = sample.callId();
        write(began(call), sample.answered(call), sample.ended(call, EndReason.LOST));
        long first = all().getFirst().id();

        write(sample.ended(call, EndReason.CALLER_HANGUP));

        List<Transaction> published = all();
        assertThat(published).hasSize(2);
        assertThat(published.getLast().corrects()).isEqualTo(first);
        assertThat(published.getLast().id()).isGreaterThan(first);
        assertThat(published.getLast().record().endReason()).isEqualTo("caller_hangup");
        assertThat(published.getLast().record().transactionId())
                .isEqualTo(published.getLast().id());
        assertThat(transactions.ofCall(scope, call)).isEqualTo(published);
        assertThat(transactions.get(scope, first)).isEqualTo(published.getFirst());

        write(sample.ended(call, EndReason.INTERRUPTED));
        assertThat(all()).as("an end that does not stand changes nothing").hasSize(2);
    }

    @Test
    void toItsOwnNetworkAlone() throws Exception {
        CallId call = sample.callId();
        write(began(call), sample.ended(call, EndReason.CALLER_CANCELLED));
        long id = all().getFirst().id();
        try (TestAccount other =
                new TestAccount(store.database(), new HandClock(SampleEvents.NOON), "other-" + ++networks)) {
            Scope others = new Scope(other.network, null);
            assertThat(transactions.after(others, 0, 10)).isEmpty();
            assertThat(transactions.get(others, id)).isNull();
            assertThat(transactions.ofCall(others, call)).isEmpty();
        }
        assertThat(transactions.after(new Scope(account.network, "nobody"), 0, 10))
                .isEmpty();
    }

    @Test
    @DisplayName("to a reader of one day's calls too, page by page, however late they end or are corrected")
    void andIsReadByTheDayItBegan() throws Exception {
        long day = Duration.ofDays(1).toMillis();
        long from = SampleEvents.NOON + day;
        Random random = new Random(7);
        PriorityQueue<CallEvent> due = new PriorityQueue<>(Comparator.comparingLong(CallEvent::atMillis));
        for (int i = 0; i < 300; i++) {
            long start = SampleEvents.NOON + random.nextLong(3 * day);
            CallId call = new CallId(start << 16 | i, random.nextLong());
            long end = start + random.nextLong(Duration.ofHours(3).toMillis());
            boolean corrected = random.nextInt(10) == 0;
            due.add(began(call, start));
            due.add(ended(call, end, corrected ? EndReason.LOST : EndReason.CALLER_HANGUP));
            if (corrected) {
                due.add(ended(call, end + random.nextLong(5 * day), EndReason.CALLER_HANGUP));
            }
        }
        List<Transaction> read = new ArrayList<>();
        while (!due.isEmpty()) {
            List<CallEvent> batch = new ArrayList<>();
            for (int i = 1 + random.nextInt(20); i > 0 && !due.isEmpty(); i--) {
                batch.add(due.remove());
            }
            clock.set(batch.getLast().atMillis());
            write(batch.toArray(CallEvent[]::new));
            read.addAll(pageOfDay(from, from + day, read));
        }
        List<Transaction> page = pageOfDay(from, from + day, read);
        while (!page.isEmpty()) {
            read.addAll(page);
            page = pageOfDay(from, from + day, read);
        }

        List<Transaction> ofThatDay = all().stream()
                .filter(each ->
                        each.record().startMillis() >= from && each.record().startMillis() < from + day)
                .toList();
        assertThat(read).extracting(Transaction::id).isEqualTo(ids(ofThatDay));
        assertThat(read).extracting(Transaction::corrects).isEqualTo(corrections(ofThatDay));
        assertThat(read).filteredOn(each -> each.corrects() != null).hasSizeGreaterThan(3);
        assertThat(pages(from, from + day, 3)).isEqualTo(ofThatDay);
        assertThat(pages(from, from + day, 1000)).isEqualTo(ofThatDay);
        assertThat(transactions.startedBetween(scope, 0, SampleEvents.NOON, 0, 10))
                .isEmpty();
        assertThat(transactions.startedBetween(new Scope(account.network, "nobody"), from, from + day, 0, 10))
                .isEmpty();
    }

    @Test
    void andALaterReaderGoesOnThoughTheTransactionHeSawLastIsDeleted() throws Exception {
        CallId call = sample.callId();
        write(began(call), ended(call, SampleEvents.NOON, EndReason.LOST));
        long gone = all().getFirst().id();
        CallId next = sample.callId();
        write(began(next), ended(next, SampleEvents.NOON, EndReason.CALLER_HANGUP));
        store.database().transact(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("DELETE FROM call_transaction WHERE id = " + gone);
            }
        });
        assertThat(transactions.startedBetween(scope, SampleEvents.NOON, SampleEvents.NOON + 10_000, gone, 10))
                .singleElement()
                .satisfies(each -> assertThat(each.record().callId()).isEqualTo(next));
    }

    private List<Transaction> pageOfDay(long from, long to, List<Transaction> read) throws Exception {
        return transactions.startedBetween(
                scope, from, to, read.isEmpty() ? 0 : read.getLast().id(), 4);
    }

    private List<Transaction> pages(long from, long to, int size) throws Exception {
        List<Transaction> read = new ArrayList<>();
        List<Transaction> page;
        do {
            page = transactions.startedBetween(
                    scope, from, to, read.isEmpty() ? 0 : read.getLast().id(), size);
            read.addAll(page);
        } while (!page.isEmpty());
        return read;
    }

    private static List<Long> ids(List<Transaction> all) {
        return all.stream().map(Transaction::id).toList();
    }

    private static List<Long> corrections(List<Transaction> all) {
        return all.stream().map(Transaction::corrects).toList();
    }

    @Test
    @DisplayName("in order and without a gap, while two nodes publish, their connections are cut, and a reader polls")
    void withoutAGap() throws Exception {
        int perNode = 400;
        AtomicBoolean publishing = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection killer = store.database().dataSource().getConnection()) {
            CompletableFuture<List<Transaction>> reader = new CompletableFuture<>();
            threads.execute(() -> reader.complete(poll(publishing)));
            List<CompletableFuture<Set<CallId>>> nodes = new ArrayList<>();
            for (String node : List.of("node-a", "node-b")) {
                CompletableFuture<Set<CallId>> done = new CompletableFuture<>();
                nodes.add(done);
                threads.execute(() -> {
                    try {
                        done.complete(publish(node, perNode));
                    } catch (Exception e) {
                        done.completeExceptionally(e);
                    }
                });
            }
            while (!nodes.stream().allMatch(CompletableFuture::isDone)) {
                Thread.sleep(30);
                killOthers(killer);
            }
            Set<CallId> written = new HashSet<>();
            for (CompletableFuture<Set<CallId>> node : nodes) {
                written.addAll(node.get());
            }
            publishing.set(false);
            List<Transaction> read = reader.get();
            assertThat(read).extracting(Transaction::id).isSorted().doesNotHaveDuplicates();
            assertThat(read).extracting(t -> t.record().callId()).containsExactlyInAnyOrderElementsOf(written);
        }
    }

    private Set<CallId> publish(String node, int calls) throws Exception {
        Random random = new Random(node.hashCode());
        SampleEvents events = new SampleEvents(node.hashCode());
        Set<CallId> made = new HashSet<>();
        List<CallEvent> open = new ArrayList<>();
        try (StoreDatabase own = store.open()) {
            RecordWriter writing = new RecordWriter(node);
            while (made.size() < calls || !open.isEmpty()) {
                List<CallEvent> batch = new ArrayList<>();
                for (int i = random.nextInt(20); i > 0 && made.size() < calls; i--) {
                    CallId call = events.callId();
                    made.add(call);
                    batch.add(began(call));
                    open.add(events.ended(call, EndReason.CALLER_HANGUP));
                }
                Collections.shuffle(open, random);
                for (int i = random.nextInt(20); i > 0 && !open.isEmpty(); i--) {
                    batch.add(open.removeLast());
                }
                inTheEnd(own, writing, batch);
            }
        }
        return made;
    }

    /** As the drain does: what failed, or whose outcome is not known, is written again. */
    private static void inTheEnd(StoreDatabase database, RecordWriter writing, List<CallEvent> batch) throws Exception {
        while (true) {
            try {
                database.transact(connection -> writing.write(connection, batch));
                return;
            } catch (StoreUnavailableException _) {
                Thread.sleep(1);
            }
        }
    }

    private List<Transaction> poll(AtomicBoolean publishing) {
        List<Transaction> read = new ArrayList<>();
        boolean last = false;
        while (true) {
            try {
                List<Transaction> page = transactions.after(
                        scope, read.isEmpty() ? 0 : read.getLast().id(), 50);
                read.addAll(page);
                if (page.isEmpty() && last) {
                    return read;
                }
                last = page.isEmpty() && !publishing.get();
            } catch (StoreUnavailableException _) {
                Thread.onSpinWait();
            }
        }
    }

    private static void killOthers(Connection killer) throws Exception {
        List<Long> others = new ArrayList<>();
        try (Statement statement = killer.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                    "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND db = DATABASE()")) {
                while (rows.next()) {
                    others.add(rows.getLong(1));
                }
            }
            for (long other : others) {
                try {
                    statement.execute("KILL SOFT " + other);
                } catch (SQLException e) {
                    assertThat(e.getMessage()).as("it had ended by itself").contains("Unknown thread id");
                }
            }
        }
    }

    private static CallEvent.Ended ended(CallId call, long at, EndReason reason) {
        return new CallEvent.Ended(call, at, reason, EndedBy.CALLER, 0, 0, null, 1, true, List.of());
    }

    private CallEvent.Began began(CallId call) {
        return began(call, sample.began(call, AttributionResult.UNASSIGNED).atMillis());
    }

    private CallEvent.Began began(CallId call, long at) {
        CallEvent.Began any = sample.began(call, AttributionResult.UNASSIGNED);
        return new CallEvent.Began(
                call,
                at,
                any.sipCallId(),
                any.trunk(),
                null,
                false,
                "dialed",
                number,
                AttributionResult.UNASSIGNED,
                null,
                "v",
                0,
                null);
    }

    private List<Transaction> all() throws Exception {
        return Objects.requireNonNull(transactions.after(scope, 0, 1000));
    }

    private void write(CallEvent... events) throws Exception {
        write(store.database(), events);
    }

    private void write(StoreDatabase database, CallEvent... events) throws Exception {
        database.transact(connection -> writer.write(connection, List.of(events)));
    }
}

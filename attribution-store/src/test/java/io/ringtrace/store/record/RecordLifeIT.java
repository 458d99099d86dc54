package io.ringtrace.store.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.attribution.Lease;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecord;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.Transactions.Scope;
import io.ringtrace.call.VisitorErasure;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.journal.SampleEvents;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.lease.RecentLeases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("What is kept of visitors and calls")
class RecordLifeIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final Duration ONE_MONTH = Duration.ofDays(30);
    private static int networks;

    /** Other calls in each test. */
    private final SampleEvents sample = new SampleEvents(1100 + networks);

    private final HandClock clock = new HandClock(SampleEvents.NOON);
    private final RecentLeases recent = RecentLeases.ofHeap();
    private final RecordWriter writer = new RecordWriter("node-a", new LearnedDelays(), recent, InstantSource.system());
    private final StoreCallRecords records = new StoreCallRecords(store.database());
    private final StoreTransactions transactions = new StoreTransactions(store.database(), clock, Duration.ofHours(3));
    private TestAccount account;
    private RingPool pool;
    private LeaseAllocator allocator;

    @BeforeEach
    void open() throws Exception {
        clock.set(SampleEvents.NOON + networks * 1_000L * 3600 * 24 * 365);
        account = new TestAccount(store.database(), clock, "life-" + ++networks);
        account.importTollFree(2);
        pool = account.pool(TestAccount.tollFree("pool", 2, false));
        allocator = account.allocator(recent);
    }

    @AfterEach
    void close() {
        allocator.close();
        account.close();
    }

    private Lease lease(String visitor) throws Exception {
        LeaseAnswer answer = allocator
                .lease(List.of(
                        new LeaseRequest(pool.id(), visitor, null, Map.of("utm_source", "of " + visitor), false)))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .getFirst();
        if (answer instanceof LeaseAnswer.Granted granted) {
            return granted.lease();
        }
        throw new IllegalStateException(answer.toString());
    }

    private CallEvent.Began call(Lease lease) {
        CallId id = sample.callId(clock.nowMillis());
        return new CallEvent.Began(
                id,
                clock.nowMillis(),
                "sip",
                "carrier",
                null,
                false,
                "dialed",
                lease.number(),
                lease.guaranteedAt(clock.nowMillis())
                        ? new AttributionResult.Leased(lease)
                        : new AttributionResult.Held(lease),
                lease.destination(),
                "v",
                0,
                null);
    }

    private CallId record(CallEvent.Began began) throws Exception {
        write(began, sample.ended(began.callId(), EndReason.CALLER_HANGUP));
        return began.callId();
    }

    private CallRecord get(CallId call) throws Exception {
        return Objects.requireNonNull(records.get(call, null));
    }

    private void write(CallEvent... events) throws Exception {
        store.database().transact(connection -> writer.write(connection, List.of(events)));
    }

    private static long count(String sql) throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM " + sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private VisitorErasure.Erased erase(String visitor) throws Exception {
        return new StoreVisitorErasure(store.database(), clock, account.feed).erase(account.network, visitor);
    }

    private static void change(String sql) throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).as(sql).isPositive();
        }
    }

    /** What was erased in other tests is news to this one's writer. */
    private void hearOfEarlierErasures() throws Exception {
        write(sample.ended(sample.callId(clock.nowMillis()), EndReason.LOST));
    }

    private Retention retention(long node) {
        return new Retention(
                store.database(), clock, node, new Retention.Periods(ONE_MONTH, Duration.ofDays(10)), Duration.ZERO);
    }

    @Test
    @DisplayName("a call soon after its lease has what this server kept of it, and the lease's row is not read")
    void whatWasKeptOfALease() throws Exception {
        hearOfEarlierErasures();
        Lease lease = lease("carl");
        change("DELETE FROM lease WHERE number = " + lease.number().digits());
        CallRecord record = get(record(call(lease)));
        assertThat(record.marketingData()).isEqualTo(Map.of("utm_source", "of carl"));
        assertThat(record.priorLeases()).isZero();
        assertThat(record.attributionConfidence()).isEqualTo(1.0);
    }

    @Test
    @DisplayName("where another visitor may have called, what was kept of the lease does not tell of him")
    void whatWasKeptOfALeaseWithinTheHoldOfAnother() throws Exception {
        hearOfEarlierErasures();
        Lease carls = lease("carl");
        lease("dora");
        clock.set(carls.guaranteedUntil() + 60_000);
        Lease emils = lease("emil");
        assertThat(emils.number()).isEqualTo(carls.number());
        CallRecord record = get(record(call(emils)));
        assertThat(record.marketingData()).isEqualTo(Map.of("utm_source", "of emil"));
        assertThat(record.priorLeases()).isEqualTo(1);
        assertThat(record.attributionConfidence()).isLessThan(1.0);
    }

    @Test
    @DisplayName("nothing that was kept of a lease goes into a record when its network is gone")
    void whatWasKeptOfALeaseWhoseNetworkIsGone() throws Exception {
        hearOfEarlierErasures();
        Lease lease = lease("carl");
        change("DELETE FROM lease WHERE number = " + lease.number().digits());
        change("UPDATE ring_pool SET id = id + 1000000 WHERE id = " + pool.id());
        assertThat(get(record(call(lease))).marketingData()).isEmpty();
    }

    @Test
    @DisplayName("of leases that were kept none is left when a visitor is erased")
    void whatWasKeptOfLeasesWhenAVisitorIsErased() throws Exception {
        hearOfEarlierErasures();
        Lease carls = lease("carl");
        Lease doras = lease("dora");
        assertThat(recent.find(RecentLeases.Key.of(carls))).isNotNull();
        erase("carl");
        assertThat(get(record(call(carls))).marketingData()).isEmpty();
        assertThat(get(record(call(doras))).marketingData()).isEqualTo(Map.of("utm_source", "of dora"));
        assertThat(recent.find(RecentLeases.Key.of(doras))).isNull();
    }

    @Test
    void anErasedVisitorIsInNoLeaseNumberOrRecordAnyMore() throws Exception {
        Lease lease = lease("anna");
        Lease others = lease("ben");
        CallId call = record(call(lease));
        CallId othersCall = record(call(others));
        assertThat(get(call).marketingData()).containsEntry("utm_source", "of anna");

        assertThat(erase("anna")).isEqualTo(new VisitorErasure.Erased(1, 1, 1));

        assertThat(get(call)).satisfies(record -> {
            assertThat(record.visitorId()).isNull();
            assertThat(record.marketingData()).isEmpty();
            assertThat(record.visitorErased()).isTrue();
            assertThat(record.leaseId()).as("the record stays").isEqualTo(lease.id());
            assertThat(record.destination()).isEqualTo(lease.destination());
        });
        assertThat(get(othersCall).visitorId()).isEqualTo("ben");
        assertThat(get(othersCall).visitorErased()).isFalse();
        for (String table : List.of("lease", "promo_number", "call_record")) {
            assertThat(count(table + " WHERE visitor_id = 'anna'")).as(table).isZero();
            assertThat(count(table + " WHERE visitor_id = 'ben'")).as(table).isEqualTo(1);
        }
        assertThat(count("promo_number WHERE number = " + lease.number().digits() + " AND destination = "
                        + lease.destination().digits()))
                .as("a number keeps its last destination")
                .isEqualTo(1);
        assertThat(transactions.after(new Scope(account.network, null), 0, 10))
                .as("nothing is corrected by it")
                .hasSize(2);
        assertThat(erase("anna")).isEqualTo(new VisitorErasure.Erased(0, 0, 0));
        assertThat(erase("nobody")).isEqualTo(new VisitorErasure.Erased(0, 0, 0));
    }

    @Test
    void whatBecomesOfTheNumberAfterTheInviteNeverTouchesItsRecord() throws Exception {
        Lease lease = lease("v-1");
        CallEvent.Began began = call(lease);
        lease("v-2");
        clock.advance(Duration.ofHours(1).toMillis());
        assertThat(lease("v-3").number())
                .as("lent again before the journal drains")
                .isEqualTo(lease.number());
        CallId call = record(began);
        CallRecord first = get(call);
        assertThat(first.visitorId()).isEqualTo("v-1");
        assertThat(first.leaseId()).isEqualTo(lease.id());
        assertThat(first.marketingData()).containsEntry("utm_source", "of v-1");
        clock.advance(Duration.ofDays(4).toMillis());
        lease("v-4");
        account.pools.delete(account.network, "pool");
        write(began);
        assertThat(get(call)).isEqualTo(first);
    }

    @Test
    void whatIsStillInAJournalComesOutOfItWithoutTheVisitor() throws Exception {
        CallEvent.Began began = call(lease("v-1"));
        clock.advance(10);
        erase("v-1");
        CallId call = record(began);
        assertThat(get(call).visitorId()).isNull();
        assertThat(get(call).marketingData()).isEmpty();
        assertThat(get(call).visitorErased()).isTrue();

        clock.advance(10);
        CallId again = record(call(lease("v-1")));
        assertThat(get(again).visitorId()).as("he came again after it").isEqualTo("v-1");
        assertThat(get(again).visitorErased()).isFalse();
        write(began);
        assertThat(get(call).visitorId()).as("drained once more").isNull();
    }

    @Test
    void theLeaseAfterHisDoesNotTellOfHim() throws Exception {
        Lease first = lease("v-1");
        lease("v-2");
        clock.advance(Duration.ofDays(4).toMillis());
        Lease next = lease("v-3");
        assertThat(next.number()).isEqualTo(first.number());
        assertThat(count("lease WHERE previous_visitor_id = 'v-1'")).isEqualTo(1);
        erase("v-1");
        assertThat(count("lease WHERE previous_visitor_id = 'v-1'")).isZero();
        assertThat(count("lease WHERE visitor_id = 'v-3' AND previous_visitor_id = ''"))
                .isEqualTo(1);
    }

    @Test
    void recordsThatNoLeaseLeadsToFollowWithTheNextLook() throws Exception {
        CallId call = record(call(lease("v-1")));
        store.database().transact(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("DELETE FROM lease WHERE visitor_id = 'v-1'");
            }
        });
        assertThat(erase("v-1").callRecords()).isZero();
        assertThat(get(call).visitorId()).isEqualTo("v-1");
        try (Retention retention = retention(1)) {
            retention.lookOnce();
        }
        assertThat(get(call).visitorId()).isNull();
        assertThat(get(call).visitorErased()).isTrue();
        assertThat(count("erased_visitor WHERE visitor_id IS NOT NULL"))
                .as("who was erased is not kept in words")
                .isZero();
    }

    @Test
    void recordsAndHistoryPastTheirTimeGoAndWhatIsHeldStays() throws Exception {
        Lease gone = lease("v-1");
        CallEvent.Began began = call(gone);
        CallId old = began.callId();
        write(began, sample.ended(old, EndReason.LOST));
        write(sample.ended(old, EndReason.CALLER_HANGUP));
        long before = transactions.newest(account.network);
        clock.advance(Duration.ofDays(20).toMillis());
        Lease held = lease("v-2");
        for (int i = 0; i < 6; i++) {
            clock.advance(Duration.ofDays(2).toMillis());
            assertThat(lease("v-2").version()).as("renewed").isEqualTo(held.version());
        }
        CallId young = record(call(held));
        try (Retention retention = retention(1);
                Retention other = retention(2)) {
            retention.lookOnce();
            other.lookOnce();
            assertThat(other.deletedRecords()).as("one node at a time").isZero();
        }
        assertThat(records.get(old, null)).isNull();
        assertThat(get(young).visitorId()).isEqualTo("v-2");
        assertThat(transactions.after(new Scope(account.network, null), 0, 10))
                .singleElement()
                .satisfies(t -> assertThat(t.record().callId()).isEqualTo(young));
        assertThat(count("call_transaction WHERE id <= " + before + " AND network_id = (SELECT id FROM network"
                        + " WHERE id_from_network = '" + account.network + "')"))
                .isZero();
        assertThat(count("lease WHERE visitor_id = 'v-1'")).isZero();
        assertThat(count("lease WHERE visitor_id = 'v-2'")).as("began long ago").isEqualTo(1);
        assertThat(count("promo_number WHERE number = " + gone.number().digits() + " AND destination = "
                        + gone.destination().digits()))
                .as("a number keeps its last destination")
                .isEqualTo(1);
    }

    @Test
    void theRecordOfACallThatStillRunsStaysHoweverLongAgoItBegan() throws Exception {
        CallEvent.Began running = call(lease("v-1"));
        CallEvent.Began forgotten = call(lease("v-2"));
        write(running, sample.answered(running.callId()));
        write(forgotten);
        try (Retention retention = new Retention(
                store.database(),
                clock,
                1,
                new Retention.Periods(Duration.ofDays(1), Duration.ofDays(10)),
                Duration.ZERO)) {
            clock.advance(Duration.ofDays(6).toMillis());
            retention.lookOnce();
            assertThat(get(running.callId()).endReason()).isNull();
            write(sample.ended(running.callId(), EndReason.CALLER_HANGUP));
            assertThat(get(running.callId()).complete())
                    .as("with its beginning")
                    .isTrue();

            retention.lookOnce();
            assertThat(records.get(running.callId(), null)).as("now it is over").isNull();
            clock.advance(Duration.ofDays(25).toMillis() + 1);
            retention.lookOnce();
            assertThat(records.get(forgotten.callId(), null))
                    .as("nobody closes it any more")
                    .isNull();
        }
    }

    @Test
    void delaysAreLearnedFromCallsAndFromPresentationsThatEndedWithoutOne() throws Exception {
        LearnedDelays delays = new LearnedDelays();
        try (DelayLearning learning = new DelayLearning(store.database(), clock, 1, delays)) {
            learning.learn();
            assertThat(delays.medianSeconds()).isCloseTo(120, within(1e-6));
            for (int i = 0; i < 60; i++) {
                Lease lease = lease("caller-" + i);
                clock.advance(30_000);
                record(call(lease));
                clock.advance(Duration.ofMinutes(20).toMillis());
            }
            clock.advance(Duration.ofHours(1).toMillis());
            learning.learn();
            assertThat(delays.calls()).isBetween(50.0, 60.0);
            double median = delays.medianSeconds();
            assertThat(median).isBetween(35.0, 90.0);
            learning.learn();
            assertThat(delays.calls()).as("each presentation counts once").isBetween(50.0, 60.0);
            LearnedDelays elsewhere = new LearnedDelays();
            try (DelayLearning other = new DelayLearning(store.database(), clock, 2, elsewhere)) {
                other.learn();
            }
            assertThat(elsewhere.medianSeconds()).isEqualTo(median);
        }
    }
}

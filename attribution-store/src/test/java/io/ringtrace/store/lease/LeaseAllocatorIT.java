package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseAnswer.Granted;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Leases on MariaDB")
class LeaseAllocatorIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final PhoneNumber OTHER = PhoneNumber.parse("+18005550177");
    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;
    private LeaseAllocator allocator;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        String name = test.getTestMethod().orElseThrow().getName();
        account = new TestAccount(store.database(), clock, name.substring(0, Math.min(60, name.length())));
        allocator = account.allocator();
    }

    @AfterEach
    void close() {
        allocator.close();
        account.close();
    }

    private RingPool pool(int numbers, int maxSize, boolean overflow) throws Exception {
        account.importTollFree(numbers);
        return account.pool(TestAccount.tollFree("pool", maxSize, overflow));
    }

    private static LeaseRequest request(RingPool pool, @Nullable String visitor) {
        return new LeaseRequest(pool.id(), visitor, null, Map.of("utm_source", "news"), false);
    }

    private List<LeaseAnswer> ask(LeaseRequest... requests) throws Exception {
        return allocator.lease(List.of(requests)).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Granted granted(LeaseRequest request) throws Exception {
        LeaseAnswer answer = ask(request).getFirst();
        assertThat(answer).isInstanceOf(Granted.class);
        return (Granted) answer;
    }

    private static long count(String sql) throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement(sql);
                ResultSet rows = select.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void aVisitorGetsANumberThatIsDurableInTheHistoryAndKnownToTheFeed() throws Exception {
        RingPool pool = pool(3, 3, true);
        Granted granted = granted(request(pool, "anna"));
        assertThat(granted.renewed()).isFalse();
        assertThat(granted.changed()).isFalse();
        assertThat(granted.visitorId()).isEqualTo("anna");
        assertThat(granted.guaranteedForMillis()).isEqualTo(300_000);
        assertThat(granted.heldForMillis()).isEqualTo(Duration.ofDays(3).toMillis());
        assertThat(granted.renewAfterMillis()).isEqualTo(60_000);
        assertThat(granted.lease().destination()).isEqualTo(TestAccount.DESTINATION);
        long number = granted.lease().number().digits();
        assertThat(count("SELECT COUNT(*) FROM lease WHERE number = " + number + " AND version = "
                        + granted.lease().version()
                        + " AND visitor_id = 'anna' AND JSON_VALUE(marketing_data, '$.utm_source') = 'news'"))
                .isEqualTo(1);
        NumberRow heard = account.feed.number(number);
        assertThat(heard).isNotNull();
        assertThat(heard.visitorId()).isEqualTo("anna");
        assertThat(heard.version()).isEqualTo(granted.lease().version());
    }

    @Test
    void inAClusterThePoolsRowIsWrittenTooSoThatBatchesOfOtherNodesConflict() throws Exception {
        RingPool pool = pool(3, 3, true);
        granted(request(pool, "anna"));
        assertThat(count("SELECT presentation_seq FROM ring_pool WHERE id = " + pool.id()))
                .as("on one server, where the lock is seen")
                .isZero();
        store.database().transact(connection -> {
            assertThat(StoreDatabase.certifies(connection)).isFalse();
            return new LeaseBatch(connection, new PoolFilling(), Long.MAX_VALUE, false, true)
                    .run(List.of(new LeaseBatch.Entry(request(pool, "bert"), "bert", true)), clock);
        });
        assertThat(count("SELECT presentation_seq FROM ring_pool WHERE id = " + pool.id()))
                .isEqualTo(1);
    }

    @Test
    void aVisitorWhoseHistoryWasPurgedButWhoStillStandsInHisOldNumberGetsOne() throws Exception {
        RingPool pool = pool(3, 3, false);
        granted(request(pool, "anna"));
        clock.advance(Duration.ofDays(100).toMillis());
        store.database().transact(connection -> {
            try (PreparedStatement purge = connection.prepareStatement("DELETE FROM lease WHERE pool_id = ?")) {
                purge.setLong(1, pool.id());
                return purge.executeUpdate();
            }
        });
        assertThat(granted(request(pool, "anna")).renewed()).isFalse();
        assertThat(count("SELECT COUNT(*) FROM promo_number WHERE visitor_id = 'anna' AND pool_id = " + pool.id()))
                .isEqualTo(1);
    }

    @Test
    void aRenewalWritesTheNumberOnly() throws Exception {
        RingPool pool = pool(3, 3, true);
        Granted first = granted(request(pool, "anna"));
        long leases = count("SELECT COUNT(*) FROM lease");
        clock.advance(10_000);
        Granted again = granted(request(pool, "anna"));
        assertThat(again.renewed()).isTrue();
        assertThat(again.lease().number()).isEqualTo(first.lease().number());
        assertThat(again.lease().version()).isEqualTo(first.lease().version());
        assertThat(again.lease().presentedAt()).isEqualTo(first.lease().presentedAt() + 10_000);
        assertThat(count("SELECT COUNT(*) FROM lease")).isEqualTo(leases);
    }

    @Test
    void aVisitorWithoutAnIdIsANewOneEachTime() throws Exception {
        RingPool pool = pool(3, 3, false);
        Granted first = granted(request(pool, null));
        Granted second = granted(request(pool, null));
        assertThat(first.visitorId()).hasSize(26).isNotEqualTo(second.visitorId());
        assertThat(first.lease().number()).isNotEqualTo(second.lease().number());
    }

    @Test
    void beyondThePoolOverflowIsSaidForItsOwnDestinationAndNoNumberForOthers() throws Exception {
        RingPool pool = pool(2, 2, true);
        granted(request(pool, "anna"));
        LeaseAnswer own = ask(request(pool, "bert")).getFirst();
        assertThat(own).isInstanceOf(LeaseAnswer.Overflowed.class);
        LeaseAnswer other =
                ask(new LeaseRequest(pool.id(), "bert", OTHER, Map.of(), false)).getFirst();
        assertThat(other).isInstanceOf(LeaseAnswer.NoNumber.class);
    }

    @Test
    void aLostNumberIsSaidToHaveChanged() throws Exception {
        RingPool pool = pool(2, 2, false);
        Granted anna = granted(request(pool, "anna"));
        granted(request(pool, "bert"));
        clock.advance(302_000);
        granted(request(pool, "bert"));
        Granted cora = granted(request(pool, "cora"));
        assertThat(cora.lease().number()).isEqualTo(anna.lease().number());
        clock.advance(302_000);
        Granted again = granted(request(pool, "anna"));
        assertThat(again.changed()).isTrue();
        assertThat(again.renewed()).isFalse();
    }

    @Test
    void aPoolThatMayGrowTakesANumberFromTheBankInTheSameMoment() throws Exception {
        account.importTollFree(10);
        RingPool pool =
                account.pool(Definition.draft("growing", "growing", NumberType.TOLL_FREE, TestAccount.DESTINATION)
                        .maxSize(5)
                        .definition());
        assertThat(pool.size()).isEqualTo(2);
        List<LeaseAnswer> answers = ask(IntStream.range(0, 6)
                .mapToObj(i -> request(pool, "visitor-" + i))
                .toArray(LeaseRequest[]::new));
        assertThat(answers.subList(0, 4)).allMatch(Granted.class::isInstance);
        assertThat(answers.subList(4, 6)).allMatch(LeaseAnswer.Overflowed.class::isInstance);
        assertThat(count("SELECT size FROM ring_pool WHERE id = " + pool.id())).isEqualTo(5);
        assertThat(count("SELECT COUNT(*) FROM promo_number WHERE pool_id = " + pool.id()))
                .isEqualTo(5);
    }

    @Test
    void lifetimesChangedOnALivingPoolHoldForPresentationsAfterTheChange() throws Exception {
        RingPool pool = pool(3, 3, false);
        Granted anna = granted(request(pool, "anna"));
        clock.advance(1_000);
        account.pool(withTimes("pool", 3, Duration.ofSeconds(10), Duration.ofSeconds(20)));
        Granted bert = granted(request(pool, "bert"));
        assertThat(bert.guaranteedForMillis()).isEqualTo(10_000);
        granted(request(pool, "cora"));
        clock.advance(11_000);
        // Bert's and Cora's guarantees are over, Anna's older one is not.
        Granted dora = granted(request(pool, "dora"));
        Granted emil = granted(request(pool, "emil"));
        assertThat(dora.lease().number()).isEqualTo(bert.lease().number());
        assertThat(emil.lease().number()).isNotEqualTo(anna.lease().number());
        assertThat(ask(request(pool, "fred")).getFirst()).isInstanceOf(LeaseAnswer.NoNumber.class);
    }

    @Test
    void aFreeNumberGoesBeforeAHeldOneThatWasPresentedEarlierUnderALongerHold() throws Exception {
        RingPool pool = pool(2, 2, false);
        granted(request(pool, "anna"));
        account.pool(withTimes("pool", 2, Duration.ofSeconds(10), Duration.ofSeconds(20)));
        clock.advance(1_000);
        Granted bert = granted(request(pool, "bert"));
        clock.advance(400_000);
        assertThat(granted(request(pool, "cora")).lease().number())
                .isEqualTo(bert.lease().number());
    }

    private static Definition withTimes(String id, int maxSize, Duration lifetime, Duration hold) {
        Definition base = TestAccount.tollFree(id, maxSize, false);
        return base.draft().lifetime(lifetime).hold(hold).definition();
    }

    @Test
    void visitorsWhoseHoldsAreOverMaySwapNumbersWithinOneBatch() throws Exception {
        RingPool pool = pool(3, 3, false);
        ask(request(pool, "anna"), request(pool, "bert"), request(pool, "cora"));
        clock.advance(Duration.ofDays(4).toMillis());
        List<LeaseAnswer> answers = ask(request(pool, "bert"), request(pool, "cora"), request(pool, "anna"));
        assertThat(answers).allMatch(Granted.class::isInstance);
        assertThat(answers.stream()
                        .map(answer -> ((Granted) answer).lease().number())
                        .distinct())
                .hasSize(3);
        assertThat(count("SELECT COUNT(DISTINCT visitor_id) FROM promo_number WHERE pool_id = " + pool.id()))
                .isEqualTo(3);
    }

    @Test
    void wrongRequestsAreRefusedAndOthersOfTheBatchServed() throws Exception {
        PhoneNumber promoNumber = new PhoneNumber(account.importTollFree(1));
        RingPool pool = pool(3, 3, false);
        List<LeaseAnswer> answers = ask(
                request(pool, "bad\u0001id"),
                new LeaseRequest(987_654_321L, "anna", null, Map.of(), false),
                new LeaseRequest(pool.id(), "anna", promoNumber, Map.of(), false),
                request(pool, "anna"));
        assertThat(answers.subList(0, 3))
                .extracting(answer -> ((LeaseAnswer.Refused) answer).reason())
                .containsExactly(
                        LeaseAnswer.Reason.INVALID_VISITOR,
                        LeaseAnswer.Reason.UNKNOWN_POOL,
                        LeaseAnswer.Reason.INVALID_DESTINATION);
        assertThat(answers.getLast()).isInstanceOf(Granted.class);
    }

    @Test
    void nothingIsLentWhileTheClockIsOff() throws Exception {
        RingPool pool = pool(3, 3, false);
        clock.forbidAllocation();
        assertThat(ask(request(pool, "anna")).getFirst()).isInstanceOf(LeaseAnswer.Unavailable.class);
    }

    @Test
    void aFullQueueAnswersAtOnceThatItIsFull() throws Exception {
        RingPool pool = pool(3, 3, false);
        try (LeaseAllocator small = account.allocator(new LeaseAllocator.Settings(1, 2, 3, Duration.ofMillis(1)));
                Connection blocker = store.database().dataSource().getConnection()) {
            blocker.setAutoCommit(false);
            try (PreparedStatement lock =
                    blocker.prepareStatement("SELECT id FROM ring_pool WHERE id = ? FOR UPDATE")) {
                lock.setLong(1, pool.id());
                lock.executeQuery().close();
            }
            List<CompletableFuture<List<LeaseAnswer>>> asked = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                asked.add(
                        small.lease(List.of(request(pool, "visitor-" + i % 3))).toCompletableFuture());
            }
            // At most two are under way and three wait; which ones, the workers' pace decides.
            List<CompletableFuture<List<LeaseAnswer>>> refused =
                    asked.stream().filter(CompletableFuture::isDone).toList();
            assertThat(refused).hasSizeGreaterThanOrEqualTo(15);
            assertThat(refused)
                    .allSatisfy(answer -> assertThat(answer.join().getFirst())
                            .isInstanceOfSatisfying(
                                    LeaseAnswer.Unavailable.class,
                                    full -> assertThat(full.retryAfterMillis()).isPositive()));
            blocker.rollback();
            for (CompletableFuture<List<LeaseAnswer>> one : asked) {
                assertThat(one.get(20, TimeUnit.SECONDS)).hasSize(1);
            }
        }
    }

    @Test
    void theDatabaseItselfRefusesAVisitorASecondNumber() throws Exception {
        RingPool pool = pool(3, 3, false);
        Granted granted = granted(request(pool, "anna"));
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE promo_number SET visitor_id = 'anna', destination = ? WHERE pool_id = ? AND number <> ?"
                                + " LIMIT 1")) {
            update.setLong(1, TestAccount.DESTINATION.digits());
            update.setLong(2, pool.id());
            update.setLong(3, granted.lease().number().digits());
            assertThat(catchThrowableOfType(SQLException.class, update::executeUpdate)
                            .getErrorCode())
                    .isEqualTo(1062);
        }
    }

    @Test
    void aDeletedPoolLendsNothingMoreAndWhatItLentIsHeldToItsEnd() throws Exception {
        RingPool pool = pool(3, 3, true);
        Granted granted = granted(request(pool, "anna"));
        account.pools.delete(account.network, "pool");
        assertThat(ask(request(pool, "anna")).getFirst()).isInstanceOf(LeaseAnswer.Refused.class);
        NumberRow heard = account.feed.number(granted.lease().number().digits());
        assertThat(heard).isNotNull();
        assertThat(heard.state()).isEqualTo(NumberState.DRAINING);
        assertThat(heard.visitorId()).isEqualTo("anna");
        assertThat(heard.heldUntil()).isEqualTo(granted.lease().heldUntil());
        assertThat(count("SELECT COUNT(*) FROM promo_number WHERE pool_id = " + pool.id() + " AND state = "
                        + NumberState.RESTING.code()))
                .as("those that nobody holds, the overflow number among them")
                .isEqualTo(2);
    }
}

package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseAnswer.Granted;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.db.DatabaseAddress;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A batch that fails")
class LeaseRetryIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    @TempDir
    Path folder;

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "n" + test.getTestMethod().orElseThrow().getName().hashCode());
    }

    @AfterEach
    void close() {
        account.close();
    }

    private LeaseAllocator allocator(StoreDatabase database, PoolGrowth growth) {
        return new LeaseAllocator(
                database,
                clock,
                growth,
                account.feed,
                new LeaseAllocator.Settings(1, 500, 10_000, Duration.ofMillis(5)));
    }

    private static List<LeaseRequest> requests(RingPool pool, int visitors) {
        return IntStream.range(0, visitors)
                .mapToObj(i -> new LeaseRequest(pool.id(), i % 2 == 0 ? "visitor-" + i : null, null, Map.of(), false))
                .toList();
    }

    /** A pool of two that may grow to ten, so that a batch reaches for the bank in its middle. */
    private RingPool growingPool() throws Exception {
        account.importTollFree(12);
        return account.pool(Definition.draft("growing", "growing", NumberType.TOLL_FREE, TestAccount.DESTINATION)
                .maxSize(10)
                .allowOverflow(false)
                .definition());
    }

    private static long count(String sql) throws SQLException {
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void expectAllLentOnce(RingPool pool, List<LeaseAnswer> answers) throws SQLException {
        assertThat(answers).allMatch(Granted.class::isInstance);
        assertThat(answers.stream()
                        .map(answer -> ((Granted) answer).lease().number())
                        .distinct())
                .hasSize(answers.size());
        assertThat(count("SELECT COUNT(*) FROM promo_number WHERE visitor_id IS NOT NULL AND pool_id = " + pool.id()))
                .isEqualTo(answers.size());
        assertThat(count("SELECT COUNT(*) FROM lease WHERE pool_id = " + pool.id()))
                .isEqualTo(answers.size());
    }

    @Test
    void becauseItsConnectionWasKilledRunsAgainAndLendsEachNumberOnce() throws Exception {
        RingPool pool = growingPool();
        AtomicInteger attempts = new AtomicInteger();
        PoolGrowth killed = (connection, terms, wanted, now) -> {
            if (attempts.incrementAndGet() == 1) {
                kill(connection);
            }
            return new PoolFilling().grow(connection, terms, wanted, now);
        };
        try (LeaseAllocator allocator = allocator(store.database(), killed)) {
            List<LeaseAnswer> answers =
                    allocator.lease(requests(pool, 6)).toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(attempts).hasValueGreaterThanOrEqualTo(2);
            expectAllLentOnce(pool, answers);
        }
    }

    private static void kill(Connection connection) throws SQLException {
        try (Statement own = connection.createStatement();
                ResultSet rows = own.executeQuery("SELECT CONNECTION_ID()");
                Connection other = store.database().dataSource().getConnection();
                Statement statement = other.createStatement()) {
            rows.next();
            statement.execute("KILL " + rows.getLong(1));
        }
    }

    @Test
    void becauseOfADeadlockRunsAgain() throws Exception {
        RingPool pool = growingPool();
        CountDownLatch poolLocked = new CountDownLatch(1);
        CountDownLatch bankLocked = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        PoolGrowth slow = (connection, terms, wanted, now) -> {
            attempts.incrementAndGet();
            poolLocked.countDown();
            await(bankLocked);
            return new PoolFilling().grow(connection, terms, wanted, now);
        };
        try (LeaseAllocator allocator = allocator(store.database(), slow);
                Connection other = store.database().dataSource().getConnection();
                Statement statement = other.createStatement()) {
            CompletableFuture<List<LeaseAnswer>> asked =
                    allocator.lease(requests(pool, 6)).toCompletableFuture();
            await(poolLocked);
            other.setAutoCommit(false);
            // The bank before the pool: the wrong order, and by many changed rows the heavier transaction, so that ours
            // must yield.
            statement.executeUpdate("UPDATE promo_number SET rest_until = rest_until + 1 WHERE state = 0");
            bankLocked.countDown();
            statement
                    .executeQuery("SELECT id FROM ring_pool WHERE id = " + pool.id() + " FOR UPDATE")
                    .close();
            other.rollback();
            expectAllLentOnce(pool, asked.get(20, TimeUnit.SECONDS));
            assertThat(attempts).hasValueGreaterThanOrEqualTo(2);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nothing happened");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void inItsCommitWithoutAnAnswerRunsAgainAndFindsItsOwnRows() throws Exception {
        RingPool pool = growingPool();
        DatabaseAddress address = store.database().address();
        try (CommitCutter cutter = new CommitCutter(address.port());
                StoreDatabase cut = StoreDatabase.open(new StoreSettings.External(
                        folder,
                        "jdbc:mysql://127.0.0.1:" + cutter.port() + "/" + address.database() + "?sslMode=DISABLED",
                        address.user(),
                        address.password(),
                        4));
                LeaseAllocator allocator = allocator(cut, new PoolFilling())) {
            cutter.cutNextCommit();
            List<LeaseAnswer> answers =
                    allocator.lease(requests(pool, 6)).toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(cutter.cuts()).isEqualTo(1);
            expectAllLentOnce(pool, answers);
            assertThat(answers)
                    .allSatisfy(
                            answer -> assertThat(((Granted) answer).renewed()).isFalse());
        }
    }

    @Test
    void becauseTheDatabaseIsAwayLendsNothingAndSaysWhenToAskAgain() throws Exception {
        RingPool pool = growingPool();
        DatabaseAddress address = store.database().address();
        CommitCutter gone = new CommitCutter(address.port());
        gone.close();
        try (StoreDatabase away = StoreDatabase.open(new StoreSettings.External(
                        folder,
                        "jdbc:mysql://127.0.0.1:" + gone.port() + "/" + address.database(),
                        address.user(),
                        address.password(),
                        4));
                LeaseAllocator allocator = allocator(away, new PoolFilling())) {
            List<LeaseAnswer> answers =
                    allocator.lease(requests(pool, 2)).toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer)
                            .isInstanceOfSatisfying(
                                    LeaseAnswer.Unavailable.class,
                                    unavailable -> assertThat(unavailable.retryAfterMillis())
                                            .isPositive()));
        }
    }
}

package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.LeaseAllocator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Numbers of a pool that was made smaller or deleted")
class DrainedNumbersIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final long HOLD = Duration.ofDays(3).toMillis();
    private static final long REST = Duration.ofDays(45).toMillis();

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;
    private LeaseAllocator leases;
    private DrainedNumbers drained;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "d" + test.getTestMethod().orElseThrow().getName().hashCode());
        leases = account.allocator();
        drained = new DrainedNumbers(store.database(), clock, account.feed, PoolFilling.USUAL_REST);
    }

    @AfterEach
    void close() throws Exception {
        // The tests share a database, and count what comes to rest in it.
        clock.advance(2 * HOLD);
        drained.restAll();
        leases.close();
        account.close();
    }

    private void lease(RingPool pool, String visitor) throws Exception {
        assertThat(answer(pool, visitor)).isInstanceOf(LeaseAnswer.Granted.class);
    }

    private LeaseAnswer answer(RingPool pool, String visitor) throws Exception {
        return leases.lease(List.of(new LeaseRequest(pool.id(), visitor, null, Map.of(), false)))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .getFirst();
    }

    private List<String> states() throws Exception {
        return account.bank.list(account.network, 0, 10).stream()
                .map(NumberBank.Entry::state)
                .sorted()
                .toList();
    }

    @Test
    void drainUntilTheHoldIsOverThenRestThenServeAgain() throws Exception {
        account.importTollFree(3);
        RingPool pool = account.pool(TestAccount.tollFree("shrinking", 3, false));
        for (String visitor : List.of("a", "b", "c")) {
            lease(pool, visitor);
            clock.advance(10);
        }
        account.pool(TestAccount.tollFree("shrinking", 2, false));
        assertThat(states()).containsExactly("draining", "pooled", "pooled");
        // Its visitor comes back: the hold begins anew.
        clock.advance(1_000);
        lease(pool, "a");
        clock.advance(HOLD - 1);
        assertThat(drained.restAll()).isZero();
        clock.advance(1);
        assertThat(drained.restAll()).isEqualTo(1);
        assertThat(drained.restAll()).isZero();
        assertThat(states()).containsExactly("pooled", "pooled", "resting");

        clock.advance(REST - 1);
        account.pool(TestAccount.tollFree("another", 2, false));
        assertThat(states()).contains("resting");
        clock.advance(1);
        account.pool(TestAccount.tollFree("another", 2, false));
        assertThat(states()).containsExactly("pooled", "pooled", "pooled");
    }

    @Test
    void ofADeletedPoolDrainAndRestToo() throws Exception {
        long first = account.importTollFree(2);
        RingPool pool = account.pool(TestAccount.tollFree("deleted", 2, false));
        lease(pool, "a");
        account.pools.delete(account.network, "deleted");
        assertThat(states()).containsExactly("draining", "resting");
        clock.advance(HOLD);
        assertThat(drained.restAll()).isEqualTo(1);
        assertThat(states()).containsExactly("resting", "resting");
        NumberRow rested = account.feed.number(first);
        assertThat(rested).isNotNull();
        assertThat(rested.visitorId()).isNull();
        assertThat(rested.destination()).isEqualTo(TestAccount.DESTINATION.digits());
        assertThat(rested.restUntil()).isEqualTo(clock.nowMillis() + REST);
    }

    private static Definition local(String id) {
        return Definition.draft(id, id, NumberType.LOCAL, TestAccount.DESTINATION)
                .localNumbers(new LocalNumberPreferences(240, true, Fallback.WAIT))
                .definition();
    }

    private NumberRow number(long digits) {
        return Objects.requireNonNull(account.feed.number(digits));
    }

    @Test
    void ofADeletedPoolComeBackToTheOneThatTakesItsId() throws Exception {
        long first = account.importTollFree(2);
        lease(account.pool(TestAccount.tollFree("again", 2, false)), "a");
        account.pools.delete(account.network, "again");
        clock.advance(Duration.ofMinutes(10).toMillis());
        RingPool again = account.pool(TestAccount.tollFree("again", 2, false));
        assertThat(states()).containsExactly("pooled", "resting");
        lease(again, "a");
        assertThat(number(first).visitorId()).isEqualTo("a");
    }

    @Test
    void ofADeletedPoolStayWithTheirVisitorsWhenItsIdComesBackWithAnotherNumberType() throws Exception {
        long first = account.importTollFree(2);
        RingPool pool = account.pool(TestAccount.tollFree("again", 2, false));
        lease(pool, "a");
        NumberRow lent = number(first);
        account.pools.delete(account.network, "again");
        RingPool again = account.pool(local("again"));
        assertThat(number(first).visitorId()).isEqualTo("a");
        assertThat(number(first).heldUntil()).isEqualTo(lent.heldUntil());
        assertThat(number(first).guaranteedUntil()).isEqualTo(lent.guaranteedUntil());
        // Held, and of no use to the pool that is there now.
        clock.advance(Duration.ofMinutes(10).toMillis());
        account.pool(local("again"));
        assertThat(states()).containsExactly("draining", "resting");
        lease(again, "a");
        assertThat(number(first).presentedAt()).isEqualTo(clock.nowMillis());
        clock.advance(HOLD);
        assertThat(drained.restAll()).isEqualTo(1);
        assertThat(states()).containsExactly("resting", "resting");
    }

    /** All numbers of the pool are held, the first visitor's longest. */
    private RingPool busy(String id, int size) throws Exception {
        account.importTollFree(size);
        RingPool pool = account.pool(TestAccount.tollFree(id, size, false));
        for (int i = 0; i < size; i++) {
            lease(pool, "visitor " + i);
            clock.advance(10);
        }
        return pool;
    }

    @Test
    void overflowTurnedOnAtAFullBusyPoolTakesANumberOfTheBankInPlaceOfTheOnePresentedLongestAgo() throws Exception {
        busy("busy", 3);
        long fourth = account.importTollFree(1);
        RingPool pool = account.pool(TestAccount.tollFree("busy", 3, true));
        assertThat(pool.size()).isEqualTo(3);
        assertThat(states()).containsExactly("draining", "overflow", "pooled", "pooled");
        assertThat(number(fourth).state()).isEqualTo(NumberState.OVERFLOW);
    }

    @Test
    void withoutOneInTheBankTheNumberPresentedLongestAgoIsKeptForOverflowAsSoonAsItIsFree() throws Exception {
        RingPool pool = busy("busy", 3);
        account.pool(TestAccount.tollFree("busy", 3, true));
        assertThat(states()).containsExactly("draining", "pooled", "pooled");
        // Its visitor keeps it, and nobody else gets it, though there are none left for others.
        lease(pool, "visitor 0");
        clock.advance(Duration.ofMinutes(6).toMillis());
        lease(pool, "visitor 3");
        lease(pool, "visitor 4");
        assertThat(answer(pool, "visitor 5")).isInstanceOf(LeaseAnswer.NoNumber.class);
        drained.seekOverflow();
        assertThat(states()).containsExactly("draining", "pooled", "pooled");
        clock.advance(HOLD - 1_000);
        lease(pool, "visitor 3");
        lease(pool, "visitor 4");
        drained.seekOverflow();
        assertThat(drained.restAll()).isZero();
        assertThat(states()).containsExactly("overflow", "pooled", "pooled");
        drained.seekOverflow();
        assertThat(states()).containsExactly("overflow", "pooled", "pooled");
        assertThat(Objects.requireNonNull(account.pools.get(account.network, "busy"))
                        .pool()
                        .size())
                .isEqualTo(3);
        assertThat(answer(pool, "visitor 5")).isInstanceOf(LeaseAnswer.Overflowed.class);
    }

    @Test
    void aFullPoolThatLacksItsOverflowNumberGetsOneByItself() throws Exception {
        RingPool pool = busy("full", 2);
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE ring_pool SET allow_overflow = TRUE WHERE id = ?")) {
            update.setLong(1, pool.id());
            update.executeUpdate();
        }
        drained.seekOverflow();
        assertThat(states()).containsExactly("draining", "pooled");
        account.importTollFree(1);
        drained.seekOverflow();
        assertThat(states()).containsExactly("draining", "overflow", "pooled");
    }

    @Test
    void aPoolMadeOfHeldNumbersKeepsAPlaceForItsOverflowNumber() throws Exception {
        busy("again", 2);
        account.pools.delete(account.network, "again");
        clock.advance(Duration.ofMinutes(10).toMillis());
        RingPool pool = account.pool(TestAccount.tollFree("again", 2, true));
        assertThat(states()).containsExactly("draining", "pooled");
        lease(pool, "visitor 2");
        assertThat(answer(pool, "visitor 3")).isInstanceOf(LeaseAnswer.NoNumber.class);
        assertThat(states()).containsExactly("draining", "pooled");
        clock.advance(HOLD - Duration.ofMinutes(10).toMillis());
        drained.seekOverflow();
        assertThat(states()).containsExactly("overflow", "pooled");
    }
}

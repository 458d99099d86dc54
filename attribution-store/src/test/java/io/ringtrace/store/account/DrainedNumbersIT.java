package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.lease.LeaseAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
                store.database(), clock, test.getTestMethod().orElseThrow().getName());
        leases = account.allocator();
        drained = new DrainedNumbers(store.database(), clock, account.feed, PoolFilling.USUAL_REST);
    }

    @AfterEach
    void close() {
        leases.close();
        account.close();
    }

    private void lease(RingPool pool, String visitor) throws Exception {
        List<LeaseAnswer> answers = leases.lease(List.of(new LeaseRequest(pool.id(), visitor, null, Map.of(), false)))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(answers.getFirst()).isInstanceOf(LeaseAnswer.Granted.class);
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

    @Test
    void ofADeletedPoolComeBackToTheOneThatTakesItsIdIfTheyAreOfItsType() throws Exception {
        long first = account.importTollFree(2);
        lease(account.pool(TestAccount.tollFree("again", 2, false)), "a");
        account.pools.delete(account.network, "again");
        RingPool again = account.pool(TestAccount.tollFree("again", 2, false));
        lease(again, "a");
        assertThat(account.feed.number(first))
                .isNotNull()
                .extracting(NumberRow::visitorId)
                .isEqualTo("a");
        account.pools.delete(account.network, "again");
        account.pool(Definition.draft("again", "again", NumberType.LOCAL, TestAccount.DESTINATION)
                .definition());
        assertThat(states()).containsExactly("resting", "resting");
    }
}

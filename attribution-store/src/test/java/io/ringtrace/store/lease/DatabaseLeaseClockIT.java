package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The lease clock on a database")
class DatabaseLeaseClockIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final long START = 1_700_000_000_000L;

    @Test
    void followsTheDatabasesTimeFromItsStart() {
        try (DatabaseLeaseClock clock = DatabaseLeaseClock.start(store.database())) {
            assertThat(clock.mayAllocate()).isTrue();
            // The test's database runs on this machine, by the same wall clock.
            assertThat(clock.nowMillis()).isBetween(System.currentTimeMillis() - 500, System.currentTimeMillis() + 500);
            long before = clock.nowMillis();
            for (int i = 0; i < 100_000; i++) {
                long now = clock.nowMillis();
                assertThat(now >= before).isTrue();
                before = now;
            }
        }
    }

    @Test
    void findsWhatIsGuaranteedOnTheTimeBeforeAStep() throws Exception {
        HandClock time = new HandClock(START);
        try (TestAccount account = new TestAccount(store.database(), time, "guaranteed");
                LeaseAllocator leases = account.allocator()) {
            account.importTollFree(2);
            RingPool pool = account.pool(TestAccount.tollFree("pool", 2, false));
            leases.lease(List.of(new LeaseRequest(pool.id(), "anna", null, Map.of(), false)))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }
        long over = START + Duration.ofMinutes(5).toMillis() + 1_000;
        assertThat(guaranteed(over - 1, START)).isTrue();
        assertThat(guaranteed(over, START)).isFalse();
        assertThat(guaranteed(over - 1, START - 1))
                .as("presented on the new time")
                .isFalse();
    }

    private static boolean guaranteed(long now, long presentedUntil) throws Exception {
        return store.database().transact(connection -> DatabaseLeaseClock.guaranteed(connection, now, presentedUntil));
    }

    @Test
    void startedAgainItDoesNotFollowADatabaseThatIsAnHourAheadOfWhatItKnew(@TempDir Path folder) throws Exception {
        KeptLeaseTime kept = new KeptLeaseTime(folder.resolve("lease-time"));
        try (DatabaseLeaseClock clock = DatabaseLeaseClock.start(store.database(), System::currentTimeMillis, kept)) {
            assertThat(clock.mayAllocate()).isTrue();
        }
        try (DatabaseLeaseClock clock = DatabaseLeaseClock.start(store.database(), System::currentTimeMillis, kept)) {
            assertThat(clock.mayAllocate()).isTrue();
            assertThat(clock.nowMillis()).isBetween(System.currentTimeMillis() - 500, System.currentTimeMillis() + 500);
        }
        // As if the database's clock had been an hour behind when this was kept.
        kept.keep(System.currentTimeMillis() - 3_600_000);
        try (DatabaseLeaseClock clock = DatabaseLeaseClock.start(store.database(), System::currentTimeMillis, kept)) {
            assertThat(clock.mayAllocate()).isFalse();
            assertThat(clock.offMillis()).isBetween(3_599_000L, 3_601_000L);
        }
    }

    @Test
    void asksSoonWhenThisMachinesOwnClockWasStepped() throws Exception {
        AtomicLong step = new AtomicLong();
        try (DatabaseLeaseClock clock =
                DatabaseLeaseClock.start(store.database(), () -> System.currentTimeMillis() + step.get())) {
            long first = clock.measuredAtNanos();
            step.set(-3_600_000);
            long until = System.nanoTime() + 8_000_000_000L;
            while (clock.measuredAtNanos() == first) {
                assertThat(System.nanoTime())
                        .as("without the step it asks after ten seconds")
                        .isLessThan(until);
                Thread.sleep(20);
            }
            // The database's clock was not stepped, and that is the one that counts.
            assertThat(clock.mayAllocate()).isTrue();
            assertThat(clock.nowMillis()).isBetween(System.currentTimeMillis() - 500, System.currentTimeMillis() + 500);
        }
    }
}

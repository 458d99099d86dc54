package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.store.TestStore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("The lease clock on a database")
class DatabaseLeaseClockIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

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

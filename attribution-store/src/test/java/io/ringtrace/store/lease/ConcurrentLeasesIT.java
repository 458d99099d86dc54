package io.ringtrace.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.Scale;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("proof")
@Tag("leases")
@DisplayName("64 clients at once, on two nodes")
class ConcurrentLeasesIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final int CLIENTS = 64;
    private static final int REQUESTS_EACH = Scale.pick(40, 1_000);
    private static final int NUMBERS = 30;
    private static final long LIFETIME = 5_000;

    /** Hurries, so that guarantees end many times within the test; both nodes have it. */
    private static final class HurryingClock implements LeaseClock {
        private static final long SPEED = 40;
        private final long startNanos = System.nanoTime();

        @Override
        public long nowMillis() {
            return 1_700_000_000_000L + (System.nanoTime() - startNanos) * SPEED / 1_000_000;
        }

        @Override
        public boolean mayAllocate() {
            return true;
        }
    }

    private record Told(String visitor, long number, long version, long presentedAt, long guaranteedUntil) {}

    @Test
    void neverGetANumberThatIsGuaranteedToSomebodyElse() throws Exception {
        LeaseClock clock = new HurryingClock();
        Queue<Told> told = new ConcurrentLinkedQueue<>();
        try (TestAccount account = new TestAccount(store.database(), clock, "concurrent");
                StoreDatabase otherWay = store.open();
                LeaseAllocator one = account.allocator();
                LeaseAllocator other = new LeaseAllocator(
                        otherWay, clock, new PoolFilling(), account.feed, LeaseAllocator.Settings.DEFAULT)) {
            account.importTollFree(NUMBERS);
            Definition base = TestAccount.tollFree("concurrent", NUMBERS, true);
            RingPool pool = account.pool(base.draft()
                    .lifetime(Duration.ofMillis(LIFETIME))
                    .hold(Duration.ofMinutes(1))
                    .definition());
            List<Thread> clients = new ArrayList<>();
            Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
            for (int client = 0; client < CLIENTS; client++) {
                LeaseAllocator node = client % 2 == 0 ? one : other;
                int seed = client;
                clients.add(Thread.ofVirtual().start(() -> {
                    try {
                        play(node, pool.id(), new Random(seed), told);
                    } catch (Exception | AssertionError e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failures).isEmpty();
        }
        assertThat(told).hasSizeGreaterThan(CLIENTS);
        checkTold(List.copyOf(told));
        checkHistory();
    }

    /** Visitors are shared by all clients, so that one visitor also asks twice at once. */
    private static void play(LeaseAllocator node, long pool, Random random, Queue<Told> told) throws Exception {
        for (int i = 0; i < REQUESTS_EACH; i++) {
            LeaseRequest request =
                    new LeaseRequest(pool, "visitor-" + random.nextInt(150), null, Map.of(), random.nextInt(5) == 0);
            LeaseAnswer answer = node.lease(List.of(request))
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS)
                    .getFirst();
            switch (answer) {
                case LeaseAnswer.Granted granted ->
                    told.add(new Told(
                            granted.visitorId(),
                            granted.lease().number().digits(),
                            granted.lease().version(),
                            granted.lease().presentedAt(),
                            granted.lease().guaranteedUntil()));
                case LeaseAnswer.Overflowed _ -> {}
                case LeaseAnswer.NoNumber _, LeaseAnswer.Refused _, LeaseAnswer.Unavailable _ ->
                    throw new AssertionError("not served: " + answer);
            }
        }
    }

    /** What pages were told: no two visitors' guarantees of one number overlap, a second of margin included. */
    private static void checkTold(List<Told> told) {
        Map<Long, List<Told>> byNumber = new HashMap<>();
        told.forEach(one ->
                byNumber.computeIfAbsent(one.number(), _ -> new ArrayList<>()).add(one));
        for (List<Told> ofNumber : byNumber.values()) {
            for (Told earlier : ofNumber) {
                for (Told later : ofNumber) {
                    if (!later.visitor().equals(earlier.visitor()) && later.presentedAt() >= earlier.presentedAt()) {
                        assertThat(later.presentedAt())
                                .as("%s, then %s", earlier, later)
                                .isGreaterThanOrEqualTo(
                                        earlier.guaranteedUntil() + AllocationRule.GIVE_AWAY_MARGIN_MILLIS);
                    }
                }
            }
        }
    }

    /** What the database says: each lease begins after the guarantee of the one before, and names it rightly. */
    private static void checkHistory() throws Exception {
        int leases = 0;
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "SELECT number, version, visitor_id, leased_at, previous_version, previous_visitor_id,"
                                + " previous_presented_at FROM lease ORDER BY number, version");
                ResultSet rows = select.executeQuery()) {
            long number = 0;
            long version = 0;
            String visitor = "";
            while (rows.next()) {
                leases++;
                if (rows.getLong(1) == number) {
                    assertThat(rows.getLong(5)).isEqualTo(version);
                    if (!rows.getString(3).equals(visitor)) {
                        assertThat(rows.getLong(4))
                                .isGreaterThanOrEqualTo(
                                        rows.getLong(7) + LIFETIME + AllocationRule.GIVE_AWAY_MARGIN_MILLIS);
                    }
                }
                number = rows.getLong(1);
                version = rows.getLong(2);
                visitor = rows.getString(3);
            }
        }
        assertThat(leases).isGreaterThan(NUMBERS);
    }
}

package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseAnswer.Granted;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.PoolSizes;
import io.ringtrace.attribution.PoolSizing;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.PoolFilling;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.lease.RecentLeases;
import io.ringtrace.store.sizing.PoolObservations;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("A pool that finds its size by itself")
class PoolScalingIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final long QUARTER = Duration.ofMinutes(15).toMillis();

    /** At a quarter's beginning. */
    private final HandClock clock = new HandClock(1_700_000_100_000L);

    private final Random random = new Random(1);
    private TestAccount account;
    private PoolObservations observations;
    private PoolScaling scaling;
    private DrainedNumbers drained;
    private PoolSizes sizes;
    private LeaseAllocator leases;
    private int visitors;

    private Pools.Definition defined = TestAccount.tollFree("pool", 2, false);

    @BeforeEach
    void open(TestInfo test) throws Exception {
        String name = test.getTestMethod().orElseThrow().getName();
        account = new TestAccount(store.database(), clock, name.substring(0, Math.min(60, name.length())));
        observations = new PoolObservations(store.database());
        scaling = new PoolScaling(store.database(), clock, account.feed, observations, PoolFilling.USUAL_REST);
        drained = new DrainedNumbers(store.database(), clock, account.feed, PoolFilling.USUAL_REST);
        sizes = new DatabasePoolSizes(store.database(), clock);
        leases = new LeaseAllocator(
                store.database(),
                clock,
                new PoolFilling(),
                account.feed,
                observations,
                RecentLeases.none(),
                LeaseAllocator.Settings.DEFAULT);
    }

    @AfterEach
    void close() {
        leases.close();
        account.close();
    }

    private RingPool pool(int bank, int size, boolean overflow, int autoscaleMax) throws Exception {
        account.importTollFree(bank);
        Pools.Draft draft = TestAccount.tollFree("pool", size, overflow).draft();
        if (autoscaleMax > 0) {
            draft.autoscaling(new Autoscaling(true, autoscaleMax, 0.01, 1));
        }
        defined = draft.definition();
        return account.pool(defined);
    }

    private void autoscale(Autoscaling wanted) throws Exception {
        account.pool(defined.draft().autoscaling(wanted).definition());
        assertThat(sizes.autoscaling(account.network)).containsEntry("pool", wanted);
        // What a write does not name stays as it is.
        account.pool(defined.draft().autoscaling(null).definition());
        assertThat(sizes.autoscaling(account.network)).containsEntry("pool", wanted);
    }

    private List<LeaseAnswer> ask(RingPool pool, String... names) throws Exception {
        List<LeaseRequest> requests = new ArrayList<>();
        for (String name : names) {
            requests.add(new LeaseRequest(pool.id(), name, null, Map.of(), false));
        }
        return leases.lease(requests).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** So many new visitors, evenly in one quarter of an hour. */
    private List<LeaseAnswer> visits(RingPool pool, int count) throws Exception {
        List<LeaseAnswer> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            answers.addAll(ask(pool, "visitor-" + visitors++));
            clock.advance(QUARTER / count);
        }
        return answers;
    }

    private int size() throws Exception {
        return Objects.requireNonNull(account.pools.get(account.network, "pool"))
                .pool()
                .size();
    }

    private long in(String state) throws Exception {
        return account.bank.list(account.network, 0, 1_000).stream()
                .map(NumberBank.Entry::state)
                .filter(state::equals)
                .count();
    }

    private PoolSizing sizing() throws Exception {
        return Objects.requireNonNull(sizes.sizing(account.network, "pool"));
    }

    @Test
    void growsAtOnceWhenAVisitorWouldHaveToOverflowUpToItsAutoscaleMaximum() throws Exception {
        RingPool pool = pool(10, 2, true, 6);
        List<LeaseAnswer> answers =
                ask(pool, IntStream.range(0, 8).mapToObj(i -> "v" + i).toArray(String[]::new));
        assertThat(answers.subList(0, 5)).allMatch(Granted.class::isInstance);
        assertThat(answers.subList(5, 8)).allMatch(LeaseAnswer.Overflowed.class::isInstance);
        assertThat(size()).isEqualTo(6);
    }

    @Test
    void withoutAutoscalingItsMaximumHolds() throws Exception {
        RingPool pool = pool(10, 2, false, 0);
        assertThat(ask(pool, "a", "b", "c").getLast()).isInstanceOf(LeaseAnswer.NoNumber.class);
        scaling.look();
        assertThat(size()).isEqualTo(2);
        autoscale(new Autoscaling(true, 5, 0.01, 0.01));
        assertThat(ask(pool, "c").getLast()).isInstanceOf(Granted.class);
    }

    @Test
    void growsAheadOfNeedWhenTheTargetRises() throws Exception {
        RingPool pool = pool(60, 10, true, 50);
        visits(pool, 25);
        scaling.look();
        // 100 visitors an hour, 5 min each: 16 numbers for 1 %, and the overflow number.
        assertThat(size()).isEqualTo(17);
        assertThat(sizing().recommendedSize()).isEqualTo(17);
        assertThat(sizing().autoscaling().on()).isTrue();
        scaling.look();
        assertThat(size()).isEqualTo(17);
    }

    @Test
    void shrinksSlowlyByTheNumbersPresentedLongestAgoWhichDrainThenRest() throws Exception {
        RingPool pool = pool(60, 40, false, 60);
        ask(pool, IntStream.range(0, 20).mapToObj(i -> "early-" + i).toArray(String[]::new));
        clock.advance(HOUR);
        ask(pool, IntStream.range(0, 5).mapToObj(i -> "late-" + i).toArray(String[]::new));
        scaling.look();
        int before = size();
        assertThat(before).isEqualTo(40);
        clock.advance(DAY - HOUR - 1);
        scaling.look();
        assertThat(size()).as("not before a day's acquaintance").isEqualTo(before);
        clock.advance(1);
        scaling.look();
        assertThat(size()).isEqualTo(38);
        // The first ones were never presented, so nobody needs them.
        assertThat(in("resting")).isEqualTo(2);
        scaling.look();
        assertThat(size()).as("not twice within the hour").isEqualTo(38);
        while (in("draining") == 0) {
            clock.advance(HOUR);
            scaling.look();
        }
        assertThat(in("resting")).isEqualTo(15);
        Granted renewed = (Granted) ask(pool, "early-0").getFirst();
        assertThat(renewed.renewed()).as("a draining number's holder may renew").isTrue();
        clock.advance(Duration.ofDays(3).toMillis());
        assertThat(drained.restAll()).isPositive();
        assertThat(in("draining")).isZero();
    }

    @Test
    void takesDrainingNumbersBackBeforeItAsksTheBankAndTheirVisitorsKeepThem() throws Exception {
        RingPool pool = pool(10, 6, false, 0);
        for (String visitor : List.of("a", "b", "c", "d", "e", "f")) {
            ask(pool, visitor);
            clock.advance(1_000);
        }
        defined = TestAccount.tollFree("pool", 3, false);
        account.pool(defined);
        assertThat(in("draining")).isEqualTo(3);
        clock.advance(600_000);
        autoscale(new Autoscaling(true, 6, 0.01, 0.01));
        Granted a = (Granted) ask(pool, "a").getFirst();
        ask(pool, "d", "e", "f");
        // All three of the pool are guaranteed now, and so is a's draining one: b's, then c's, come back for the new.
        Granted first = (Granted) ask(pool, "new-1").getFirst();
        assertThat(in("draining")).isEqualTo(2);
        assertThat(in("bank")).isEqualTo(4);
        assertThat(first.lease().number()).isNotEqualTo(a.lease().number());
        // In one batch: its holder renews a number that this batch takes back for others.
        List<LeaseAnswer> together = ask(pool, "new-2", "c");
        assertThat(together).allMatch(Granted.class::isInstance);
        assertThat(((Granted) together.get(0)).lease().number())
                .isNotEqualTo(((Granted) together.get(1)).lease().number());
        assertThat(in("pooled") + in("draining") + in("bank")).isEqualTo(10);
        assertThat(size()).isEqualTo((int) in("pooled"));
    }

    @Test
    void turnedOffAgainItIsAsLargeAsItsMaximumSays() throws Exception {
        RingPool pool = pool(20, 3, false, 10);
        ask(pool, IntStream.range(0, 8).mapToObj(i -> "v" + i).toArray(String[]::new));
        assertThat(size()).isEqualTo(8);
        autoscale(new Autoscaling(false, 10, 0.01, 0.01));
        assertThat(size()).isEqualTo(3);
        assertThat(in("draining")).isEqualTo(5);
        assertThat(sizes.autoscaling(account.network)).containsEntry("pool", new Autoscaling(false, 10, 0.01, 0.01));
    }

    @Test
    void overflowAndReassignmentsArePredictedAsTheyAreObserved() throws Exception {
        RingPool pool = pool(30, 11, true, 0);
        double now = clock.nowMillis();
        for (int i = 0; i < 2_000; i++) {
            now += -Math.log(1 - random.nextDouble()) * 36_000;
            clock.set((long) now);
            ask(pool, "v" + i);
            if (i % 100 == 0) {
                scaling.look();
            }
        }
        scaling.look();
        PoolSizing sizing = sizing();
        PoolSizing.Comparison week = sizing.week();
        assertThat(week.visitors()).isEqualTo(2_000);
        assertThat(week.observedOverflow()).isCloseTo(0.137, within(0.04));
        assertThat(week.predictedOverflow()).isCloseTo(week.observedOverflow(), within(0.05));
        assertThat(week.observedMisattribution()).isGreaterThan(0.8);
        assertThat(week.predictedMisattribution()).isCloseTo(week.observedMisattribution(), within(0.1));
        assertThat(Objects.requireNonNull(sizing.busiest()).load()).isGreaterThan(8.3);
        assertThat(sizing.recommendedSize()).isGreaterThan(17);
        assertThat(size()).as("nobody said that it should follow").isEqualTo(11);
    }

    @Test
    void aVisitorWhoAsksAgainForANumberIsCountedOnceAndAsServedWhenHeGetsOne() throws Exception {
        RingPool pool = pool(2, 2, true, 0);
        ask(pool, "a");
        ask(pool, "b");
        ask(pool, "b", "c");
        scaling.look();
        ask(pool, "b");
        assertThat(sizing().week().visitors()).isEqualTo(3);
        assertThat(sizing().week().unserved()).isEqualTo(2);
        clock.advance(302_000);
        ask(pool, "b");
        scaling.look();
        assertThat(sizing().week().visitors()).isEqualTo(3);
        assertThat(sizing().week().unserved()).isEqualTo(1);
    }

    @Test
    void whatWasMetIsForgottenAfterSevenDays() throws Exception {
        RingPool pool = pool(4, 4, false, 0);
        ask(pool, "a");
        scaling.look();
        assertThat(sizing().week().visitors()).isEqualTo(1);
        clock.advance(7 * DAY);
        assertThat(sizing().week().visitors()).isZero();
        scaling.look();
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT COUNT(*) FROM pool_traffic WHERE pool_id = " + pool.id())) {
            rows.next();
            assertThat(rows.getLong(1)).isZero();
        }
    }

    @Test
    void aPoolMadeAnewUnderADeletedOnesIdDoesNotFollow() throws Exception {
        pool(10, 2, false, 8);
        account.pools.delete(account.network, "pool");
        assertThat(sizes.autoscaling(account.network)).isEmpty();
        RingPool again = account.pool(TestAccount.tollFree("pool", 2, false));
        assertThat(ask(again, "a", "b", "c").getLast()).isInstanceOf(LeaseAnswer.NoNumber.class);
    }
}

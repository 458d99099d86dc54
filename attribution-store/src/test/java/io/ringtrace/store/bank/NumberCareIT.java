package io.ringtrace.store.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberBank.RetireResult;
import io.ringtrace.attribution.NumberBank.RowError;
import io.ringtrace.attribution.NumberReports;
import io.ringtrace.attribution.NumberReports.DirtyDay;
import io.ringtrace.attribution.NumberReports.UsageDay;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.LeaseAllocator;
import io.ringtrace.store.lease.PoolTraffic;
import io.ringtrace.store.lease.RecentLeases;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Numbers: quarantine, retirement, and what is reported of them")
class NumberCareIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final long DAY = Duration.ofDays(1).toMillis();
    /** 2023-11-14. */
    private static final long START = 1_700_000_000_000L;

    private final HandClock clock = new HandClock(START);
    private TestAccount account;
    private static long calls;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "c" + test.getTestMethod().orElseThrow().getName().hashCode());
    }

    @AfterEach
    void close() {
        account.close();
    }

    private String state(long number) throws Exception {
        return account.bank.list(account.network, number - 1, 1).getFirst().state();
    }

    private void call(long number, String status, long atMillis) throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO call_record (call_id, node, began, promo_number, network_id, attribution_status,"
                                + " start_at) SELECT ?, 'node', TRUE, ?, id, ?, ? FROM network WHERE id_from_network = ?")) {
            insert.setBytes(1, ByteBuffer.allocate(16).putLong(++calls).array());
            insert.setLong(2, number);
            insert.setString(3, status);
            insert.setLong(4, atMillis);
            insert.setString(5, account.network);
            insert.executeUpdate();
        }
    }

    @Test
    void aNumberThatIsCalledWhileItRestsRestsAnewFromThatCall() throws Exception {
        long first = account.importTollFree(2);
        account.pool(TestAccount.tollFree("old", 2, false));
        account.pools.delete(account.network, "old");
        assertThat(state(first)).isEqualTo("resting");
        call(first, "resting", START + 20 * DAY);
        clock.set(START + 46 * DAY);
        account.pool(TestAccount.tollFree("new", 2, false));
        assertThat(state(first)).isEqualTo("resting");
        assertThat(state(first + 1)).isEqualTo("pooled");
        assertThat(account.bank.list(account.network, first - 1, 1).getFirst().restUntil())
                .isEqualTo(START + 65 * DAY);
        NumberRow heard = account.feed.number(first);
        assertThat(heard).isNotNull();
        assertThat(heard.restUntil()).isEqualTo(START + 65 * DAY);
        clock.set(START + 65 * DAY);
        account.pool(TestAccount.tollFree("new", 2, false));
        assertThat(state(first)).isEqualTo("pooled");
    }

    @Test
    void aBankOfManyNumbersThatRestAnewStillGivesTheOneThatDoesNot() throws Exception {
        RingPool pool = account.pool(TestAccount.tollFree("new", 2, false));
        long first = account.importTollFree(6);
        account.pool(TestAccount.tollFree("old", 6, false));
        account.pools.delete(account.network, "old");
        for (long number = first; number < first + 5; number++) {
            call(number, "resting", START + 20 * DAY);
        }
        clock.set(START + 46 * DAY);
        List<PoolTraffic> met = new CopyOnWriteArrayList<>();
        try (LeaseAllocator leases = new LeaseAllocator(
                store.database(),
                clock,
                new PoolFilling(),
                account.feed,
                (traffic, _) -> met.addAll(traffic),
                RecentLeases.none(),
                LeaseAllocator.Settings.DEFAULT)) {
            assertThat(leases.lease(List.of(new LeaseRequest(pool.id(), "anna", null, Map.of(), false)))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS))
                    .allMatch(LeaseAnswer.Granted.class::isInstance);
        }
        assertThat(state(first + 5)).isEqualTo("pooled");
        assertThat(met).extracting(PoolTraffic::numbers).containsExactly(1);
    }

    @Test
    void theRestIsTheServersChoice() throws Exception {
        long first = account.importTollFree(2);
        account.pool(TestAccount.tollFree("old", 2, false));
        account.pools.delete(account.network, "old");
        assertThat(account.feed.number(first))
                .isNotNull()
                .extracting(NumberRow::restUntil)
                .isEqualTo(START + 45 * DAY);
        clock.set(START + 44 * DAY);
        account.pool(TestAccount.tollFree("new", 2, false));
        assertThat(state(first)).isEqualTo("resting");
    }

    @Test
    void whatIsInNoPoolCanBeRetiredAndTakenBack() throws Exception {
        long first = account.importTollFree(4);
        account.pool(TestAccount.tollFree("pool", 2, false));
        PhoneNumber pooled = new PhoneNumber(first);
        PhoneNumber idle = new PhoneNumber(first + 2);
        RetireResult result =
                account.bank.retire(account.network, List.of(pooled, idle, PhoneNumber.parse("+12125550100")), true);
        assertThat(result)
                .isEqualTo(new RetireResult(
                        1,
                        List.of(
                                new RowError(
                                        1,
                                        pooled.toString(),
                                        "is pooled in a pool: make the pool smaller or delete it first"),
                                new RowError(3, "+12125550100", "is no number of this network"))));
        assertThat(state(first + 2)).isEqualTo("retired");
        NumberRow heard = account.feed.number(first + 2);
        assertThat(heard).isNotNull();
        assertThat(heard.state()).isEqualTo(NumberState.RETIRED);
        account.pool(TestAccount.tollFree("pool", 4, false));
        assertThat(state(first + 2)).isEqualTo("retired");
        assertThat(state(first + 3)).isEqualTo("pooled");
        assertThat(account.bank.retire(account.network, List.of(idle), false).changed())
                .isEqualTo(1);
        assertThat(state(first + 2)).isEqualTo("bank");
        account.pool(TestAccount.tollFree("pool", 4, false));
        assertThat(state(first + 2)).isEqualTo("pooled");
    }

    @Test
    void callsWithoutALeaseAreCountedByNumberAndDay() throws Exception {
        long first = account.importTollFree(2);
        call(first, "never_leased", START);
        call(first, "never_leased", START + 1);
        call(first, "expired", START + 2);
        call(first, "leased", START + 3);
        call(first, "resting", START + DAY);
        call(first + 1, "unassigned", START + DAY);
        NumberReports reports = new DatabaseNumberReports(store.database());
        LocalDate day = LocalDate.of(2023, 11, 14);
        assertThat(reports.dirty(account.network, day, day.plusDays(1), 10))
                .containsExactly(
                        new DirtyDay(new PhoneNumber(first), day.plusDays(1), 0, 0, 1, 0),
                        new DirtyDay(new PhoneNumber(first + 1), day.plusDays(1), 0, 0, 0, 1),
                        new DirtyDay(new PhoneNumber(first), day, 2, 1, 0, 0));
        assertThat(reports.dirty("another", day, day, 10)).isEmpty();
    }

    @Test
    void theMostNumbersInUseAreCountedByDay() throws Exception {
        account.importTollFree(5);
        account.pool(TestAccount.tollFree("pool", 4, true));
        count();
        account.pools.delete(account.network, "pool");
        count();
        clock.advance(DAY);
        count();
        assertThat(new DatabaseNumberReports(store.database())
                        .usage(account.network, LocalDate.of(2023, 11, 1), LocalDate.of(2023, 11, 30)))
                .containsExactly(
                        new UsageDay(LocalDate.of(2023, 11, 14), 4), new UsageDay(LocalDate.of(2023, 11, 15), 0));
    }

    private void count() throws Exception {
        store.database().transact(connection -> DatabaseNumberReports.countUsage(connection, clock.nowMillis()));
    }

    @Test
    void aNumberOfTheFilesCannotBeImported() throws Exception {
        PhoneNumber fixed = PhoneNumber.parse("+18882990001");
        NumberBank bank = new DatabaseNumberBank(store.database(), clock, account.feed, fixed::equals);
        assertThat(bank.importNumbers(account.network, List.of(new NumberBank.Row(2, "+18882990001", null, null)))
                        .errors())
                .containsExactly(new RowError(
                        2, "+18882990001", "is a static number of the configuration: take it out of the files first"));
    }
}

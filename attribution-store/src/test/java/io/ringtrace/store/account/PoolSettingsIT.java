package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.CapturedField;
import io.ringtrace.attribution.HoursOfOperation;
import io.ringtrace.attribution.HoursOfOperation.Opening;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.LocalCentre;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberMatching.ExchangeRow;
import io.ringtrace.attribution.NumberMatching.ZipCodeRow;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.Pools.Outcome;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.bank.DatabaseNumberMatching;
import io.ringtrace.store.lease.LeaseAllocator;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("RingPools' hours, centre, area codes, captured fields and preference")
class PoolSettingsIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    /** A Tuesday, 17:13 in New York. */
    private final HandClock clock = new HandClock(1_700_000_000_000L);

    private static final HoursOfOperation MORNINGS = new HoursOfOperation(
            false,
            "Eastern Time (US & Canada)",
            ZoneId.of("America/New_York"),
            List.of(new Opening(DayOfWeek.WEDNESDAY, 9 * 60, 12 * 60)));

    private TestAccount account;
    private DatabaseNumberMatching matching;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "p" + test.getTestMethod().orElseThrow().getName().hashCode());
        matching = new DatabaseNumberMatching(store.database(), clock);
    }

    @AfterEach
    void close() {
        account.close();
    }

    private static Definition local(
            String id, LocalNumberPreferences preferences, @Nullable HoursOfOperation hours, boolean preferred) {
        return Definition.draft(id, id, NumberType.LOCAL, PhoneNumber.parse("+18005550100"))
                .maxSize(2)
                .allowOverflow(false)
                .fillImmediately(true)
                .preferred(preferred)
                .localNumbers(preferences)
                .hours(hours)
                .captured(List.of(new CapturedField("utm_source", AttributionModel.FIRST)))
                .definition();
    }

    private static LocalNumberPreferences around(@Nullable LocalCentre centre, Integer... areaCodes) {
        return new LocalNumberPreferences(50, true, Fallback.WAIT).within(centre, List.of(areaCodes));
    }

    private Outcome save(Definition definition) throws Exception {
        return account.pools.save(account.network, "advertiser", "campaign", definition);
    }

    private void importNumbers(String... numbers) throws Exception {
        for (String number : numbers) {
            assertThat(account.bank
                            .importNumbers(account.network, List.of(new NumberBank.Row(1, number, null, null)))
                            .added())
                    .as(number)
                    .isEqualTo(1);
        }
    }

    private List<String> pooled(String pool) throws Exception {
        return account.bank.list(account.network, 0, 100).stream()
                .filter(entry -> pool.equals(entry.poolId()))
                .map(NumberBank.Entry::number)
                .toList();
    }

    @Test
    void areKeptAndReadAgain() throws Exception {
        LocalNumberPreferences preferences = around(new LocalCentre(415, null, 37.5, -122.25), 650, 415);
        RingPool saved = account.pool(local("kept", preferences, MORNINGS, false));
        assertThat(saved.localNumbers()).isEqualTo(preferences);
        assertThat(saved.hours()).isEqualTo(MORNINGS);
        assertThat(saved.captured()).containsExactly(new CapturedField("utm_source", AttributionModel.FIRST));
        assertThat(account.pools.inNetwork(account.network, "kept")).isEqualTo(saved);
        RingPool changed = account.pool(local("kept", around(null), null, false));
        assertThat(changed.hours()).isNull();
        assertThat(changed.localNumbers().centre()).isNull();
    }

    @Test
    void areRefusedWithOneMessageEach() throws Exception {
        Definition wrong = Definition.draft("wrong", "wrong", NumberType.LOCAL, TestAccount.DESTINATION)
                .maxSize(2)
                .allowOverflow(false)
                .fillImmediately(true)
                .localNumbers(around(new LocalCentre(99, "9021", 91.0, 0.0), 99))
                .hours(new HoursOfOperation(
                        false, "UTC", ZoneId.of("UTC"), List.of(new Opening(DayOfWeek.MONDAY, 1, 2))))
                .captured(List.of(new CapturedField("mood", AttributionModel.LAST)))
                .definition();
        assertThat(save(wrong))
                .isEqualTo(new Outcome.Invalid(List.of(
                        "local_center: tn_prefix must be an area code such as 805",
                        "local_center: zipcode must have five digits",
                        "local_center: latitude must be -90 to 90, longitude -180 to 180",
                        "tn_prefix_whitelist must have at most 100 area codes such as 805",
                        "hours_of_operation: open_time and close_time must be in steps of 15 minutes",
                        "marketing_data: 'mood' is not in the network's dictionary")));
        assertThat(save(local("unknown", around(new LocalCentre(null, "90210", null, null)), null, false)))
                .isEqualTo(new Outcome.Invalid(List.of("local_center: the zip code 90210 is not in the imported table;"
                        + " import it, or give latitude and longitude")));
    }

    @Test
    void oneCampaignHasOnePreferredPool() throws Exception {
        account.pool(local("one", around(null), null, true));
        account.pool(local("two", around(null), null, true));
        assertThat(account.pools.list(account.network, "advertiser", "campaign"))
                .extracting(
                        pool -> pool.pool().idFromNetwork() + " " + pool.pool().preferred())
                .containsExactly("one false", "two true");
    }

    @Test
    void outsideItsHoursAPoolRenewsButLendsNothingNew() throws Exception {
        importNumbers("+12125550101", "+12125550102");
        RingPool pool = account.pool(local("hours", around(null, 212), MORNINGS, false));
        assertThat(account.pools.isOpen(pool)).isFalse();
        LeaseAllocator leases = account.allocator();
        try (leases) {
            assertThat(ask(leases, pool, "anna", false)).isInstanceOf(LeaseAnswer.Granted.class);
            assertThat(ask(leases, pool, "anna", true)).isInstanceOf(LeaseAnswer.Granted.class);
            assertThat(ask(leases, pool, "bert", true)).isInstanceOf(LeaseAnswer.NoNumber.class);
        }
        // Wednesday, 10:13.
        clock.advance(Duration.ofHours(17).toMillis());
        assertThat(account.pools.isOpen(pool)).isTrue();
    }

    private static LeaseAnswer ask(LeaseAllocator leases, RingPool pool, String visitor, boolean renewOnly)
            throws Exception {
        return leases.lease(List.of(new LeaseRequest(pool.id(), visitor, null, MarketingData.NONE, false, renewOnly)))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .getFirst();
    }

    @Test
    void onlyTheAreaCodesThatItNamesAreTaken() throws Exception {
        matching.importExchanges(List.of(
                new ExchangeRow(1, "305", "555", "MIAMI", "FL", null, "25.7617", "-80.1918"),
                new ExchangeRow(2, "786", "555", "MIAMI", "FL", null, "25.7617", "-80.1918")));
        importNumbers("+13055550101", "+17865550101", "+13055550102");
        account.pool(local("overlay", around(new LocalCentre(305, null, null, null), 786), null, false));
        assertThat(pooled("overlay")).containsExactly("+17865550101");
    }

    @Test
    void aCentreIsWhereNumbersAreLookedForWhateverTheDestination() throws Exception {
        matching.importExchanges(List.of(
                new ExchangeRow(1, "503", "555", "PORTLAND", "OR", null, "45.5152", "-122.6784"),
                new ExchangeRow(2, "541", "555", "EUGENE", "OR", null, "44.0521", "-123.0868")));
        importNumbers("+15035550101", "+15415550101");
        account.pool(local("point", around(new LocalCentre(null, null, 44.1, -123.1)), null, false));
        assertThat(pooled("point")).containsExactly("+15415550101");
        assertThat(matching.importZipCodes(List.of(
                                new ZipCodeRow(2, "97201", "45.5", "-122.69"), new ZipCodeRow(3, "9720", "0", "0")))
                        .errors())
                .hasSize(1);
        account.pool(local("zip", around(new LocalCentre(null, "97201", null, null)), null, false));
        assertThat(pooled("zip")).containsExactly("+15035550101");
    }

    @Test
    void distancesGoByTheGridWhereItIsKnown() throws Exception {
        // By degrees the two are equally far; by the grid one is 30 miles away, the other 90.
        matching.importExchanges(List.of(
                new ExchangeRow(1, "601", "555", "HERE", "MS", null, "32.0", "-90.0", "8000", "2000"),
                new ExchangeRow(2, "662", "555", "NEAR", "MS", null, "32.0", "-90.5", "8095", "2000"),
                new ExchangeRow(3, "769", "555", "FAR", "MS", null, "32.0", "-89.5", "8285", "2000")));
        importNumbers("+16625550101", "+17695550101");
        account.pool(Definition.draft("grid", "grid", NumberType.LOCAL, PhoneNumber.parse("+16015550199"))
                .maxSize(2)
                .allowOverflow(false)
                .fillImmediately(true)
                .localNumbers(around(null))
                .definition());
        assertThat(pooled("grid")).containsExactly("+16625550101");
    }
}

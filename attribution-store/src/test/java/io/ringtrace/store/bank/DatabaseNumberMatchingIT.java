package io.ringtrace.store.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.LocalNumberPreferences.Fallback;
import io.ringtrace.attribution.MatchingRung;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberMatching;
import io.ringtrace.attribution.NumberMatching.Choice;
import io.ringtrace.attribution.NumberMatching.ExchangeImport;
import io.ringtrace.attribution.NumberMatching.ExchangeRow;
import io.ringtrace.attribution.NumberMatching.Explanation;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Which number for which destination")
class DatabaseNumberMatchingIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private static final String PALO_ALTO = "+16505550199";

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;
    private NumberMatching matching;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "m" + test.getTestMethod().orElseThrow().getName().hashCode());
        matching = new DatabaseNumberMatching(store.database(), clock);
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : List.of("lease", "promo_number", "bank_number", "exchange", "rate_center")) {
                statement.execute("DELETE FROM " + table);
            }
        }
    }

    @AfterEach
    void close() {
        account.close();
    }

    private void rateCenters() throws Exception {
        ExchangeImport done = matching.importExchanges(List.of(
                exchange(2, "650", "555", "PALO ALTO", "CA", "37.4419", "-122.1430"),
                exchange(3, "650", "556", "SAN MATEO", "CA", "37.5630", "-122.3255"),
                exchange(4, "341", "555", "PALO ALTO", "CA", null, null),
                exchange(5, "408", "555", "SAN JOSE", "CA", "37.3382", "-121.8863"),
                exchange(6, "415", "555", "SAN FRANCISCO", "CA", "37.7749", "-122.4194"),
                exchange(7, "213", "555", "LOS ANGELES", "CA", "34.0522", "-118.2437"),
                exchange(8, "775", "555", "RENO", "NV", "39.5296", "-119.8138")));
        assertThat(done).isEqualTo(new ExchangeImport(7, List.of()));
    }

    private static ExchangeRow exchange(
            int line, String npa, String nxx, String center, String state, @Nullable String lat, @Nullable String lon) {
        return new ExchangeRow(line, npa, nxx, center, state, null, lat, lon);
    }

    private void numbers(String... numbers) throws Exception {
        assertThat(account.bank
                        .importNumbers(
                                account.network,
                                Arrays.stream(numbers)
                                        .map(number -> new NumberBank.Row(1, number, null, null))
                                        .toList())
                        .errors())
                .isEmpty();
    }

    private void pool(String destination, LocalNumberPreferences preferences, int size) throws Exception {
        account.pool(Definition.draft("pool", "pool", NumberType.LOCAL, PhoneNumber.parse(destination))
                .maxSize(size)
                .allowOverflow(false)
                .fillImmediately(true)
                .localNumbers(preferences)
                .definition());
    }

    private Explanation explained(@Nullable String number) throws Exception {
        Explanation explanation =
                matching.explain(account.network, "pool", number == null ? null : PhoneNumber.parse(number), 100);
        assertThat(explanation).isNotNull();
        return explanation;
    }

    private static List<String> told(Explanation explanation) {
        return explanation.choices().stream()
                .map(c -> c.number() + " " + (c.rung() == null ? "no" : c.rung().text()))
                .toList();
    }

    @Test
    void theWholeLadderInItsOrder() throws Exception {
        rateCenters();
        pool(PALO_ALTO, LocalNumberPreferences.DEFAULT, 20);
        numbers(
                "+18885550100",
                "+17755550100",
                "+12135550100",
                "+14155550100",
                "+14085550101",
                "+14085550100",
                "+13415550100",
                "+16505560100",
                "+16505550101",
                "+16505550100");
        Explanation explanation = explained(null);
        assertThat(told(explanation))
                .containsExactly(
                        "+16505550100 same_area_code",
                        "+16505550101 same_area_code",
                        "+16505560100 same_area_code",
                        "+13415550100 same_rate_center",
                        "+14085550100 next_rate_center",
                        "+14085550101 next_rate_center",
                        "+14155550100 next_rate_center",
                        "+18885550100 fallback_toll_free");
        assertThat(explanation.home().rateCenter()).isEqualTo("PALO ALTO");
        assertThat(explanation.choices().get(4).miles()).isBetween(15.0, 17.0);
        // The pool takes them in the order told.
        pool(PALO_ALTO, LocalNumberPreferences.DEFAULT, 4);
        assertThat(account.bank.list(account.network, 0, 100))
                .filteredOn(entry -> entry.state().equals("pooled"))
                .extracting(NumberBank.Entry::number)
                .containsExactly("+13415550100", "+16505550100", "+16505550101", "+16505560100");
        assertThat(told(explained(null))).first().isEqualTo("+14085550100 next_rate_center");
    }

    @Test
    void oneNumberSaysWhereItStandsWhereverItIs() throws Exception {
        rateCenters();
        numbers("+16505550100", "+16505550101", "+12135550100");
        pool(PALO_ALTO, LocalNumberPreferences.DEFAULT, 2);
        Choice pooled = explained("+16505550100").choices().getFirst();
        assertThat(pooled.rung()).isEqualTo(MatchingRung.SAME_AREA_CODE);
        assertThat(pooled.unusedSince()).isNull();
        Choice tooFar = explained("+12135550100").choices().getFirst();
        assertThat(tooFar.rung()).isNull();
        assertThat(tooFar.miles()).isBetween(319.0, 322.0);
        assertThat(matching.explain(account.network, "pool", PhoneNumber.parse("+14155550100"), 1))
                .isNull();
        assertThat(matching.explain("another", "pool", null, 1)).isNull();
    }

    @Test
    void anUnknownExchangeCountsAsTheMiddleOfItsAreaCode() throws Exception {
        rateCenters();
        pool("+16507770100", new LocalNumberPreferences(240, true, Fallback.WAIT), 20);
        numbers("+14087770100", "+14155550100", "+18885550100");
        Explanation explanation = explained(null);
        assertThat(explanation.home().rateCenter()).isNull();
        assertThat(explanation.home().state()).isEqualTo("CA");
        assertThat(told(explanation)).containsExactly("+14155550100 next_rate_center", "+14087770100 next_rate_center");
    }

    @Test
    void numbersImportedBeforeTheTableLearnTheirRateCenterUnlessTheirFileSaidIt() throws Exception {
        account.bank.importNumbers(
                account.network,
                List.of(
                        new NumberBank.Row(1, "+16505550100", null, null),
                        new NumberBank.Row(2, "+16505550101", "Menlo Park", "CA")));
        rateCenters();
        rateCenters();
        assertThat(account.bank.list(account.network, 0, 10))
                .extracting(NumberBank.Entry::rateCenter)
                .containsExactly("PALO ALTO", "MENLO PARK");
    }

    @Test
    void amongEqualsTheOneUnusedForLongestThenTheLowest() throws Exception {
        rateCenters();
        numbers("+16505550100", "+16505550101", "+16505550102");
        pool(PALO_ALTO, LocalNumberPreferences.DEFAULT, 20);
        account.pools.delete(account.network, "pool");
        clock.advance(Duration.ofDays(46).toMillis());
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE bank_number SET unused_since = 7 WHERE number = 16505550100");
        }
        pool(PALO_ALTO, LocalNumberPreferences.DEFAULT, 2);
        assertThat(told(explained(null))).containsExactly("+16505550100 same_area_code");
    }

    @Test
    void wrongRowsAreToldByLineAndTheOthersImported() throws Exception {
        ExchangeImport done = matching.importExchanges(List.of(
                exchange(2, "650", "555", "PALO ALTO", "CA", "37.4419", "-122.1430"),
                exchange(3, "650", "556", "SAN MATEO", "CA", "north", "-122.3255")));
        assertThat(done.imported()).isEqualTo(1);
        assertThat(done.errors())
                .extracting(error -> error.line() + " " + error.exchange())
                .containsExactly("3 650-556");
    }

    @Test
    void cellsAndTheirNumbersAreReadByTheKeyAlone() throws Exception {
        rateCenters();
        numbers("+16505550100", "+16505550101", "+12135550100");
        try (Connection connection = store.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet plan = statement.executeQuery(
                        "EXPLAIN SELECT number, unused_since FROM bank_number FORCE INDEX (unused) WHERE network_id = 1"
                                + " AND number_type = 'local' AND country = 1 AND npa <=> 650 AND region <=> 'CA'"
                                + " AND rate_center <=> NULL AND unused_since >= 0 AND free_from <= 9"
                                + " ORDER BY unused_since, number LIMIT 9")) {
            plan.next();
            assertThat(plan.getString("type")).isEqualTo("range");
            assertThat(plan.getString("Extra")).doesNotContain("filesort");
        }
    }
}

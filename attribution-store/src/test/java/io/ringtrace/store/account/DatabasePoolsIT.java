package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.Destinations.Rule;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Pools.Definition;
import io.ringtrace.attribution.Pools.Outcome;
import io.ringtrace.attribution.Pools.WithKey;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.HeardFeed;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.directory.PoolRow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RingPools")
class DatabasePoolsIT {
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

    private static Definition definition(
            @Nullable String id,
            String name,
            Duration lifetime,
            Duration hold,
            int max,
            boolean overflow,
            boolean fill) {
        return Definition.draft(id, name, NumberType.TOLL_FREE, TestAccount.DESTINATION)
                .lifetime(lifetime)
                .hold(hold)
                .maxSize(max)
                .allowOverflow(overflow)
                .fillImmediately(fill)
                .definition();
    }

    private Outcome save(Definition definition) throws Exception {
        return account.pools.save(account.network, "advertiser", "campaign", definition);
    }

    private Outcome.Saved saved(Definition definition) throws Exception {
        Outcome outcome = save(definition);
        assertThat(outcome).isInstanceOf(Outcome.Saved.class);
        return (Outcome.Saved) outcome;
    }

    private static Definition usual(@Nullable String id, int max, boolean overflow, boolean fill) {
        return definition(id, "spring", Duration.ofMinutes(5), Duration.ofDays(3), max, overflow, fill);
    }

    private long count(String condition) throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement(
                        "SELECT COUNT(*) FROM promo_number n JOIN network w ON w.id = n.network_id"
                                + " WHERE w.id_from_network = ? AND " + condition)) {
            select.setString(1, account.network);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    @Test
    void createAndUpdateAreTheSameIdempotentWrite() throws Exception {
        account.importTollFree(5);
        Outcome.Saved first = saved(usual("spring", 3, true, true));
        assertThat(first.created()).isTrue();
        assertThat(first.pool().pool().size()).isEqualTo(3);
        Outcome.Saved again = saved(usual("spring", 3, true, true));
        assertThat(again.created()).isFalse();
        assertThat(again.pool()).isEqualTo(first.pool());
        Outcome.Saved larger = saved(usual("spring", 5, true, true));
        assertThat(larger.pool().pool().size()).isEqualTo(5);
        assertThat(larger.pool().apiKey()).isEqualTo(first.pool().apiKey());
        assertThat(account.pools.list(account.network, "advertiser", "campaign"))
                .containsExactly(larger.pool());
        assertThat(count("n.state = 2")).isEqualTo(1);
        PoolRow heard = account.feed.pool(first.pool().pool().id());
        assertThat(heard).isNotNull();
        assertThat(heard.version()).isEqualTo(3);
    }

    @Test
    void anIdIsMadeWhenNoneIsGiven() throws Exception {
        RingPool one = saved(usual(null, 2, false, true)).pool().pool();
        RingPool other = saved(usual(" ", 2, false, true)).pool().pool();
        assertThat(one.idFromNetwork()).hasSize(12).isNotEqualTo(other.idFromNetwork());
    }

    @Test
    void wrongFieldsAreToldOneByOne() throws Exception {
        assertThat(save(definition("a b", " ", Duration.ZERO, Duration.ofMillis(-1), 1, true, true)))
                .isEqualTo(new Outcome.Invalid(List.of(
                        "id_from_network must be 1 to 64 letters, digits, dots, dashes, tildes or underscores",
                        "name must have 1 to 255 characters",
                        "lifetime_seconds must be at least 1",
                        "hold_hours must be at least the lifetime (0 s)",
                        "max_pool_size must be 2 to 1000000, not 1")));
    }

    @Test
    void aDestinationMustNotBeAPromoNumberAndTheCampaignMustExist() throws Exception {
        long promo = account.importTollFree(1);
        Definition base = usual("spring", 2, false, true);
        Outcome outcome = save(Definition.draft("spring", "spring", NumberType.TOLL_FREE, new PhoneNumber(promo))
                .maxSize(2)
                .allowOverflow(false)
                .fillImmediately(true)
                .definition());
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Invalid.class,
                        invalid -> assertThat(invalid.messages())
                                .containsExactly("destination_phone_number +" + promo
                                        + " is a promo number itself: it must be where calls end up"));
        assertThat(account.pools.save(account.network, "advertiser", "nothing", base))
                .isInstanceOf(Outcome.NotFound.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+19005550123", "+12129760123", "+442079460123", "+12129110123", "+19115550123"})
    void noPersonSendsCallsToAPremiumEmergencyOrForeignNumber(String number) throws Exception {
        PhoneNumber destination = PhoneNumber.parse(number);
        Definition forbidden = Definition.draft("forbidden", "forbidden", NumberType.TOLL_FREE, destination)
                .definition();
        assertThat(save(forbidden))
                .isInstanceOfSatisfying(
                        Outcome.Invalid.class,
                        invalid -> assertThat(invalid.messages())
                                .singleElement()
                                .asString()
                                .startsWith("destination_phone_number " + number + " is ")
                                .doesNotEndWith("."));
        assertThat(account.pools.inNetwork(account.network, "forbidden")).isNull();
        assertThat(account.pools.refusal(account.network, destination)).endsWith(".");
    }

    @Test
    void aPoolStaysWritableWhenTheAccountsCountriesNoLongerHaveItsDestination() throws Exception {
        account.accounts.destinations().setRule(account.network, new Rule(List.of(), List.of(1, 44)));
        Definition london = Definition.draft(
                        "london", "london", NumberType.TOLL_FREE, PhoneNumber.parse("+442079460123"))
                .definition();
        saved(london);
        account.accounts.destinations().setRule(account.network, new Rule(List.of(), List.of(1)));
        assertThat(saved(london).created()).isFalse();
    }

    @Test
    void withoutFillingAtOnceItStartsAtATenthOfTheMaximumAtLeastTwo() throws Exception {
        account.importTollFree(40);
        assertThat(saved(usual("large", 35, true, false)).pool().pool().size()).isEqualTo(4);
        assertThat(saved(usual("small", 5, true, false)).pool().pool().size()).isEqualTo(2);
    }

    @Test
    void overflowKeepsOneNumberBackAndGivesItUpAgain() throws Exception {
        account.importTollFree(3);
        saved(usual("spring", 3, false, true));
        assertThat(count("n.state = 2")).isZero();
        saved(usual("spring", 3, true, true));
        assertThat(count("n.state = 2")).isEqualTo(1);
        saved(usual("spring", 3, false, true));
        assertThat(count("n.state = 2")).isZero();
        assertThat(count("n.state = 1")).isEqualTo(3);
    }

    @Test
    void aSmallerMaximumLetsTheNumbersPresentedLongestAgoGo() throws Exception {
        account.importTollFree(4);
        saved(usual("spring", 4, false, true));
        RingPool pool = saved(usual("spring", 2, false, true)).pool().pool();
        assertThat(pool.size()).isEqualTo(2);
        assertThat(count("n.state = 4")).isEqualTo(2);
    }

    @Test
    void aDeletedPoolIsGoneAndItsIdIsFreeAgainWithAnotherKey() throws Exception {
        account.importTollFree(4);
        Outcome.Saved first = saved(usual("spring", 2, true, true));
        account.pools.delete(account.network, "spring");
        account.pools.delete(account.network, "spring");
        account.pools.delete(account.network, "never-there");
        assertThat(account.pools.get(account.network, "spring")).isNull();
        assertThat(account.pools.byKey("spring", first.pool().apiKey())).isNull();
        assertThat(count("n.state = 4 AND n.rest_until > 0")).isEqualTo(2);
        Outcome.Saved second = saved(usual("spring", 2, true, true));
        assertThat(second.created()).isTrue();
        assertThat(second.pool().apiKey()).isNotEqualTo(first.pool().apiKey());
        assertThat(second.pool().pool().size()).isEqualTo(2);
    }

    @Test
    void aPoolIsFoundByItsKeyAloneAndByNoOther() throws Exception {
        WithKey mine = saved(usual("spring", 2, false, true)).pool();
        WithKey other = saved(usual("summer", 2, false, true)).pool();
        assertThat(account.pools.byKey("spring", mine.apiKey())).isEqualTo(mine.pool());
        assertThat(account.pools.byKey("spring", other.apiKey())).isNull();
        assertThat(account.pools.byKey("spring", "")).isNull();
        assertThat(account.pools.byKey("winter", mine.apiKey())).isNull();
        assertThat(account.pools.inNetwork(account.network, "spring")).isEqualTo(mine.pool());
        assertThat(account.pools.inNetwork("other", "spring")).isNull();
    }

    @Test
    void twoNetworksMayHaveTheSameIdAndEachKeyOpensItsOwn() throws Exception {
        WithKey mine = saved(usual("same", 2, false, true)).pool();
        try (TestAccount other = new TestAccount(store.database(), clock, "same-id")) {
            RingPool theirs = other.pool(usual("same", 2, false, true));
            assertThat(other.pools.byKey("same", mine.apiKey())).isEqualTo(mine.pool());
            assertThat(other.pools.inNetwork("same-id", "same")).isEqualTo(theirs);
            assertThat(other.pools.get("same-id", "same")).isNotNull();
        }
    }

    @Test
    void theKeyStandsSealedInTheDatabase() throws Exception {
        WithKey pool = saved(usual("spring", 2, false, true)).pool();
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement select =
                        connection.prepareStatement("SELECT api_key_sealed FROM ring_pool WHERE id = ?")) {
            select.setLong(1, pool.pool().id());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                assertThat(new String(rows.getBytes(1), StandardCharsets.ISO_8859_1))
                        .doesNotContain(pool.apiKey());
            }
        }
        try (StoreAccounts withoutTheSeal =
                StoreAccounts.open(store.database(), clock, new HeardFeed(), folder.resolve("other-node"))) {
            assertThat(withoutTheSeal.pools().byKey("spring", pool.apiKey())).isNull();
            assertThat(withoutTheSeal.pools().byKey("spring", "")).isNull();
        }
    }

    @Test
    void tokensAreToldOnceKnownAtOnceAndStoredHashed() throws Exception {
        String token = account.accounts.accounts().createToken(account.network, "integration");
        assertThat(token).matches("rt_[A-Za-z0-9_-]{43}");
        assertThat(account.accounts.accounts().networkOf(token)).isEqualTo(account.network);
        assertThat(account.accounts.accounts().networkOf(token + "x")).isNull();
        assertThat(account.accounts.accounts().networkOf("rt_")).isNull();
        assertThat(account.accounts.accounts().networkOf("")).isNull();
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement("SELECT token_hash FROM network_token");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                assertThat(new String(rows.getBytes(1), StandardCharsets.ISO_8859_1))
                        .doesNotContain(token);
            }
        }
    }

    @Test
    void aSiteIsKnownAtOnceWithItsNetworkAndOrigins() throws Exception {
        List<String> origins = List.of("https://www.example.org", "http://127.0.0.1:8080");
        Site site = account.accounts.accounts().createSite(account.network, origins);
        assertThat(site.id()).matches("site_[A-Za-z0-9_-]{16}");
        assertThat(account.accounts.accounts().site(site.id()))
                .isEqualTo(new Site(site.id(), account.network, origins));
        assertThat(account.accounts.accounts().site("site_none")).isNull();
    }

    @Test
    void aDestinationIsServedByItsPreferredPoolThenByTheOldestAndOnlyInItsNetwork() throws Exception {
        assertThat(account.pools.forDestination(account.network, TestAccount.DESTINATION))
                .isNull();
        RingPool oldest = saved(usual("b-oldest", 2, false, true)).pool().pool();
        saved(usual("a-younger", 2, false, true));
        assertThat(account.pools.forDestination(account.network, TestAccount.DESTINATION))
                .isEqualTo(oldest);
        Definition usual = usual("c-preferred", 2, false, true);
        RingPool preferred =
                saved(usual.draft().preferred(true).definition()).pool().pool();
        assertThat(account.pools.forDestination(account.network, TestAccount.DESTINATION))
                .isEqualTo(preferred);
        assertThat(account.pools.forDestination("nobody", TestAccount.DESTINATION))
                .isNull();
    }

    @Test
    void aCampaignIsMadeOnce() throws Exception {
        account.accounts.accounts().ensureCampaign(account.network, "advertiser", "campaign");
        account.accounts.accounts().ensureCampaign(account.network, "advertiser", "second");
        assertThat(account.accounts.accounts().networkExists(account.network)).isTrue();
        assertThat(account.accounts.accounts().networkExists("nobody")).isFalse();
        assertThat(account.pools.save(account.network, "advertiser", "second", usual("of-second", 2, false, true)))
                .isInstanceOf(Outcome.Saved.class);
        assertThat(account.pools.save(account.network, "advertiser", "campaign", usual("of-second", 2, false, true)))
                .isInstanceOf(Outcome.Invalid.class);
    }
}

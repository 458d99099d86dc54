package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.MarketingDictionaries.Declared;
import io.ringtrace.attribution.MarketingDictionary.UnknownFields;
import io.ringtrace.attribution.MarketingField;
import io.ringtrace.attribution.MarketingSource;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.lease.LeaseAllocator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Marketing data: the dictionary, and what leases have of it")
class MarketingDataIT {
    @RegisterExtension
    static final TestStore store = new TestStore();

    private final HandClock clock = new HandClock(1_700_000_000_000L);
    private TestAccount account;
    private MarketingDictionaries dictionaries;
    private LeaseAllocator leases;

    @BeforeEach
    void open(TestInfo test) throws Exception {
        account = new TestAccount(
                store.database(),
                clock,
                "m" + test.getTestMethod().orElseThrow().getName().hashCode());
        dictionaries = account.accounts.dictionaries();
        leases = account.allocator();
    }

    @AfterEach
    void close() {
        leases.close();
        account.close();
    }

    private static MarketingField field(String name, @Nullable String partner) {
        return new MarketingField(name, partner, MarketingField.Type.STRING, 512, AttributionModel.LAST);
    }

    @Test
    void aNewNetworkHasTheStandardFieldsAndDropsOthers() throws Exception {
        account.accounts.accounts().ensureCampaign(account.network, "advertiser", "campaign");
        dictionaries.setUnknownFields(account.network, UnknownFields.DROP);
        assertThat(dictionaries.of(account.network).unknownFields()).isEqualTo(UnknownFields.DROP);
        assertThat(dictionaries.of(account.network).fields())
                .extracting(MarketingField::name)
                .contains("utm_source", "gclid", "landing_page", "referrer", "calling_page");
        assertThat(dictionaries.of("nobody").fields()).isEmpty();
    }

    @Test
    void fieldsAreDeclaredChangedAndRemovedForOneNetwork() throws Exception {
        MarketingField mood = new MarketingField("mood", "m1", MarketingField.Type.NUMBER, 5, AttributionModel.UNIQUE);
        assertThat(dictionaries.declare(account.network, mood)).isEqualTo(new Declared.Saved(true));
        assertThat(dictionaries.declare(account.network, mood)).isEqualTo(new Declared.Saved(false));
        assertThat(dictionaries.of(account.network).field("m1")).isEqualTo(mood);
        assertThat(dictionaries.declare(account.network, field("other", "m1")))
                .isEqualTo(new Declared.Invalid("The field 'mood' has that name or partner name already."));
        assertThat(dictionaries.declare(account.network, field("x".repeat(65), null)))
                .isInstanceOf(Declared.Invalid.class);
        assertThat(dictionaries.declare("nobody", mood)).isEqualTo(new Declared.NoNetwork());
        assertThat(dictionaries.remove("nobody", "mood")).isFalse();
        assertThat(dictionaries.remove(account.network, "mood")).isTrue();
        assertThat(dictionaries.remove(account.network, "mood")).isFalse();
        account.accounts.accounts().ensureCampaign(account.network, "advertiser", "another");
        assertThat(dictionaries.of(account.network).field("mood")).isNull();
    }

    @Test
    void whatWasRemovedDoesNotComeBackWithTheNextCampaign() throws Exception {
        for (MarketingField standard : dictionaries.of(account.network).fields()) {
            dictionaries.remove(account.network, standard.name());
        }
        account.accounts.accounts().ensureCampaign(account.network, "advertiser", "another");
        dictionaries.setUnknownFields(account.network, UnknownFields.DROP);
        assertThat(dictionaries.of(account.network).fields()).isEmpty();
    }

    private static MarketingData data(String source, String topic, @Nullable String seen) {
        Map<String, String> values = seen == null
                ? Map.of("utm_source", source, "topic", topic)
                : Map.of("utm_source", source, "topic", topic, "seen", seen);
        return new MarketingData(
                values,
                Map.of("utm_source", MarketingSource.URL_PARAMETER, "topic", MarketingSource.DATA_LAYER),
                Map.of("topic", AttributionModel.FIRST, "seen", AttributionModel.UNIQUE));
    }

    private void visit(RingPool pool, MarketingData data) throws Exception {
        LeaseAnswer answer = leases.lease(List.of(new LeaseRequest(pool.id(), "anna", null, data, true)))
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS)
                .getFirst();
        assertThat(answer).isInstanceOf(LeaseAnswer.Granted.class);
    }

    private String latest(RingPool pool, String column) throws Exception {
        try (Connection connection = store.database().dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement("SELECT " + column
                        + " FROM lease WHERE pool_id = ?" + " ORDER BY leased_at DESC, version DESC LIMIT 1")) {
            select.setLong(1, pool.id());
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    @Test
    void firstStaysLastIsTheLatestAndUniqueGathersOverTheLeasesOfAVisitor() throws Exception {
        account.importTollFree(3);
        RingPool pool = account.pool(TestAccount.tollFree("pool", 3, false));
        visit(pool, data("news", "teeth", "a"));
        assertThat(latest(pool, "marketing_data"))
                .isEqualTo("{\"seen\":\"a\",\"topic\":\"teeth\",\"utm_source\":\"news\"}");
        assertThat(latest(pool, "marketing_sources"))
                .isEqualTo("{\"topic\":\"data_layer\",\"utm_source\":\"url_parameter\"}");
        clock.advance(60_000);
        visit(pool, data("mail", "hair", "b"));
        assertThat(latest(pool, "marketing_data"))
                .isEqualTo("{\"seen\":\"a,b\",\"topic\":\"teeth\",\"utm_source\":\"mail\"}");
        clock.advance(Duration.ofDays(4).toMillis());
        visit(pool, data("radio", "nails", "a"));
        assertThat(latest(pool, "marketing_data"))
                .isEqualTo("{\"seen\":\"a,b\",\"topic\":\"teeth\",\"utm_source\":\"radio\"}");
        clock.advance(60_000);
        visit(pool, data("tv", "nails", null));
        assertThat(latest(pool, "marketing_data"))
                .isEqualTo("{\"seen\":\"a,b\",\"topic\":\"teeth\",\"utm_source\":\"tv\"}");
    }

    @Test
    void uniqueStaysWithinTheBoundAndKeepsWholeValues() throws Exception {
        account.importTollFree(3);
        RingPool pool = account.pool(TestAccount.tollFree("pool", 3, false));
        visit(pool, data("a", "t", "x".repeat(500)));
        clock.advance(1_000);
        visit(pool, data("a", "t", "y".repeat(20)));
        assertThat(latest(pool, "JSON_VALUE(marketing_data, '$.seen')")).isEqualTo("x".repeat(500));
    }
}

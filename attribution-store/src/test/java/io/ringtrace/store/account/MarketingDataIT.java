package io.ringtrace.store.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.CapturedField;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.MarketingDictionaries;
import io.ringtrace.attribution.MarketingDictionaries.Declared;
import io.ringtrace.attribution.MarketingDictionary.Capture;
import io.ringtrace.attribution.MarketingDictionary.UnknownFields;
import io.ringtrace.attribution.MarketingField;
import io.ringtrace.attribution.MarketingSource;
import io.ringtrace.attribution.Pools.Outcome;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.store.HandClock;
import io.ringtrace.store.TestAccount;
import io.ringtrace.store.TestStore;
import io.ringtrace.store.lease.LeaseAllocator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.HashMap;
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
        MarketingField mood = new MarketingField("mood", "m1", MarketingField.Type.NUMBER, 5, AttributionModel.FIRST);
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

    private void declare(String name, MarketingField.Type type, int longest, AttributionModel model) throws Exception {
        assertThat(dictionaries.declare(account.network, new MarketingField(name, null, type, longest, model)))
                .isInstanceOf(Declared.Saved.class);
    }

    private void declareTopicAndSeen(int longestSeen) throws Exception {
        declare("topic", MarketingField.Type.STRING, 512, AttributionModel.FIRST);
        declare("seen", MarketingField.Type.STRING, longestSeen, AttributionModel.UNIQUE);
    }

    /** As requests get it: by the dictionary. */
    private MarketingData data(RingPool pool, Map<String, String> sent) {
        Map<String, MarketingSource> sources =
                Map.of("utm_source", MarketingSource.URL_PARAMETER, "topic", MarketingSource.DATA_LAYER);
        Capture capture = dictionaries
                .of(account.network)
                .capture(pool.captured(), sent, name -> sources.getOrDefault(name, MarketingSource.API), false);
        assertThat(capture).isInstanceOf(Capture.Kept.class);
        return ((Capture.Kept) capture).data();
    }

    private void visit(RingPool pool, Map<String, String> sent) throws Exception {
        visit(pool, data(pool, sent));
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
        declareTopicAndSeen(512);
        RingPool pool = account.pool(TestAccount.tollFree("pool", 3, false));
        visit(pool, Map.of("utm_source", "news", "topic", "teeth", "seen", "a"));
        assertThat(latest(pool, "marketing_data"))
                .isEqualTo("{\"seen\":\"a\",\"topic\":\"teeth\",\"utm_source\":\"news\"}");
        assertThat(latest(pool, "marketing_sources"))
                .isEqualTo("{\"topic\":\"data_layer\",\"utm_source\":\"url_parameter\"}");
        clock.advance(60_000);
        visit(pool, Map.of("utm_source", "mail", "topic", "hair", "seen", "b"));
        assertThat(latest(pool, "marketing_data"))
                .isEqualTo("{\"seen\":\"a,b\",\"topic\":\"teeth\",\"utm_source\":\"mail\"}");
        clock.advance(Duration.ofDays(4).toMillis());
        visit(pool, Map.of("utm_source", "radio", "topic", "nails", "seen", "a"));
        assertThat(latest(pool, "marketing_data"))
                .isEqualTo("{\"seen\":\"a,b\",\"topic\":\"teeth\",\"utm_source\":\"radio\"}");
    }

    @Test
    void firstAndUniqueOutliveALeaseThatDidNotBringThem() throws Exception {
        account.importTollFree(3);
        declareTopicAndSeen(512);
        RingPool pool = account.pool(TestAccount.tollFree("pool", 3, false));
        visit(pool, Map.of("utm_source", "news", "topic", "teeth", "seen", "a"));
        clock.advance(60_000);
        visit(pool, Map.of());
        assertThat(latest(pool, "marketing_data")).isEqualTo("{\"seen\":\"a\",\"topic\":\"teeth\"}");
        assertThat(latest(pool, "marketing_sources")).isEqualTo("{\"topic\":\"data_layer\"}");
        clock.advance(60_000);
        visit(pool, Map.of("topic", "hair", "seen", "b"));
        assertThat(latest(pool, "marketing_data")).isEqualTo("{\"seen\":\"a,b\",\"topic\":\"teeth\"}");
    }

    @Test
    void uniqueStaysWithinTheFieldsLengthAndKeepsWholeValues() throws Exception {
        account.importTollFree(3);
        declareTopicAndSeen(10);
        RingPool pool = account.pool(TestAccount.tollFree("pool", 3, false));
        for (String seen : List.of("a,b", "12345", "a,b", "6", "78")) {
            visit(pool, Map.of("seen", seen));
            clock.advance(1_000);
        }
        assertThat(latest(pool, "JSON_VALUE(marketing_data, '$.seen')")).isEqualTo("a,b,12345");
    }

    @Test
    void noLeaseHasMoreThanTwentyFiveFieldsWithWhatItTookOver() throws Exception {
        account.importTollFree(3);
        Map<String, String> early = new HashMap<>();
        Map<String, String> late = new HashMap<>();
        for (int i = 10; i < 30; i++) {
            declare("early" + i, MarketingField.Type.STRING, 512, AttributionModel.FIRST);
            early.put("early" + i, "x");
            late.put("late" + i, "x");
        }
        dictionaries.setUnknownFields(account.network, UnknownFields.KEEP);
        RingPool pool = account.pool(TestAccount.tollFree("pool", 3, false));
        visit(pool, early);
        clock.advance(1_000);
        visit(pool, late);
        assertThat(latest(pool, "JSON_LENGTH(marketing_data)")).isEqualTo("25");
        assertThat(latest(pool, "marketing_data")).contains("early14", "late29").doesNotContain("early15");
    }

    @Test
    void whatIsNoTextCannotBeDeclaredToBeGathered() throws Exception {
        MarketingField visits =
                new MarketingField("visits", null, MarketingField.Type.NUMBER, 9, AttributionModel.UNIQUE);
        String why = "The field 'visits' cannot have model Unique, which gathers values into one text parted by commas:"
                + " its type is number, not string";
        assertThat(dictionaries.declare(account.network, visits)).isEqualTo(new Declared.Invalid(why + "."));
        declare("visits", MarketingField.Type.STRING, 9, AttributionModel.LAST);
        account.pool(TestAccount.tollFree("gathers", 2, false)
                .draft()
                .captured(List.of(new CapturedField("visits", AttributionModel.UNIQUE)))
                .definition());
        assertThat(dictionaries.declare(
                        account.network,
                        new MarketingField("visits", null, MarketingField.Type.NUMBER, 9, AttributionModel.LAST)))
                .isEqualTo(new Declared.Invalid(why + "; the pool 'gathers' keeps it by that model."));
        declare("weight", MarketingField.Type.NUMBER, 9, AttributionModel.LAST);
        assertThat(save("weighs", new CapturedField("weight", AttributionModel.UNIQUE)))
                .isInstanceOf(Outcome.Invalid.class);
    }

    private Outcome save(String pool, CapturedField... captured) throws Exception {
        return account.pools.save(
                account.network,
                "advertiser",
                "campaign",
                TestAccount.tollFree(pool, 2, false)
                        .draft()
                        .captured(List.of(captured))
                        .definition());
    }

    @Test
    void aPoolKeepsAFieldThatItNamesByItsPartnerName() throws Exception {
        account.importTollFree(2);
        dictionaries.declare(account.network, field("mood", "m1"));
        assertThat(save("partner", new CapturedField("m1", AttributionModel.FIRST)))
                .isInstanceOf(Outcome.Saved.class);
        RingPool pool = account.pools.inNetwork(account.network, "partner");
        assertThat(pool).isNotNull();
        assertThat(pool.captured()).containsExactly(new CapturedField("mood", AttributionModel.FIRST));
        visit(pool, Map.of("m1", "good"));
        assertThat(latest(pool, "marketing_data")).isEqualTo("{\"mood\":\"good\"}");
        assertThat(save(
                        "partner",
                        new CapturedField("m1", AttributionModel.FIRST),
                        new CapturedField("mood", AttributionModel.FIRST)))
                .isEqualTo(new Outcome.Invalid(
                        List.of("marketing_data: 'mood' is there twice, by its name and its partner name")));
    }

    @Test
    void aPoolCanBeWrittenAfterAFieldThatItKeepsLeftTheDictionary() throws Exception {
        dictionaries.declare(account.network, field("mood", null));
        CapturedField mood = new CapturedField("mood", AttributionModel.LAST);
        assertThat(save("moody", mood)).isInstanceOf(Outcome.Saved.class);
        dictionaries.remove(account.network, "mood");
        assertThat(save("moody", mood)).isInstanceOf(Outcome.Saved.class);
        assertThat(save("another", mood))
                .isEqualTo(new Outcome.Invalid(List.of("marketing_data: 'mood' is not in the network's dictionary")));
    }
}

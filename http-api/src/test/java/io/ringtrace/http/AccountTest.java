package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.Accounts.TokenScope;
import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.MarketingSource;
import io.ringtrace.attribution.Site;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a network declares and looks at")
class AccountTest {
    private static final String DICTIONARY = "/v1/marketing_data_dictionary";
    private static final String ALLOCATE =
            "/api/2018-11-01/ring_pools/16/allocate_number.json?ring_pool_key=key-acme-16";

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private HttpResponse<String> put(String path, String body) throws Exception {
        return api.send("PUT", path, api.acme, body);
    }

    @Test
    void aFieldIsDeclaredByItsNetworkOrTheOperatorAndHoldsForItAlone() throws Exception {
        HttpResponse<String> made = put(DICTIONARY + "/mood", "{\"type\":\"string\",\"length\":5,\"model\":\"first\"}");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.body())
                .isEqualTo(
                        "{\"name\":\"mood\",\"partner_name\":null,\"type\":\"string\",\"length\":5,\"model\":\"First\"}");
        assertThat(api.send("PUT", DICTIONARY + "?network=acme", RunningApi.OPERATOR, "{\"unknown_fields\":\"refuse\"}")
                        .body())
                .isEqualTo("{\"unknown_fields\":\"refuse\",\"fields\":[" + made.body() + "]}");
        assertThat(api.get(DICTIONARY, api.acme).body()).contains("\"mood\"", "refuse");
        assertThat(api.get(DICTIONARY, api.other).body()).isEqualTo("{\"unknown_fields\":\"keep\",\"fields\":[]}");
        assertThat(api.get(DICTIONARY + "?network=acme", api.other).statusCode())
                .isEqualTo(404);
        assertThat(api.get(DICTIONARY, RunningApi.OPERATOR).statusCode()).isEqualTo(404);
        assertThat(api.send("DELETE", DICTIONARY + "/mood", api.acme, "").body())
                .isEqualTo("{\"name\":\"mood\",\"removed\":true}");
        assertThat(api.send("DELETE", DICTIONARY + "/mood", api.acme, "").statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /mood  | {"type":"colour"}          | type must be string, number, boolean, url or date
                    /mood  | {"length":513}             | length must be a whole number from 1 to 512
                    /mood  | {"model":"Middle"}         | model must be First, Last or Unique
                    /mood  | {"name":"other"}           | name must be that of the path
                    /mood  | {"colour":1}               | unknown field 'colour'
                    /mood  | []                         | The body must be a JSON object
                    /taken | {}                         | That name is taken
                           | {"unknown_fields":"forget"} | unknown_fields must be drop, keep or refuse
                    """)
    void aWrongDeclarationSaysWhatWasExpected(String path, String body, String says) throws Exception {
        HttpResponse<String> answer = put(DICTIONARY + (path == null ? "" : path), body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains(says);
        assertThat(api.get(DICTIONARY, api.acme).body()).endsWith("\"fields\":[]}");
    }

    @Test
    void theDictionaryDecidesWhatGoesWithALease() throws Exception {
        api.pools.give("acme", "16", null, "+18885550101", "+18885550102", "+18885550103");
        put(DICTIONARY + "/mood", "{\"length\":5,\"model\":\"Unique\",\"partner_name\":\"m1\"}");
        put(DICTIONARY, "{\"unknown_fields\":\"drop\"}");
        assertThat(api.get(ALLOCATE + "&m1=good&other=x").statusCode()).isEqualTo(200);
        assertThat(api.pools.asked.getLast().marketingData().values()).isEqualTo(Map.of("mood", "good"));
        assertThat(api.pools.asked.getLast().marketingData().models())
                .isEqualTo(Map.of("mood", AttributionModel.UNIQUE));
        HttpResponse<String> tooLong = api.get(ALLOCATE + "&mood=excellent");
        assertThat(tooLong.statusCode()).isEqualTo(400);
        assertThat(tooLong.body())
                .isEqualTo(
                        "InvalidMarketingData: The marketing data field 'mood' must have at most 5 characters, not 9.");
        put(DICTIONARY, "{\"unknown_fields\":\"refuse\"}");
        assertThat(api.get(ALLOCATE + "&other=x").body()).contains("'other' is not in the network's dictionary");
        assertThat(api.pools.asked).hasSize(1);
    }

    @Test
    void whereAValueCameFromIsToldByTheProgramAndKnownOfAPage() throws Exception {
        api.pools.give("acme", "16", null, "+18885550101", "+18885550102", "+18885550103");
        api.post("/v1/leases", api.acme, """
                {"requests":[{"pool":"16","marketing_data":{"a":"1","b":"2"},"marketing_sources":{"a":"data_layer"}}]}""");
        assertThat(api.pools.asked.getLast().marketingData().source("a")).isEqualTo(MarketingSource.DATA_LAYER);
        assertThat(api.pools.asked.getLast().marketingData().source("b")).isEqualTo(MarketingSource.API);
        assertThat(api.post("/v1/leases", api.acme, """
                {"requests":[{"pool":"16","marketing_data":{"a":"1"},"marketing_sources":{"a":"hearsay"}}]}""").body())
                .contains("url_parameter, referrer, data_layer, page or api");

        Site site = api.account.createSite("acme", List.of("https://a.example.org"));
        api.send(
                "POST",
                "/v1/sites/" + site.id() + "/leases",
                "",
                """
                {"requests":[{"destination":"+18005550199","marketing_data":{"utm_source":"bing","utm_medium":"organic",
                "referrer":"https://bing.com/","gclid":"x","landing_page":"https://a.example.org/","tier":"gold"},
                "marketing_sources":{"tier":"data_layer"}}]}""",
                "Origin",
                "https://a.example.org",
                "Content-Type",
                "text/plain");
        assertThat(api.pools.asked.getLast().marketingData().sources())
                .isEqualTo(Map.of(
                        "utm_source", MarketingSource.REFERRER,
                        "utm_medium", MarketingSource.REFERRER,
                        "referrer", MarketingSource.REFERRER,
                        "gclid", MarketingSource.URL_PARAMETER,
                        "landing_page", MarketingSource.PAGE,
                        "tier", MarketingSource.DATA_LAYER));
    }

    @Test
    void whatATagFindsIsListedAndDecidedByItsNetwork() throws Exception {
        Site site = api.account.createSite("acme", List.of("https://a.example.org"));
        HttpResponse<String> asked = api.send(
                "POST",
                "/v1/sites/" + site.id() + "/leases",
                "",
                "{\"requests\":[{\"destination\":\"+14155550190\"}]}",
                "Origin",
                "https://a.example.org",
                "Content-Type",
                "text/plain");
        assertThat(asked.body()).contains("\"promo_number\":null", "\"approved\":false");
        assertThat(api.get("/v1/destinations?state=discovered", api.acme).body())
                .isEqualTo(
                        "{\"destinations\":[{\"number\":\"+14155550190\",\"state\":\"discovered\",\"approved_by\":null,"
                                + "\"site\":\"" + site.id() + "\",\"seen_at\":\"1970-01-01T00:00:01Z\",\"pool\":null}],"
                                + "\"next_after\":null}");
        assertThat(api.get("/v1/destinations", api.other).body()).startsWith("{\"destinations\":[]");
        assertThat(put("/v1/destinations/+14155550190", "{\"state\":\"approved\"}")
                        .body())
                .contains("\"state\":\"approved\",\"approved_by\":\"person\"");
        assertThat(put("/v1/destinations/+19005550190", "{\"state\":\"approved\"}")
                        .body())
                .contains("never_approved");
        assertThat(put("/v1/destinations/x", "{\"state\":\"approved\"}").statusCode())
                .isEqualTo(400);
        assertThat(put("/v1/destinations/+14155550190", "{\"state\":\"loved\"}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void theRuleAndTheTagsPoolsAreTheNetworksToSet() throws Exception {
        assertThat(api.get("/v1/destination_rule", api.acme).body())
                .isEqualTo("{\"area_codes\":[],\"countries\":[\"1\"]}");
        assertThat(put("/v1/destination_rule", "{\"area_codes\":[\"415\",650]}").body())
                .isEqualTo("{\"area_codes\":[\"415\",\"650\"],\"countries\":[\"1\"]}");
        for (String wrong : List.of(
                "{\"area_codes\":[\"99\"]}", "{\"area_codes\":\"415\"}", "{\"countries\":[]}", "{\"states\":[]}")) {
            assertThat(put("/v1/destination_rule", wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(put("/v1/tag_pool", "{\"max_pool_size\":20,\"lifetime_seconds\":60}")
                        .body())
                .startsWith(
                        "{\"advertiser\":\"tag\",\"campaign\":\"tag\",\"lifetime_seconds\":60,\"hold_hours\":72,\"max_pool_size\":20");
        for (String wrong : List.of(
                "{\"max_pool_size\":1}",
                "{\"advertiser\":\"a b\"}",
                "{\"hold_hours\":1,\"lifetime_seconds\":7200}",
                "{\"local_number_preferences\":{\"search_radius_miles\":-1}}")) {
            assertThat(put("/v1/tag_pool", wrong).statusCode()).as(wrong).isEqualTo(400);
        }
    }

    @Test
    void reportsOfNumbersAreByDay() throws Exception {
        assertThat(api.get("/v1/numbers/dirty?from=2026-12-01&to=2026-12-31", api.acme)
                        .body())
                .isEqualTo("{\"days\":[{\"number\":\"+18885550101\",\"day\":\"2026-12-01\",\"never_leased\":3,"
                        + "\"expired\":2,\"resting\":1,\"unassigned\":0}],\"complete\":true}");
        assertThat(api.get("/v1/numbers/usage?from=2026-12-01&to=2026-12-31&network=acme", RunningApi.OPERATOR)
                        .body())
                .isEqualTo("{\"days\":[{\"day\":\"2026-12-31\",\"numbers_in_use\":12}]}");
        for (String wrong : List.of(
                "from=2026-12-01",
                "from=2026-12-31&to=2026-12-01",
                "from=2024-01-01&to=2026-01-01",
                "from=yesterday&to=2026-12-01",
                "from=2026-12-01&to=2026-12-01&limit=0")) {
            assertThat(api.get("/v1/numbers/dirty?" + wrong, api.acme).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void numbersAreRetiredAndExportedByTheOperator() throws Exception {
        String state = "/v1/operator/numbers/state";
        api.post("/v1/operator/numbers?network=acme", RunningApi.OPERATOR, """
                {"numbers":[{"number":"+12125550101","rate_center":"NEW YORK","state":"NY"},{"number":"x"},{},7]}""");
        String export = api.get("/v1/operator/numbers.csv?network=acme", RunningApi.OPERATOR)
                .body();
        assertThat(export).isEqualTo("""
                number,rate_center,state,number_type,in,pool,visitor_id,destination,lease_id,rest_until
                +12125550101,NEW YORK,NY,local,bank,,,,,
                """);
        assertThat(api.post("/v1/operator/numbers?network=other", RunningApi.OPERATOR, export)
                        .body())
                .startsWith("{\"added\":1,");
        assertThat(api.send(
                                "PUT",
                                state,
                                RunningApi.OPERATOR,
                                "{\"network\":\"acme\",\"numbers\":[\"+12125550101\"],\"retired\":true}")
                        .body())
                .isEqualTo("{\"changed\":1,\"wrong\":0,\"errors\":[]}");
        assertThat(api.account.retired).hasSize(1);
        assertThat(api.send("PUT", state, RunningApi.OPERATOR, "{\"network\":\"acme\",\"numbers\":[]}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aTokenForReadingReadsAndIsShownNoKey() throws Exception {
        String reads = api.account.createToken("acme", "report", TokenScope.READ);
        HttpResponse<String> pool = api.get(RunningApi.CAMPAIGN + "/ring_pools/16.json", reads);
        assertThat(pool.statusCode()).isEqualTo(200);
        assertThat(pool.body()).contains("\"api_key\":null").doesNotContain("key-acme-16");
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools.json", reads).body())
                .doesNotContain("key-acme-16");
        assertThat(api.get("/v1/calls", reads).statusCode()).isEqualTo(200);
        for (HttpResponse<String> refused : List.of(
                api.send("PUT", RunningApi.CAMPAIGN + "/ring_pools/16.json", reads, "{\"name\":\"x\"}"),
                api.send("DELETE", RunningApi.CAMPAIGN + "/ring_pools/16.json", reads, ""),
                api.send("PUT", DICTIONARY, reads, "{\"unknown_fields\":\"keep\"}"),
                api.post("/v1/leases", reads, "{\"requests\":[{\"pool\":\"16\"}]}"),
                api.post("/v1/pools/16/key", reads, ""))) {
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).containsAnyOf("read_only_token", "ReadOnlyToken");
        }
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools/16.json", api.acme)
                        .body())
                .contains("\"name\":\"Main\"", "\"api_key\":\"key-acme-16\"");
        assertThat(api.post(
                                "/v1/operator/tokens",
                                RunningApi.OPERATOR,
                                "{\"network\":\"acme\",\"name\":\"r\",\"scope\":\"read\"}")
                        .body())
                .contains("\"scope\":\"read\"");
        assertThat(api.post(
                                "/v1/operator/tokens",
                                RunningApi.OPERATOR,
                                "{\"network\":\"acme\",\"name\":\"r\",\"scope\":\"all\"}")
                        .body())
                .contains("scope must be manage or read");
    }
}

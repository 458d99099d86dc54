package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.PhoneNumber;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("POST /v1/leases")
class LeaseTest {
    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void answersEveryRequestInItsPlace() throws Exception {
        api.pools.give("acme", "16", "+18005550100", "+18005550123");
        HttpResponse<String> answer = api.post("/v1/leases", api.acme, """
                {"requests":[
                  {"pool":"16","visitor_id":"v1","destination":"+18005550198","marketing_data":{"gclid":"x"},"new_attribution":true},
                  {"pool":"none","visitor_id":"v1"},
                  {"pool":"16","visitor_id":"v2"},
                  {"pool":"16","visitor_id":"v1","destination":"+18005550198"}]}""");
        assertThat(answer.statusCode()).isEqualTo(200);
        String granted = """
                {"promo_number":"+18005550123","national_format":"800-555-0123","visitor_id":"v1",\
                "lease_id":"18005550123.7","renewed":%s,"changed":false,"overflow":false,\
                "guaranteed_for_ms":300000,"held_for_ms":259200000,"renew_after_ms":60000}""";
        assertThat(answer.body())
                .isEqualTo("{\"responses\":[" + granted.formatted("false")
                        + ",{\"error\":{\"code\":\"unknown_pool\",\"message\":\"There is no such pool.\"}},"
                        + """
                        {"promo_number":"+18005550100","national_format":"800-555-0100","visitor_id":"v2",\
                        "lease_id":null,"renewed":false,"changed":false,"overflow":true,\
                        "guaranteed_for_ms":0,"held_for_ms":0,"renew_after_ms":60000},"""
                        + granted.formatted("true") + "]}");
        assertThat(api.pools.asked.getFirst().newAttribution()).isTrue();
        assertThat(api.pools.asked.getFirst().marketingData().values()).isEqualTo(Map.of("gclid", "x"));
        assertThat(api.pools.asked.getFirst().destination()).isEqualTo(PhoneNumber.parse("+18005550198"));
    }

    @Test
    void noNumberIsNullAndNoError() throws Exception {
        assertThat(api.post("/v1/leases", api.acme, "{\"requests\":[{\"pool\":\"16\",\"visitor_id\":\"v1\"}]}")
                        .body())
                .isEqualTo("""
                        {"responses":[{"promo_number":null,"national_format":null,"visitor_id":"v1","lease_id":null,\
                        "renewed":false,"changed":false,"overflow":false,"guaranteed_for_ms":0,"held_for_ms":0,\
                        "renew_after_ms":60000}]}""");
    }

    @Test
    void badRowsAreValuesAndReachNobody() throws Exception {
        String body = api.post("/v1/leases", api.acme, """
                        {"requests":[
                          "x",
                          {"visitor_id":"v"},
                          {"pool":"16","visitor_id":""},
                          {"pool":"16","visitor_id":"caf\\u00e9"},
                          {"pool":"16","destination":"5550123"},
                          {"pool":"16","destination":"nobody"},
                          {"pool":"16","destination":"+19005550123"},
                          {"pool":"16","marketing_data":{"a":1}},
                          {"pool":"16","marketing_data":{"a":"\\u0007"}},
                          {"pool":"16","marketing_data":{"a":"\\ud800"}},
                          {"pool":"16","new_attribution":"yes"},
                          {"pool":16},
                          {"pool":"16","visitor":"v"}]}""").body();
        assertThat(body.split("\"code\":\"", -1))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("{\"responses\":["),
                        row -> assertThat(row)
                                .startsWith("invalid_request\",\"message\":\"A request must be an object."),
                        row -> assertThat(row).startsWith("invalid_request\",\"message\":\"pool is missing."),
                        row -> assertThat(row).startsWith("invalid_visitor"),
                        row -> assertThat(row).startsWith("invalid_visitor"),
                        row -> assertThat(row).startsWith("invalid_destination"),
                        row -> assertThat(row).startsWith("invalid_destination"),
                        row -> assertThat(row)
                                .startsWith(
                                        "invalid_destination\",\"message\":\"+19005550123 is a premium-rate number."),
                        row -> assertThat(row).startsWith("invalid_request"),
                        row -> assertThat(row).startsWith("invalid_marketing_data"),
                        row -> assertThat(row).startsWith("invalid_marketing_data"),
                        row -> assertThat(row)
                                .startsWith("invalid_request\",\"message\":\"new_attribution must be true"),
                        row -> assertThat(row).startsWith("invalid_request\",\"message\":\"pool must be a text"),
                        row -> assertThat(row).startsWith("invalid_request\",\"message\":\"unknown field 'visitor'"));
        assertThat(api.pools.asked).isEmpty();
    }

    @Test
    void hostileTextThatIsTextStaysText() throws Exception {
        api.pools.give("acme", "16", null, "+18005550123");
        String hostile = "'; DROP TABLE lease; -- <script>alert(1)</script> ${jndi:ldap://x}";
        api.post(
                "/v1/leases",
                api.acme,
                "{\"requests\":[{\"pool\":\"16\",\"marketing_data\":{\"q\":\"" + hostile + "\"}}]}");
        assertThat(api.pools.asked.getFirst().marketingData().values()).isEqualTo(Map.of("q", hostile));
    }

    @Test
    void anotherNetworksPoolIsUnknown() throws Exception {
        api.post(
                "/api/2018-11-01/other/advertisers/adv/advertiser_campaigns/camp/ring_pools.json",
                api.other,
                "{\"id_from_network\":\"theirs\",\"name\":\"T\",\"destination_phone_number\":\"+18005550199\"}");
        assertThat(api.post("/v1/leases", api.acme, "{\"requests\":[{\"pool\":\"theirs\"}]}")
                        .body())
                .isEqualTo(
                        "{\"responses\":[{\"error\":{\"code\":\"unknown_pool\",\"message\":\"There is no such pool.\"}}]}");
    }

    @Test
    void unavailableForAllIs503WithRetryAfter() throws Exception {
        api.pools.goAway();
        HttpResponse<String> all =
                api.post("/v1/leases", api.acme, "{\"requests\":[{\"pool\":\"16\"},{\"pool\":\"16\"}]}");
        assertThat(all.statusCode()).isEqualTo(503);
        assertThat(all.headers().firstValue("retry-after")).hasValue("3");
        assertThat(all.body())
                .isEqualTo("{\"error\":{\"code\":\"service_unavailable\",\"message\":\"The store is away.\"}}");
    }

    @Test
    void moreRowsThanAllowedAreRefused() throws Exception {
        String rows = "{\"pool\":\"16\"},".repeat(1000) + "{\"pool\":\"16\"}";
        HttpResponse<String> answer = api.post("/v1/leases", api.acme, "{\"requests\":[" + rows + "]}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("an array of 1 to 1000 requests");
        assertThat(api.pools.asked).isEmpty();
    }
}

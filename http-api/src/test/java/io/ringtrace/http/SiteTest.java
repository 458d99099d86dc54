package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.IpNetwork;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("Sites with the tag")
class SiteTest {
    private static final String SHOP = "https://shop.example.org";
    private static final String BODY = """
            {"requests":[{"destination":"+18005550199","visitor_id":"v1","marketing_data":{"utm_source":"news"}},
                         {"destination":"+12125550142","visitor_id":"v1"}]}""";

    private RunningApi api;
    private String site;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
        api.pools.give("acme", "16", null, "+18885550101", "+18885550102");
        HttpResponse<String> made = create("{\"network\":\"acme\",\"origins\":[\"" + SHOP + "\"]}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        site = JsonMapper.shared().readTree(made.body()).get("site").asString();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private HttpResponse<String> create(String body) throws Exception {
        return api.post("/v1/operator/sites", RunningApi.OPERATOR, body);
    }

    private HttpResponse<String> ask(String path, String origin, String type) throws Exception {
        return api.send("POST", path, "", BODY, "Origin", origin, "Content-Type", type);
    }

    @Test
    void aPageOfTheSiteIsLentTheNumberOfTheDestinationsPool() throws Exception {
        HttpResponse<String> answer = ask("/v1/sites/" + site + "/leases", SHOP, "text/plain;charset=UTF-8");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue(SHOP);
        assertThat(answer.headers().firstValue("Vary")).hasValue("Origin");
        JsonNode rows = JsonMapper.shared().readTree(answer.body()).get("responses");
        assertThat(rows.get(0).get("promo_number").asString()).isEqualTo("+18885550101");
        assertThat(rows.get(0).get("visitor_id").asString()).isEqualTo("v1");
        assertThat(api.pools.asked.getLast().marketingData().values()).containsEntry("utm_source", "news");
    }

    @Test
    void aBrowserThatAsksBeforeIsToldWhoMay() throws Exception {
        String leases = "/v1/sites/" + site + "/leases";
        HttpResponse<String> may = api.send("OPTIONS", leases, "", "", "Origin", SHOP);
        assertThat(may.statusCode()).isEqualTo(204);
        assertThat(may.headers().firstValue("Access-Control-Allow-Origin")).hasValue(SHOP);
        assertThat(may.headers().firstValue("Access-Control-Allow-Methods")).hasValue("POST");
        assertThat(may.headers().firstValue("Access-Control-Allow-Headers")).hasValue("content-type");
        HttpResponse<String> mayNot = api.send("OPTIONS", leases, "", "", "Origin", "https://evil.example.org");
        assertThat(mayNot.statusCode()).isEqualTo(403);
        assertThat(mayNot.headers().firstValue("Access-Control-Allow-Methods")).isEmpty();
        assertThat(mayNot.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(mayNot.headers().firstValue("Vary")).hasValue("Origin");
    }

    @Test
    void aDestinationThatNoPoolHasStaysOnThePage() throws Exception {
        JsonNode row = JsonMapper.shared()
                .readTree(ask("/v1/sites/" + site + "/leases", SHOP, "application/json")
                        .body())
                .get("responses")
                .get(1);
        assertThat(row.get("promo_number").isNull()).isTrue();
        assertThat(row.get("approved").asBoolean()).isFalse();
        assertThat(row.get("renew_after_ms").asLong()).isEqualTo(60_000);
    }

    @Test
    void noPoolIsMadeForDestinationsBeyondTheLimits() throws Exception {
        HttpSettings few = HttpSettings.at("127.0.0.1", 0).with(List.of(), new HttpSettings.Pages(3, 100));
        try (RunningApi limited = new RunningApi(few)) {
            String id = limited.account.createSite("acme", List.of(SHOP)).id();
            StringBuilder rows = new StringBuilder();
            for (int i = 0; i < 8; i++) {
                rows.append(i == 0 ? "" : ",")
                        .append("{\"destination\":\"+1212555010")
                        .append(i)
                        .append("\"}");
            }
            JsonNode answers = JsonMapper.shared()
                    .readTree(limited.send(
                                    "POST",
                                    "/v1/sites/" + id + "/leases",
                                    "",
                                    "{\"requests\":[" + rows + "]}",
                                    "Origin",
                                    SHOP,
                                    "Content-Type",
                                    "text/plain")
                            .body())
                    .get("responses");

            assertThat(limited.destinations.lookedAt).hasSize(3);
            assertThat(answers.get(2).get("approved").asBoolean()).isFalse();
            assertThat(answers.get(3).get("limited").asBoolean()).isTrue();
            assertThat(answers.get(3).get("promo_number").isNull()).isTrue();
            assertThat(answers.get(3).get("renew_after_ms").asLong()).isGreaterThanOrEqualTo(60_000);
        }
    }

    @Test
    void otherOriginsAndOtherSitesAreRefused() throws Exception {
        assertThat(ask("/v1/sites/" + site + "/leases", "https://evil.example.org", "text/plain")
                        .statusCode())
                .isEqualTo(403);
        assertThat(ask("/v1/sites/" + site + "/leases", SHOP + ".evil.example", "text/plain")
                        .statusCode())
                .isEqualTo(403);
        assertThat(ask("/v1/sites/none/leases", SHOP, "text/plain").statusCode())
                .isEqualTo(403);
        assertThat(api.send("POST", "/v1/sites/" + site + "/leases", "", BODY, "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aSiteNeedsANetworkAndOriginsAsBrowsersSendThem() throws Exception {
        assertThat(create("{\"network\":\"none\",\"origins\":[\"" + SHOP + "\"]}")
                        .statusCode())
                .isEqualTo(404);
        for (String origin : new String[] {"shop.example.org", SHOP + "/", "HTTPS://SHOP.example.org", "*", ""}) {
            assertThat(create("{\"network\":\"acme\",\"origins\":[\"" + origin + "\"]}")
                            .statusCode())
                    .as(origin)
                    .isEqualTo(400);
        }
        assertThat(create("{\"network\":\"acme\",\"origins\":[]}").statusCode()).isEqualTo(400);
    }

    @Test
    void aPagesTextsMayGoToANumberThatWasMarkedForThem() throws Exception {
        String leases = "/v1/sites/" + site + "/leases";
        String sms = "/v1/operator/sms-numbers";
        String mark = "{\"network\":\"acme\",\"numbers\":[\"+18885550101\"],\"takes_sms\":true}";
        assertThat(ask(leases, SHOP, "text/plain").body()).doesNotContain("\"sms\"");

        assertThat(api.send("PUT", sms, RunningApi.OPERATOR, mark).body())
                .isEqualTo("{\"marked\":1,\"not_of_network\":0}");
        assertThat(ask(leases, SHOP, "text/plain").body()).contains("+18885550101", "\"sms\":true");

        assertThat(api.send("PUT", sms, RunningApi.OPERATOR, mark.replace("true", "false"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(ask(leases, SHOP, "text/plain").body()).doesNotContain("\"sms\"");
        for (String wrong : List.of(
                mark.replace("acme", "a b"), mark.replace("+18885550101", "x"), mark.replace("true", "1"), "{}")) {
            assertThat(api.send("PUT", sms, RunningApi.OPERATOR, wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(api.send("PUT", sms, RunningApi.OPERATOR, mark.replace("acme", "none"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.send("PUT", sms, api.acme, mark).statusCode()).isEqualTo(401);
    }

    @Test
    void aPageMayReadWhyItGetsNoNumber() throws Exception {
        String leases = "/v1/sites/" + site + "/leases";
        for (HttpResponse<String> refused : List.of(
                api.send("POST", leases, "", "{", "Origin", SHOP, "Content-Type", "text/plain"),
                api.send("POST", leases, "", "{}", "Origin", SHOP, "Content-Type", "text/html"))) {
            assertThat(refused.statusCode()).isGreaterThanOrEqualTo(400);
            assertThat(refused.headers().firstValue("Access-Control-Allow-Origin"))
                    .as(refused.body())
                    .hasValue(SHOP);
            assertThat(refused.headers().firstValue("Vary")).hasValue("Origin");
            assertThat(refused.headers().firstValue("Access-Control-Allow-Credentials"))
                    .isEmpty();
        }
    }

    @Test
    void pagesOfOtherOriginsAndOfOtherSitesReadNothing() throws Exception {
        String leases = "/v1/sites/" + site + "/leases";
        String elsewhere = "https://evil.example.org";
        String others = api.account.createSite("other", List.of(elsewhere)).id();
        for (HttpResponse<String> refused : List.of(
                ask(leases, elsewhere, "text/plain"),
                ask(leases, "null", "text/plain"),
                ask("/v1/sites/" + others + "/leases", SHOP, "text/plain"),
                ask("/v1/sites/none/leases", SHOP, "text/plain"),
                api.send("POST", leases, "", "{}", "Origin", elsewhere, "Content-Type", "text/html"))) {
            assertThat(refused.statusCode()).isGreaterThanOrEqualTo(400);
            assertThat(refused.headers().firstValue("Access-Control-Allow-Origin"))
                    .as(refused.body())
                    .isEmpty();
            assertThat(refused.headers().firstValue("Vary")).hasValue("Origin");
        }
    }

    @Test
    void newVisitorsBeyondTheLimitGetNoNumberAndThePoolIsNotAskedForOne() throws Exception {
        HttpSettings few = HttpSettings.at("127.0.0.1", 0)
                .with(List.of(IpNetwork.parse("127.0.0.1")), new HttpSettings.Pages(2, 4));
        try (RunningApi limited = new RunningApi(few)) {
            limited.pools.give("acme", "16", null, "+18885550101", "+18885550102", "+18885550103", "+18885550104");
            String id = limited.account.createSite("acme", List.of(SHOP)).id();
            assertThat(visit(limited, id, "v1", "203.0.113.1")
                            .get("promo_number")
                            .isString())
                    .isTrue();
            assertThat(visit(limited, id, "v2", "203.0.113.2")
                            .get("promo_number")
                            .isString())
                    .isTrue();
            JsonNode refused = visit(limited, id, "v3", "203.0.113.3");
            assertThat(refused.get("promo_number").isNull()).isTrue();
            assertThat(refused.get("limited").asBoolean()).isTrue();
            assertThat(refused.get("renew_after_ms").asLong()).isGreaterThanOrEqualTo(60_000);
            assertThat(limited.pools.asked).hasSize(2);
            assertThat(visit(limited, id, "v1", "203.0.113.1")
                            .get("promo_number")
                            .isString())
                    .isTrue();
            assertThat(visit(limited, id, "v4", "198.51.100.1")
                            .get("promo_number")
                            .isString())
                    .isTrue();
        }
    }

    private static JsonNode visit(RunningApi limited, String id, String visitor, String address) throws Exception {
        HttpResponse<String> answer = limited.send(
                "POST",
                "/v1/sites/" + id + "/leases",
                "",
                "{\"requests\":[{\"destination\":\"+18005550199\",\"visitor_id\":\"" + visitor + "\"}]}",
                "Origin",
                SHOP,
                "Content-Type",
                "text/plain",
                "X-Forwarded-For",
                address);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body()).get("responses").get(0);
    }

    @Test
    void sitesAreListedChangedAndDeletedByTheOperatorOnly() throws Exception {
        String leases = "/v1/sites/" + site + "/leases";
        String sites = "/v1/operator/sites";
        String mine = sites + "/" + site;
        String moved = "{\"network\":\"acme\",\"origins\":[\"https://www.example.org\",\"https://example.org\"]}";
        assertThat(api.get(sites + "?network=acme", RunningApi.OPERATOR).body())
                .isEqualTo("{\"sites\":[{\"site\":\"" + site + "\",\"network\":\"acme\",\"origins\":[\"" + SHOP
                        + "\"]}]}");
        assertThat(api.get(sites + "?network=other", RunningApi.OPERATOR).body())
                .isEqualTo("{\"sites\":[]}");
        assertThat(api.get(sites + "?network=none", RunningApi.OPERATOR).statusCode())
                .isEqualTo(404);
        assertThat(api.get(sites + "?network=acme", api.acme).statusCode()).isEqualTo(401);

        assertThat(api.send("PUT", mine, RunningApi.OPERATOR, moved.replace("acme", "other"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.send("PUT", mine, RunningApi.OPERATOR, moved.replace("https", "ftp"))
                        .statusCode())
                .isEqualTo(400);
        assertThat(ask(leases, SHOP, "text/plain").statusCode()).isEqualTo(200);
        assertThat(api.send("PUT", mine, RunningApi.OPERATOR, moved).statusCode())
                .isEqualTo(200);
        assertThat(ask(leases, SHOP, "text/plain").statusCode()).isEqualTo(403);
        assertThat(ask(leases, "https://example.org", "text/plain").statusCode())
                .isEqualTo(200);

        assertThat(api.post(mine + "/rotate?network=other", RunningApi.OPERATOR, "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.post(mine + "/rotate?network=acme", api.acme, "").statusCode())
                .isEqualTo(401);
        assertThat(api.post(mine + "/rotate?network=acme", RunningApi.OPERATOR, "")
                        .body())
                .isEqualTo("{\"site\":\"" + site + "-new\",\"network\":\"acme\",\"origins\":"
                        + "[\"https://www.example.org\",\"https://example.org\"]}");
        assertThat(ask(leases, "https://example.org", "text/plain").statusCode())
                .isEqualTo(403);
        leases = "/v1/sites/" + site + "-new/leases";
        mine += "-new";
        assertThat(ask(leases, "https://example.org", "text/plain").statusCode())
                .isEqualTo(200);

        assertThat(api.send("DELETE", mine + "?network=other", RunningApi.OPERATOR, "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.send("DELETE", mine + "?network=acme", api.acme, "").statusCode())
                .isEqualTo(401);
        assertThat(api.send("DELETE", mine + "?network=acme", RunningApi.OPERATOR, "")
                        .body())
                .isEqualTo("{\"site\":\"" + site + "-new\",\"deleted\":true}");
        assertThat(ask(leases, "https://example.org", "text/plain").statusCode())
                .isEqualTo(403);
    }

    @Test
    void theTagIsServedWithCachingAndItsIntegrityHash() throws Exception {
        HttpResponse<String> script = api.get("/tag/ringtrace.js");
        HttpResponse<String> hash = api.get("/tag/ringtrace.js.integrity");
        String etag = script.headers().firstValue("ETag").orElseThrow();

        assertThat(script.statusCode()).isEqualTo(200);
        assertThat(script.headers().firstValue("Content-Type")).hasValue("text/javascript; charset=utf-8");
        assertThat(script.headers().firstValue("Cache-Control").orElseThrow()).contains("max-age=");
        assertThat(script.headers().firstValue("Access-Control-Allow-Origin")).hasValue("*");
        assertThat(hash.body()).startsWith("sha384-");
        assertThat(etag).isEqualTo("W/\"" + hash.body() + "\"");
        HttpResponse<String> again = api.send("GET", "/tag/ringtrace.js", "", "", "If-None-Match", etag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        HttpResponse<String> packed = api.send("GET", "/tag/ringtrace.js", "", "", "Accept-Encoding", "gzip, br");
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.headers().firstValueAsLong("Content-Length").orElseThrow())
                .isLessThanOrEqualTo(5120);
    }
}

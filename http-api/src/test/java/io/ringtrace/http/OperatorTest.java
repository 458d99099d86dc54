package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What the operator does")
class OperatorTest {
    private static final String NUMBERS = "/v1/operator/numbers?network=acme";

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
    void aNetworkWithItsTokenIsMade() throws Exception {
        HttpResponse<String> made = api.post(
                "/v1/operator/campaigns",
                RunningApi.OPERATOR,
                "{\"network\":\"new\",\"advertiser\":\"a\",\"campaign\":\"c\"}");
        assertThat(made.statusCode()).isEqualTo(200);
        assertThat(made.body()).isEqualTo("{\"network\":\"new\",\"advertiser\":\"a\",\"campaign\":\"c\"}");
        HttpResponse<String> token =
                api.post("/v1/operator/tokens", RunningApi.OPERATOR, "{\"network\":\"new\",\"name\":\"tag\"}");
        assertThat(token.statusCode()).isEqualTo(201);
        assertThat(token.body())
                .isEqualTo("{\"network\":\"new\",\"name\":\"tag\",\"scope\":\"manage\",\"token\":\"token-new-2\"}");
        assertThat(api.get("/v1/calls", "token-new-2").statusCode()).isEqualTo(200);
    }

    @Test
    void networksAndCampaignsAreListedForTheOperatorAlone() throws Exception {
        api.account.ensureCampaign("acme", "adv", "autumn");
        assertThat(api.get("/v1/operator/networks", RunningApi.OPERATOR).body())
                .isEqualTo("{\"networks\":[\"acme\",\"other\"]}");
        assertThat(api.get("/v1/operator/campaigns?network=acme", RunningApi.OPERATOR)
                        .body())
                .isEqualTo("{\"campaigns\":[{\"advertiser\":\"adv\",\"campaign\":\"autumn\"},"
                        + "{\"advertiser\":\"adv\",\"campaign\":\"camp\"}]}");
        assertThat(api.get("/v1/operator/campaigns?network=none", RunningApi.OPERATOR)
                        .statusCode())
                .isEqualTo(404);
        for (String path : List.of("/v1/operator/networks", "/v1/operator/campaigns?network=acme")) {
            assertThat(api.get(path, api.acme).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void partsOfAnAccountAreRemovedByTheOperatorAloneAndNotWhileSomethingHangsOnThem() throws Exception {
        String network = "/v1/operator/networks/acme";
        String campaign = "/v1/operator/campaigns/camp?network=acme";
        HttpResponse<String> refused = api.send("DELETE", network, RunningApi.OPERATOR, "");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body())
                .contains("\"in_use\"", "It cannot be removed: it has 1 campaigns (acme/adv/camp), 1 token (3).");
        assertThat(api.send("DELETE", "/v1/operator/advertisers/adv?network=acme", RunningApi.OPERATOR, "")
                        .statusCode())
                .isEqualTo(409);
        assertThat(api.send("DELETE", campaign + "&advertiser=adv", api.acme, "")
                        .statusCode())
                .isEqualTo(401);
        assertThat(api.send("DELETE", campaign, RunningApi.OPERATOR, "").statusCode())
                .isEqualTo(404);
        assertThat(api.send("DELETE", campaign + "&advertiser=adv", RunningApi.OPERATOR, "")
                        .body())
                .isEqualTo("{\"removed\":true}");
        assertThat(api.send("DELETE", campaign + "&advertiser=adv", RunningApi.OPERATOR, "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.send("DELETE", network, RunningApi.OPERATOR, "").statusCode())
                .isEqualTo(200);
        assertThat(api.get("/v1/operator/networks", RunningApi.OPERATOR).body())
                .isEqualTo("{\"networks\":[\"other\"]}");
        assertThat(api.send("DELETE", network, RunningApi.OPERATOR, "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void wrongIdsAndMissingNetworksAreRefused() throws Exception {
        assertThat(api.post(
                                "/v1/operator/campaigns",
                                RunningApi.OPERATOR,
                                "{\"network\":\"a/b\",\"advertiser\":\"..\",\"campaign\":\"\"}")
                        .body())
                .contains("network must be 1 to 64", "advertiser must be 1 to 64", "campaign must be 1 to 64");
        assertThat(api.post("/v1/operator/campaigns", RunningApi.OPERATOR, "{\"network\":\"a\"}")
                        .body())
                .contains("network, advertiser and campaign are needed");
        assertThat(api.post("/v1/operator/tokens", RunningApi.OPERATOR, "{\"network\":\"none\",\"name\":\"x\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void goodRowsAreImportedAndWrongOnesToldByLine() throws Exception {
        HttpResponse<String> answer = api.post(
                NUMBERS,
                RunningApi.OPERATOR,
                "number,rate_center,state\r\n+12125550101,\"New York, NY\",NY\r\n\r\nnonsense,,\r\n+12125550102\r\n"
                        + "\"+12125550103\"x,,\r\n+12125550101,,\r\n+12125550104,,NJ");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("""
                        {"added":2,"unchanged":1,"wrong":3,"errors":[\
                        {"line":4,"number":"nonsense","message":"not a phone number"},\
                        {"line":5,"number":"","message":"1 fields where the header has 3"},\
                        {"line":6,"number":"","message":"there is text after a closing quote"}]}""");
        assertThat(api.get(NUMBERS + "&limit=1", RunningApi.OPERATOR).body()).isEqualTo("""
                        {"numbers":[{"number":"+12125550101","number_type":"local","state":"bank","pool":null,\
                        "visitor_id":null,"destination":null,"lease_id":null,"rate_center":"New York, NY","region":"NY","rest_until":null}],\
                        "next_after":"+12125550101"}""");
        assertThat(api.get(NUMBERS + "&after=%2B12125550101", RunningApi.OPERATOR)
                        .body())
                .contains("+12125550104")
                .endsWith("\"next_after\":null}");
    }

    @Test
    void aFileThatIsNoneIsRefused() throws Exception {
        for (String file : new String[] {"number,city\n1,2", "number,number\n", "number,\"rate_center\nx"}) {
            HttpResponse<String> answer = api.post(NUMBERS, RunningApi.OPERATOR, file);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("must be a header");
        }
        assertThat(api.post("/v1/operator/numbers?network=none", RunningApi.OPERATOR, "number\n")
                        .statusCode())
                .isEqualTo(404);
        assertThat(api.get(NUMBERS + "&limit=0", RunningApi.OPERATOR).statusCode())
                .isEqualTo(400);
        assertThat(api.get(NUMBERS + "&after=x", RunningApi.OPERATOR).statusCode())
                .isEqualTo(400);
    }

    @Test
    void aDatabaseThatIsAwayIs503AndItsAddressStaysInTheLog() throws Exception {
        api.account.goAway();
        HttpResponse<String> answer = api.get(NUMBERS, RunningApi.OPERATOR);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("2");
        assertThat(answer.body()).contains("service_unavailable").doesNotContain("10.1.2.3");
    }
}

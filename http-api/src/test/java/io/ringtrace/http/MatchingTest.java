package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.NumberMatching.ExchangeRow;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Rate centers, and why a pool takes a number")
class MatchingTest {
    private static final String RATE_CENTERS = "/v1/operator/rate-centers";
    private static final String EXPLAIN = "/v1/operator/numbers/explain?network=acme&pool=16";

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private HttpResponse<String> importFile(String file) throws Exception {
        return api.send("POST", RATE_CENTERS, RunningApi.OPERATOR, file, "Content-Type", "text/csv");
    }

    @Test
    void theSimpleFormatIsRead() throws Exception {
        HttpResponse<String> answer = importFile("""
                npa,nxx,rate_center,state,lata,lat,lon
                650,555,PALO ALTO,CA,722,37.4419,-122.1430
                650,556
                """);
        assertThat(answer.body()).isEqualTo("""
                        {"imported":1,"left_out":0,"wrong":1,"errors":[\
                        {"line":3,"exchange":"","message":"2 fields where the header has 7"}]}""");
        assertThat(api.account.exchanges)
                .containsExactly(new ExchangeRow(2, "650", "555", "PALO ALTO", "CA", "722", "37.4419", "-122.1430"));
    }

    @Test
    void theNumberingPlansListIsReadWithCommasOrTabs() throws Exception {
        String list = """
                State,NPA-NXX,OCN,Company,RateCenter,EffectiveDate,Use,AssignDate,Initial/Growth
                CA,650-555,1234,SOME CARRIER,PALO ALTO,,AS,01/01/2000,I
                CA,650-556,,,,,UA,,
                CA,650,1234,SOME CARRIER,PALO ALTO,,AS,,I
                """;
        for (String file : new String[] {list, list.replace(',', '\t')}) {
            api.account.exchanges.clear();
            assertThat(importFile(file).body()).isEqualTo("""
                            {"imported":1,"left_out":1,"wrong":1,"errors":[\
                            {"line":4,"exchange":"","message":"has no NPA-NXX such as 650-555"}]}""");
            assertThat(api.account.exchanges)
                    .containsExactly(new ExchangeRow(2, "650", "555", "PALO ALTO", "CA", null, null, null));
        }
    }

    @Test
    void aFileThatIsNoneIsRefusedAndNetworksMayNotImport() throws Exception {
        for (String file : new String[] {"npa,nxx\n650,555", "npa,nxx,rate_center,state,city\n", "x"}) {
            assertThat(importFile(file).statusCode()).isEqualTo(400);
        }
        assertThat(api.send("POST", RATE_CENTERS, api.acme, "npa", "Content-Type", "text/csv")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aChoiceIsExplained() throws Exception {
        assertThat(api.get(EXPLAIN, RunningApi.OPERATOR).body()).isEqualTo("""
                        {"destination":"+16505550199","number_type":"local","home":{"rate_center":"PALO ALTO","state":"CA",\
                        "latitude":37.4419,"longitude":-122.143},"local_number_preferences":{"search_radius_miles":240,\
                        "restrict_search_to_state":true,"allocation_fallback_strategy":"UseTollFree"},"choices":[\
                        {"number":"+14085550100","number_type":"local","rung":"next_rate_center","because":"its rate center is \
                        the next closest one within the search radius","home":{"rate_center":null,"state":"CA","latitude":null,\
                        "longitude":null},"miles":15.8,"unused_since":null,"in_pool":false}]}""");
        assertThat(api.get(EXPLAIN + "&number=%2B12125550100", RunningApi.OPERATOR)
                        .body())
                .contains("\"number\":\"+12125550100\"", "\"rung\":null", "\"in_pool\":true");
        assertThat(api.get(EXPLAIN + "&number=x", RunningApi.OPERATOR).statusCode())
                .isEqualTo(400);
        assertThat(api.get(EXPLAIN + "&limit=0", RunningApi.OPERATOR).statusCode())
                .isEqualTo(400);
        assertThat(api.get("/v1/operator/numbers/explain?network=acme", RunningApi.OPERATOR)
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void preferencesForLocalNumbersAreKeptAndTheirErrorsNamed() throws Exception {
        String pool = RunningApi.CAMPAIGN + "/ring_pools/16.json";
        assertThat(api.send("PUT", pool, api.acme, """
                        {"number_type":"local","local_number_preferences":{"search_radius_miles":"50","allocation_fallback_strategy":"Wait"}}""").body()).contains("""
                        "local_number_preferences":{"search_radius_miles":50,"restrict_search_to_state":true,\
                        "allocation_fallback_strategy":"Wait"}""");
        assertThat(api.send(
                                "PUT",
                                pool,
                                api.acme,
                                "{\"local_number_preferences\":{\"restrict_search_to_state\":false}}")
                        .body())
                .contains("\"search_radius_miles\":50,\"restrict_search_to_state\":false");
        HttpResponse<String> wrong = api.send(
                "PUT",
                pool,
                api.acme,
                "{\"local_number_preferences\":{\"search_radius_miles\":0,\"allocation_fallback_strategy\":\"Any\",\"x\":1}}");
        assertThat(wrong.statusCode()).isEqualTo(403);
        assertThat(wrong.body())
                .contains("search_radius_miles must be", "must be UseTollFree or Wait", "unknown field 'x'");
    }
}

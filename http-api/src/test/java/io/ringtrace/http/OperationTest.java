package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Reload and status")
class OperationTest {
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
    void aReloadSaysWhatBecameOfIt() throws Exception {
        HttpResponse<String> answer = api.post("/v1/operator/reload", RunningApi.OPERATOR, "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"result\":\"applied\",\"version\":\"v2\",\"after_restart\":[\"sip\"],\"findings\":[],"
                        + "\"warnings\":[\"b is odd\"]}");
    }

    @Test
    void aRefusedReloadNamesEveryMistake() throws Exception {
        api.operations.next = new Operations.Reload(
                Operations.Outcome.REFUSED, "v1", List.of(), List.of("a is wrong", "b is too"), List.of());
        assertThat(api.post("/v1/operator/reload", RunningApi.OPERATOR, "").body())
                .isEqualTo("{\"result\":\"refused\",\"version\":\"v1\",\"after_restart\":[],"
                        + "\"findings\":[\"a is wrong\",\"b is too\"],\"warnings\":[]}");
    }

    @Test
    void theStatusTellsPlanFailureAndHealth() throws Exception {
        assertThat(api.get("/v1/operator/status", RunningApi.OPERATOR).body())
                .isEqualTo("{\"node\":\"node-1\",\"version\":\"0.1\",\"started_at\":\"1970-01-01T00:00:00Z\","
                        + "\"uptime_seconds\":5400,\"live_calls\":7,\"checks\":[{\"name\":\"store\",\"status\":\"ok\",\"message\":\"The"
                        + " store answers.\"}],"
                        + "\"plan\":{\"version\":\"v1\",\"loaded_at\":\"1970-01-01T00:01:00Z\",\"file\":\"ringtrace.yaml\","
                        + "\"trunks\":1,\"gateways\":2,\"routes\":3,\"static_numbers\":4,\"bad\":true,"
                        + "\"after_restart\":[\"http\"],\"last_failure\":{\"at\":\"1970-01-01T00:02:00Z\",\"findings\":[\"ringtrace.yaml:1:1:"
                        + " expected YAML\"]},"
                        + "\"rolled_back_from\":\"v2\",\"changes\":[\"- route for +1\"],"
                        + "\"warnings\":[\"ringtrace.yaml:3:7: warning: expected another\"]}}");
    }

    @Test
    void trunksAndGatewaysOfThePlanInForce() throws Exception {
        assertThat(api.get("/v1/operator/trunks", RunningApi.OPERATOR).body())
                .isEqualTo("{\"trunks\":[{\"name\":\"acme\",\"source_networks\":[\"203.0.113.0/24\"],"
                        + "\"default_destination\":\"+12135550100\"},{\"name\":\"bell\",\"source_networks\":"
                        + "[\"198.51.100.7/32\",\"2001:db8::/48\"],\"default_destination\":null}]}");
        assertThat(api.get("/v1/operator/gateways", RunningApi.OPERATOR).body())
                .isEqualTo("{\"gateways\":[{\"name\":\"east\",\"address\":\"192.0.2.10:5060\",\"transport\":\"udp\","
                        + "\"silence_ms\":3000,\"state\":\"suspect\",\"since\":\"1970-01-01T00:00:00Z\","
                        + "\"reason\":\"no answer\"}]}");
        assertThat(api.get("/v1/operator/trunks", "").statusCode()).isEqualTo(401);
    }

    @Test
    void theStaticNumbersOfThePlanInForceAreListedPageByPage() throws Exception {
        assertThat(api.get("/v1/operator/static-numbers?limit=1", RunningApi.OPERATOR)
                        .body())
                .isEqualTo("{\"numbers\":[{\"number\":\"+18005550198\",\"state\":\"static\","
                        + "\"destination\":\"+12135550100\",\"campaign\":\"print-2026\","
                        + "\"source\":\"numbers/print.csv:2\"}],\"next_after\":\"+18005550198\"}");
        assertThat(api.get("/v1/operator/static-numbers?after=%2B18005550198", RunningApi.OPERATOR)
                        .body())
                .contains("+18005550199", "\"next_after\":null")
                .doesNotContain("+18005550198");
        assertThat(api.get("/v1/operator/static-numbers?limit=0", RunningApi.OPERATOR)
                        .statusCode())
                .isEqualTo(400);
        assertThat(api.get("/v1/operator/static-numbers", api.acme).statusCode())
                .isNotEqualTo(200);
    }

    @Test
    void anEarlierPlanIsPutInForceAgain() throws Exception {
        assertThat(api.get("/v1/operator/plans", RunningApi.OPERATOR).body())
                .isEqualTo("{\"plans\":[{\"version\":\"v1\",\"in_force_since\":\"1970-01-01T00:01:00Z\"}]}");
        assertThat(api.post("/v1/operator/rollback", RunningApi.OPERATOR, "").body())
                .contains("\"applied\"", "\"v0\"");
        assertThat(api.post("/v1/operator/rollback?version=v1", RunningApi.OPERATOR, "")
                        .body())
                .contains("\"v1\"");
        assertThat(api.post("/v1/operator/rollback", api.acme, "").statusCode()).isNotEqualTo(200);
    }

    @Test
    void aTrunkIsTracedForAWhile() throws Exception {
        assertThat(api.post("/v1/operator/trace?trunk=acme&seconds=600", RunningApi.OPERATOR, "")
                        .body())
                .isEqualTo("{\"traces\":[{\"trunk\":\"acme\",\"seconds_left\":600},"
                        + "{\"trunk\":\"bell\",\"seconds_left\":null}]}");
        assertThat(api.get("/v1/operator/trace", RunningApi.OPERATOR).body()).contains("600");
        assertThat(api.post("/v1/operator/trace?trunk=nobody&seconds=1", RunningApi.OPERATOR, "")
                        .statusCode())
                .isEqualTo(404);
        for (String wrong : List.of("", "?trunk=acme", "?trunk=acme&seconds=86401", "?trunk=acme&seconds=-1")) {
            assertThat(api.post("/v1/operator/trace" + wrong, RunningApi.OPERATOR, "")
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(api.get("/v1/operator/trace", api.acme).statusCode()).isNotEqualTo(200);
    }

    @Test
    void liveCallsAreListedUpToTheLimit() throws Exception {
        assertThat(api.get("/v1/operator/live", RunningApi.OPERATOR).body())
                .isEqualTo("{\"live_calls\":2,\"server_transactions\":3,\"client_transactions\":4,\"calls\":[{"
                        + "\"call_id\":\"01HF7YAYW88CCSP0AJ1R2K5NEZ\",\"state\":\"ringing\",\"trunk\":\"acme\","
                        + "\"gateway\":\"gw\",\"caller\":null,\"dialed\":\"+18005550123\","
                        + "\"began_at\":\"1970-01-01T00:00:00Z\",\"answered_at\":null,\"alive_at\":null}]}");
        assertThat(api.get("/v1/operator/live?limit=0", RunningApi.OPERATOR).body())
                .endsWith("\"calls\":[]}");
        assertThat(api.get("/v1/operator/live?limit=1001", RunningApi.OPERATOR).statusCode())
                .isEqualTo(400);
    }

    @Test
    void theWayOfACallIsExplained() throws Exception {
        assertThat(api.get(
                                "/v1/operator/route?number=+18005550123&trunk=acme&from=%2B13125550123&at=2026-12-25T17:00:00Z",
                                RunningApi.OPERATOR)
                        .body())
                .isEqualTo(
                        "{\"plan\":\"v1\",\"forwarded\":true,\"conclusion\":\"Question[number=+18005550123, trunk=acme,"
                                + " from=+13125550123, at=2026-12-25T17:00:00Z]\","
                                + "\"reasons\":[{\"said\":\"it comes by acme\",\"source\":\"ringtrace.yaml:3\"}]}");
        for (String wrong : List.of("", "?number=1&at=noon", "?number=1&trunk=none")) {
            assertThat(api.get("/v1/operator/route" + wrong, RunningApi.OPERATOR)
                            .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void theNumbersThatTheStoreOwnsAreTold() throws Exception {
        String path = "/v1/operator/owned-numbers";
        assertThat(api.post(path, RunningApi.OPERATOR, "{\"numbers\":[\"+18005550123\",\"+18005550124\"]}")
                        .body())
                .isEqualTo("{\"owned\":[{\"number\":\"+18005550123\",\"state\":\"pooled\"}]}");
        for (String wrong : List.of("{}", "{\"numbers\":[]}", "{\"numbers\":[\"911\"]}", "{\"number\":1}", "[]")) {
            assertThat(api.post(path, RunningApi.OPERATOR, wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(api.post(path, api.acme, "{\"numbers\":[\"+18005550123\"]}").statusCode())
                .isNotEqualTo(200);
    }

    @Test
    void onlyTheOperatorMayAsk() throws Exception {
        assertThat(api.post("/v1/operator/reload", api.acme, "").statusCode()).isNotEqualTo(200);
        assertThat(api.get("/v1/operator/status", "").statusCode()).isEqualTo(401);
    }
}

package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ringtrace.attribution.Accounts;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Endpoint;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@DisplayName("Who is let in where")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {
    private RunningApi api;

    @BeforeAll
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private int status(Endpoint endpoint, String token) throws Exception {
        String path = endpoint.path()
                .replace(":date", "2018-11-01")
                .replace(":network", "acme")
                .replace(":advertiser", "adv")
                .replace(":campaign", "camp")
                .replace(":callId", "x")
                // It would not end.
                .replace("/v1/calls/stream", "/v1/calls/stream?last_event_id=x")
                .replace(":field", "mood")
                .replace(":number", "+12125550142")
                .replace(":id", "16");
        String body = endpoint.method().equals("GET") || endpoint.method().equals("DELETE") ? "" : "{}";
        return api.send(
                        endpoint.method(),
                        path,
                        token,
                        body,
                        "Content-Type",
                        endpoint.path().endsWith("operator/numbers") ? "text/csv" : "application/json")
                .statusCode();
    }

    @Test
    void everyEndpointKnowsItsCallers() throws Exception {
        for (Endpoint endpoint : api.api.endpoints()) {
            int nobody = status(endpoint, "");
            int stranger = status(endpoint, "guessed");
            int own = status(endpoint, api.acme);
            int foreign = status(endpoint, api.other);
            int operator = status(endpoint, RunningApi.OPERATOR);
            int[] all = {nobody, stranger, own, foreign, operator};
            switch (endpoint.access()) {
                case PUBLIC -> assertThat(all).as(endpoint.path()).containsOnly(200);
                case SITE -> assertThat(all).as(endpoint.path()).containsOnly(403);
                case POOL_KEY ->
                    assertThat(all)
                            .as(endpoint.path())
                            .containsOnly(endpoint.method().equals("GET") ? 403 : 400);
                case NETWORK -> {
                    assertThat(new int[] {nobody, stranger, operator})
                            .as(endpoint.path())
                            .containsOnly(401);
                    assertThat(own).as(endpoint.path()).isNotEqualTo(401);
                    if (endpoint.path().contains(":network")) {
                        assertThat(foreign).as(endpoint.path()).isEqualTo(404);
                    }
                }
                case NETWORK_OR_OPERATOR -> {
                    assertThat(new int[] {nobody, stranger}).as(endpoint.path()).containsOnly(401);
                    assertThat(new int[] {own, foreign, operator})
                            .as(endpoint.path())
                            .doesNotContain(401, 403);
                }
                case OPERATOR -> {
                    assertThat(new int[] {nobody, stranger, own, foreign})
                            .as(endpoint.path())
                            .containsOnly(401);
                    assertThat(operator).as(endpoint.path()).isNotEqualTo(401);
                }
            }
        }
    }

    @Test
    void aKeyIsNotWrongWhenTheAccountsBecomeKnownWhileItIsLookedUp() throws Exception {
        try (RunningApi starting = new RunningApi()) {
            starting.account.forgetUntilAsked();
            assertThat(starting.get(RunningApi.CAMPAIGN + "/ring_pools.json", starting.acme)
                            .statusCode())
                    .isEqualTo(503);
            assertThat(starting.get(RunningApi.CAMPAIGN + "/ring_pools.json", starting.acme)
                            .statusCode())
                    .as("afterwards, a token that nobody has")
                    .isEqualTo(401);
        }
    }

    @Test
    void aKeyIsNotWrongWhileTheAccountsAreNotKnownYet() throws Exception {
        try (RunningApi starting = new RunningApi()) {
            starting.account.forget();
            for (Endpoint endpoint : starting.api.endpoints()) {
                if (endpoint.access() == Access.PUBLIC || endpoint.access() == Access.OPERATOR) {
                    continue;
                }
                HttpResponse<String> answer = starting.send(
                        endpoint.method(),
                        endpoint.path()
                                .replace(":date", "2018-11-01")
                                .replace(":network", "acme")
                                .replace(":", ""),
                        starting.acme,
                        endpoint.method().equals("GET") || endpoint.method().equals("DELETE") ? "" : "{}");
                assertThat(answer.statusCode()).as(endpoint.path()).isEqualTo(503);
                assertThat(answer.headers().firstValue("retry-after")).hasValue("2");
            }
            assertThat(starting.get("/v1/operator/status", RunningApi.OPERATOR).statusCode())
                    .isEqualTo(200);
            assertThat(starting.get("/v1/operator/status", starting.acme).statusCode())
                    .isEqualTo(401);
            assertThat(starting.get("/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aTokenMayStandInTheHeaderBareOrInTheQuery() throws Exception {
        assertThat(api.get("/v1/calls?oauth_token=" + api.acme).statusCode()).isEqualTo(200);
        assertThat(api.send("GET", "/v1/calls", "", "", "Authorization", api.acme)
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.send("GET", "/v1/calls", "", "", "Authorization", "bEARER  " + api.acme)
                        .statusCode())
                .isEqualTo(200);
        assertThat(api.send("GET", "/v1/calls", "", "", "Authorization", "Basic " + api.acme)
                        .statusCode())
                .isEqualTo(401);
        // A wrong header is not made good by the query.
        assertThat(api.send("GET", "/v1/calls?oauth_token=" + api.acme, "", "", "Authorization", "Bearer x")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    @DisplayName("a token that is wrong in whatever way takes one look-up, and what it opens elsewhere is not told")
    void everyWrongTokenTakesTheSameWork() throws Exception {
        String reads = api.account.createToken("acme", "report", Accounts.TokenScope.READ);
        String revoked = api.account.createToken("acme", "lost");
        assertThat(api.account.revokeToken(
                        "acme", api.account.tokens("acme", 100).getLast().id()))
                .isTrue();
        String pools = RunningApi.CAMPAIGN + "/ring_pools.json";
        String unknown = "rt_" + "A".repeat(43);
        HttpResponse<String> first = knock("GET", pools, unknown);
        assertThat(first.statusCode()).isEqualTo(401);
        for (String token : List.of(revoked, "guessed", api.acme + "x", RunningApi.OPERATOR)) {
            HttpResponse<String> answer = knock("GET", pools, token);
            assertThat(answer.statusCode()).as(token).isEqualTo(401);
            assertThat(answer.body()).as(token).isEqualTo(first.body());
        }
        // Another network is not told from none.
        HttpResponse<String> foreign = knock("GET", pools, api.other);
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(knock("GET", pools.replace("acme", "none"), api.other).body())
                .isEqualTo(foreign.body());
        assertThat(knock("POST", pools, reads).statusCode()).isEqualTo(403);
    }

    /** Sends it with a token, which is looked up once. */
    private HttpResponse<String> knock(String method, String path, String token) throws Exception {
        int before = api.account.keyLookUps;
        HttpResponse<String> answer = api.send(method, path, token, method.equals("GET") ? "" : "{}");
        assertThat(api.account.keyLookUps - before).as(token).isEqualTo(1);
        return answer;
    }

    @Test
    @DisplayName(
            "a pool key that is wrong in whatever way takes one look-up, and the answer says no more than what was sent")
    void everyWrongPoolKeyTakesTheSameWork() throws Exception {
        for (String pool : List.of("16", "none")) {
            for (String key : List.of("", "guessed", RunningApi.KEY + "x", "key-other-17", "k".repeat(100))) {
                int before = api.pools.keyLookUps;
                HttpResponse<String> answer =
                        api.get("/api/2013-07-01/ring_pools/" + pool + "/allocate_number.json?ring_pool_key=" + key);
                assertThat(api.pools.keyLookUps - before).as(pool + " " + key).isEqualTo(1);
                assertThat(answer.statusCode()).isEqualTo(403);
                assertThat(answer.body())
                        .isEqualTo("InvalidKey: API Key '" + key + "' is not valid for resource '" + pool + "'");
            }
        }
    }

    @Test
    @DisplayName("a site that there is not, and one that is another page's, are not told apart")
    void everyWrongSiteTakesTheSameWork() throws Exception {
        String site = api.account
                .createSite("acme", List.of("https://shop.example.org"))
                .id();
        List<String> bodies = new ArrayList<>();
        for (String id : List.of(site, "site_none")) {
            int before = api.account.keyLookUps;
            HttpResponse<String> answer = api.send(
                    "POST",
                    "/v1/sites/" + id + "/leases",
                    "",
                    "{\"requests\":[{\"destination\":\"+18005550199\"}]}",
                    "Content-Type",
                    "text/plain",
                    "Origin",
                    "https://evil.example.org");
            assertThat(api.account.keyLookUps - before)
                    .as("once for the answer, once for who may read it")
                    .isEqualTo(2);
            assertThat(answer.statusCode()).isEqualTo(403);
            bodies.add(answer.body());
        }
        assertThat(bodies.getFirst()).isEqualTo(bodies.getLast());
    }

    @Test
    void anUnauthorizedAnswerSaysHowToAuthorize() throws Exception {
        HttpResponse<String> answer = api.get("/v1/calls");
        assertThat(answer.headers().firstValue("www-authenticate")).hasValue("Bearer");
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":{\"code\":\"unauthorized\",\"message\":\"A token is needed: Authorization: Bearer <token>.\"}}");
    }

    @Test
    void withoutAnOperatorTokenNobodyIsTheOperator() throws Exception {
        HttpApi closed = new HttpApi(
                HttpSettings.at("127.0.0.1", 0),
                new HttpPorts(
                        api.pools,
                        api.pools,
                        api.sizes,
                        api.account,
                        api.account,
                        api.account,
                        api.account,
                        api.marketing,
                        api.destinations,
                        api.destinations,
                        api.records.ports(),
                        new NoHealth(),
                        new InMemoryOperations()),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                new byte[0]);
        try (closed;
                HttpClient client = HttpClient.newHttpClient()) {
            int port = closed.start();
            assertThat(client.send(
                                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                            .header("Authorization", "Bearer ")
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    private static final class NoHealth implements Health {
        @Override
        public List<Check> live() {
            return List.of();
        }

        @Override
        public List<Check> ready() {
            return List.of();
        }
    }
}

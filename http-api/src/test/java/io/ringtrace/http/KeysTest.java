package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The life of tokens and pool keys")
class KeysTest {
    private static final String TOKENS = "/v1/operator/tokens";

    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private HttpResponse<String> post(String path, String token) throws Exception {
        return api.post(path, token, "");
    }

    @Test
    void tokensAreListedWithoutTheirSecrets() throws Exception {
        HttpResponse<String> answer = api.get(TOKENS + "?network=acme", RunningApi.OPERATOR);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"tokens\":[{\"id\":1,\"name\":\"test\",\"scope\":\"manage\",\"created_at\":\"1970-01-01T00:00:00Z\",\"revoked_at\":null}]}");
        assertThat(api.get(TOKENS + "?network=none", RunningApi.OPERATOR).statusCode())
                .isEqualTo(404);
        assertThat(api.get(TOKENS + "?network=acme", api.acme).statusCode()).isEqualTo(401);
    }

    @Test
    void aRevokedTokenOpensNothingAndStaysRevoked() throws Exception {
        assertThat(api.get("/v1/calls", api.acme).statusCode()).isEqualTo(200);
        assertThat(post(TOKENS + "/1/revoke?network=other", RunningApi.OPERATOR).statusCode())
                .isEqualTo(404);
        assertThat(post(TOKENS + "/1/revoke?network=acme", RunningApi.OPERATOR).body())
                .isEqualTo("{\"id\":1,\"revoked\":true}");
        assertThat(api.get("/v1/calls", api.acme).statusCode()).isEqualTo(401);
        assertThat(api.get(TOKENS + "?network=acme", RunningApi.OPERATOR).body())
                .contains("\"revoked_at\":\"1970-01-01T00:00:01Z\"");
        for (String what : new String[] {"/1/revoke", "/1/rotate", "/99/rotate", "/x/revoke"}) {
            assertThat(post(TOKENS + what + "?network=acme", RunningApi.OPERATOR)
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void aRotatedTokenOpensByItsNewSecretOnly() throws Exception {
        assertThat(post(TOKENS + "/1/rotate?network=acme", RunningApi.OPERATOR).body())
                .isEqualTo("{\"id\":1,\"token\":\"" + api.acme + "-new\"}");
        assertThat(api.get("/v1/calls", api.acme).statusCode()).isEqualTo(401);
        assertThat(api.get("/v1/calls", api.acme + "-new").statusCode()).isEqualTo(200);
    }

    @Test
    void aPoolsKeyIsRotatedByItsOwnNetworkOnly() throws Exception {
        api.pools.give("acme", "16", null, "+18005550123");
        assertThat(post("/v1/pools/16/key", api.acme).body())
                .isEqualTo("{\"pool\":\"16\",\"api_key\":\"" + RunningApi.KEY + "-new\"}");
        String allocate = "/api/2018-11-01/ring_pools/16/allocate_number.json?ring_pool_key=";
        assertThat(api.get(allocate + RunningApi.KEY).statusCode()).isEqualTo(403);
        assertThat(api.get(allocate + RunningApi.KEY + "-new").statusCode()).isEqualTo(200);
        assertThat(api.get(allocate + "key-other-16").statusCode()).isNotEqualTo(403);
        assertThat(post("/v1/pools/17/key", api.acme).statusCode()).isEqualTo(404);
        assertThat(post("/v1/pools/16/key?network=other", api.acme).statusCode())
                .isEqualTo(404);
        assertThat(post("/v1/pools/16/key", RunningApi.OPERATOR).statusCode()).isEqualTo(404);
        assertThat(post("/v1/pools/16/key?network=acme", RunningApi.OPERATOR).statusCode())
                .isEqualTo(200);
        assertThat(api.get(allocate + RunningApi.KEY + "-new").statusCode()).isEqualTo(403);
    }

    @Test
    void aPoolsRevokedKeyOpensNothingUntilItGetsAnother() throws Exception {
        api.pools.give("acme", "16", null, "+18005550123");
        String allocate = "/api/2018-11-01/ring_pools/16/allocate_number.json?ring_pool_key=";
        HttpResponse<String> wrong = api.get(allocate + "another");
        assertThat(post("/v1/pools/16/key/revoke?network=other", api.acme).statusCode())
                .isEqualTo(404);
        assertThat(post("/v1/pools/16/key/revoke", api.acme).body()).isEqualTo("{\"pool\":\"16\",\"revoked\":true}");
        assertThat(api.get(allocate + RunningApi.KEY).statusCode()).isEqualTo(403);
        assertThat(api.get(allocate + RunningApi.KEY).body())
                .isEqualTo(wrong.body().replace("another", RunningApi.KEY));
        assertThat(api.get(allocate).statusCode()).isEqualTo(403);
        assertThat(api.get("/v1/pool-keys", api.acme).body())
                .contains("{\"pool\":\"16\",\"advertiser\":\"adv\",\"campaign\":\"camp\","
                        + "\"revoked_at\":\"1970-01-01T00:00:01Z\"}");
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools/16.json", api.acme)
                        .body())
                .contains("\"api_key\":null,\"api_key_revoked_at\":\"1970-01-01T00:00:01Z\"");
        for (String path : new String[] {"/v1/pools/16/key/revoke", "/v1/pools/17/key/revoke"}) {
            assertThat(post(path, api.acme).statusCode()).isEqualTo(404);
        }
        assertThat(post("/v1/pools/16/key", api.acme).body()).isEqualTo("{\"pool\":\"16\",\"api_key\":\"-new\"}");
        assertThat(api.get(allocate + "-new").statusCode()).isEqualTo(200);
        assertThat(api.get("/v1/pool-keys?after=15", api.acme).body()).contains("\"revoked_at\":null");
        assertThat(api.get("/v1/pool-keys?after=16", api.acme).body())
                .isEqualTo("{\"pool_keys\":[],\"next_after\":null}");
    }
}

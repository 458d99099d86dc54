package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What cannot be served gets a clear answer and changes nothing")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedRequestTest {
    private RunningApi api;

    @BeforeAll
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[]",
                "null",
                "\"text\"",
                "{\"requests\":[]}",
                "{\"requests\":{}}",
                "{\"requests\":\"x\"}",
                "{\"requests\":[1],\"requests\":[2]}",
                "{\"requests\":[1]} trailing",
                "{\"requests\":[[[[[[[[[[1]]]]]]]]]]}",
                "{requests:[1]}",
                "{\"requests\":[NaN]}",
                "{\"requests\":[100000000000000000000000000000000000000000]}"
            })
    void jsonThatIsNotWhatIsNeededIs400(String body) throws Exception {
        for (String path : new String[] {"/v1/leases", "/api/2013-07-01/bulk.json"}) {
            HttpResponse<String> answer = api.post(path, api.acme, body);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(answer.body()).startsWith("{\"error").doesNotContain("tools.jackson", "Exception");
        }
        assertThat(api.pools.asked).isEmpty();
    }

    @Test
    void tooLongStringsInsideJsonAre400() throws Exception {
        assertThat(api.post("/v1/leases", api.acme, "{\"requests\":[\"" + "x".repeat(20_000) + "\"]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(api.post(
                                "/v1/leases",
                                api.acme,
                                "{\"requests\":[{\"pool\":\"16\",\"marketing_data\":{\"a\":\"" + "x".repeat(10_240)
                                        + "\"}}]}")
                        .body())
                .contains("invalid_marketing_data");
        assertThat(api.pools.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET    | /nothing                                                       | 404 | not_found
                    GET    | /api/2018-11-01/ring_pools/16                                  | 404 | not_found
                    GET    | /api/yesterday/ring_pools/16/allocate_number.json              | 404 | RecordNotFound
                    GET    | /v1/calls/%00                                                  | 404 | record_not_found
                    GET    | /openapi.yaml/..%2f..%2fetc%2fpasswd                           | 404 | not_found
                    GET    | /v1/leases                                                     | 405 | method_not_allowed
                    PATCH  | /v1/calls                                                      | 405 | method_not_allowed
                    DELETE | /api/2013-07-01/bulk.json                                      | 405 | method_not_allowed
                    GET    | /api/2018-11-01/ring_pools/16/allocate_number.json?a=%zz       | 400 | malformed
                    GET    | /v1/calls?from=%zz                                             | 400 | wrong escape
                    GET    | /api/2018-11-01/ring_pools/16/allocate_number.json?ring_pool_key=key-acme-16&visitor_id=%0a | 400 | InvalidVisitor
                    GET    | /api/2018-11-01/ring_pools/16/allocate_number.json?ring_pool_key=key-acme-16&a=%00          | 400 | InvalidMarketingData
                    GET    | /api/2018-11-01/ring_pools/16'%20OR%20'1'='1/allocate_number.json?ring_pool_key=key-acme-16  | 403 | InvalidKey
                    GET    | /api/2018-11-01/ring_pools/16/allocate_number.json                                          | 403 | InvalidKey
                    """)
    void pathsAndQueries(String method, String path, int status, String says) throws Exception {
        String answer = raw(method + " " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + api.acme
                + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        if (!says.equals("malformed")) {
            assertThat(answer).contains(says);
        }
        assertThat(answer).doesNotContain("Exception", "at io.");
        assertThat(api.pools.asked).isEmpty();
    }

    @Test
    void notAllowedSaysWhatIs() throws Exception {
        HttpResponse<String> answer = api.send("PUT", "/v1/operator/numbers", RunningApi.OPERATOR, "");
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).hasValue("GET, POST");
    }

    @Test
    void anotherMediaTypeIs415() throws Exception {
        assertThat(api.send("POST", "/v1/leases", api.acme, "a=b", "Content-Type", "application/x-www-form-urlencoded")
                        .body())
                .contains("unsupported_media_type", "application/json");
        assertThat(api.send("POST", "/v1/leases", api.acme, "x", "Content-Type", "multipart/form-data; boundary=y")
                        .statusCode())
                .isEqualTo(415);
    }

    @Test
    void aBodyBeyondTheLimitIs413WhetherAnnouncedOrNot() throws Exception {
        String big = "{\"requests\":[\"" + "x".repeat(1 << 20) + "\"]}";
        HttpResponse<String> answer = api.post("/v1/leases", api.acme, big);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("too_large", "1048576 bytes");
        String chunk = Integer.toHexString(big.length()) + "\r\n" + big + "\r\n0\r\n\r\n";
        assertThat(raw("POST /v1/leases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + api.acme
                        + "\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk))
                .startsWith("HTTP/1.1 413 ");
        // An import may be larger.
        assertThat(api.post(
                                "/v1/operator/numbers?network=acme",
                                RunningApi.OPERATOR,
                                "number\n" + "x\n".repeat(1 << 20))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void theConnectionServesOnAfterARefusedBody() throws Exception {
        String post = "POST /v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n%s\r\n{}";
        assertThat(raw(post.formatted("") + post.formatted("Connection: close\r\n"))
                        .split("HTTP/1.1 401", -1))
                .hasSize(3);
    }

    @Test
    void linesAndHeadersBeyondTheLimitsAndNonsenseAreRefused() throws Exception {
        assertThat(raw("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .contains(" 414 ", "uri_too_long");
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
                .contains(" 431 ", "headers_too_large");
        assertThat(raw("nonsense\r\n\r\n")).contains(" 400 ", "malformed_request");
    }

    @Test
    void noAnswerNamesTheServersSoftware() throws Exception {
        for (String path : new String[] {"/health/live", "/nothing", "/v1/calls"}) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .toLowerCase(Locale.ROOT))
                    .doesNotContain("server:", "x-powered-by", "vert.x", "netty");
        }
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), api.port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

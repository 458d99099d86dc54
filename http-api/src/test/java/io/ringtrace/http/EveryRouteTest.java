package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.Site;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.RequestBody;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Walks all routes of openapi.yaml, so that a new one is held to the same. */
@DisplayName("Every route that the description has")
class EveryRouteTest {
    private static final String SECRET = "only-acme-knows";
    /** The stream would not end; it is asked for what it refuses. */
    private static final String WITHOUT_END = "/v1/calls/stream?last_event_id=x";

    private static final List<String> HOSTILE = List.of(
            "' OR '1'='1",
            "\"; DROP TABLE network; --",
            "<script>alert(1)</script>",
            "../../../etc/passwd",
            "a\u0000b",
            "\u001b[31m",
            "%n%s%x",
            "${jndi:ldap://127.0.0.1/a}",
            "x".repeat(10_240));

    private RunningApi api;
    private Site site;

    /** @param takesBody whether the description has a body for it */
    record Route(String method, String path, boolean takesBody) {}

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
        site = api.account.createSite("acme", List.of("https://a.example.org"));
        api.send(
                "PUT",
                RunningApi.CAMPAIGN + "/ring_pools/" + SECRET + ".json",
                api.acme,
                "{\"name\":\"" + SECRET + "\",\"destination_phone_number\":\"+18005550177\"}");
        api.send("PUT", "/v1/marketing_data_dictionary/" + SECRET, api.acme, "{}");
        api.send("PUT", "/v1/destinations/+12125550177", api.acme, "{\"state\":\"approved\"}");
        api.post("/v1/operator/numbers?network=acme", RunningApi.OPERATOR, "number\n+12125550177\n");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private List<Route> routes() throws Exception {
        JsonNode description =
                new YAMLMapper().readTree(api.get("/openapi.yaml").body());
        List<Route> routes = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : description.get("paths").properties()) {
            for (String name : path.getValue().propertyNames()) {
                if (List.of("get", "post", "put", "delete").contains(name)) {
                    routes.add(new Route(
                            name.toUpperCase(Locale.ROOT),
                            path.getKey(),
                            path.getValue().path(name).has("requestBody")));
                }
            }
        }
        assertThat(routes).hasSizeGreaterThan(40);
        return routes;
    }

    private Endpoint endpoint(Route route) {
        return api.api.endpoints().stream()
                .filter(e -> e.method().equals(route.method())
                        && e.path().replaceAll(":([A-Za-z]+)", "{$1}").equals(route.path()))
                .findFirst()
                .orElseThrow();
    }

    /** The route's path to what acme has. */
    private String ofAcme(Route route) {
        return route.path()
                .replace("{date}", "2018-11-01")
                .replace("{network}", "acme")
                .replace("{advertiser}", "adv")
                .replace("{campaign}", "camp")
                .replace("{id}", SECRET)
                .replace("{pool}", SECRET)
                .replace("{field}", SECRET)
                .replace("{number}", "+12125550177")
                .replace("{site}", site.id())
                .replace("{token}", "1")
                .replaceAll("\\{[A-Za-z]+\\}", "x");
    }

    private HttpResponse<String> send(Route route, String path, String token, String body) throws Exception {
        RequestBody wanted = endpoint(route).body();
        String type = switch (wanted) {
            case NONE, JSON -> "application/json";
            case JSON_OF_PAGE -> "text/plain";
            case IMPORT -> "text/csv";
        };
        return api.send(
                route.method(),
                path.replaceFirst("^/v1/calls/stream\\??", WITHOUT_END + "&").replaceFirst("&$", ""),
                token,
                wanted == RequestBody.NONE ? "" : body,
                "Content-Type",
                type,
                "Origin",
                "https://a.example.org");
    }

    @Test
    void tellsAnotherNetworkNothing() throws Exception {
        for (Route route : routes()) {
            Access access = endpoint(route).access();
            if (access == Access.PUBLIC || access == Access.SITE) {
                continue;
            }
            for (String query : List.of("", "?network=acme", "?network=acme&from=2026-12-01&to=2026-12-31")) {
                HttpResponse<String> answer = send(route, ofAcme(route) + query, api.other, "{}");
                assertThat(answer.body())
                        .as("%s %s%s", route.method(), route.path(), query)
                        .doesNotContain("key-acme", "5550177", "\"" + SECRET + "\":");
                if (access == Access.OPERATOR) {
                    assertThat(answer.statusCode()).as(route.toString()).isEqualTo(401);
                } else if (route.path().contains("{network}")) {
                    assertThat(answer.statusCode()).as(route.toString()).isEqualTo(404);
                } else if (answer.statusCode() == 200 && !query.isEmpty()) {
                    // Its own, whomever it named.
                    assertThat(answer.body())
                            .as(route.toString())
                            .isEqualTo(send(route, ofAcme(route) + query.replace("=acme", "=other"), api.other, "{}")
                                    .body());
                }
            }
        }
        // What was acme's is as it was.
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools/" + SECRET + ".json", api.acme)
                        .body())
                .contains("\"name\":\"" + SECRET + "\"");
        assertThat(api.get("/v1/marketing_data_dictionary", api.acme).body()).contains(SECRET);
        assertThat(api.get("/v1/destinations", api.acme).body()).contains("+12125550177", "approved");
    }

    @Test
    void answersHostilePathsWithAClear4xx() throws Exception {
        for (Route route : routes()) {
            if (!route.path().contains("{")) {
                continue;
            }
            for (String hostile : HOSTILE) {
                String encoded =
                        URLEncoder.encode(hostile, StandardCharsets.UTF_8).replace("+", "%20");
                String path = route.path()
                        .replace("{date}", "2018-11-01")
                        .replace("{network}", "acme")
                        .replaceAll("\\{[A-Za-z]+\\}", encoded.replace("$", "\\$"));
                // A delete of what is missing does nothing, and a field may have any name that can be printed.
                if (route.method().equals("DELETE") || route.path().endsWith("/{field}") || !path.contains(encoded)) {
                    continue;
                }
                clear(route, send(route, path, token(route), "{}"), hostile);
            }
        }
    }

    @Test
    void answersMalformedBodiesWithAClear4xx() throws Exception {
        List<String> bodies = List.of(
                "{",
                "[]",
                "null",
                "7",
                "\"text\"",
                "{\"a\":1,\"a\":2}",
                "{\"unknown-to-all\":1}",
                "{\"network\":{},\"name\":[],\"numbers\":\"x\",\"requests\":7,\"origins\":{},\"state\":7}",
                "{\"requests\":[],\"network\":7,\"type\":[],\"unknown_fields\":{},\"name\":{}}",
                "{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}",
                "{\"x\":\"" + "y".repeat(20_000) + "\"}",
                "\u0000\u0001\u0002");
        for (Route route : routes()) {
            if (!route.takesBody()) {
                continue;
            }
            for (String body : bodies) {
                clear(route, send(route, ofAcme(route) + "?network=acme", token(route), body), body);
            }
        }
        assertThat(api.pools.asked).isEmpty();
        assertThat(api.get(RunningApi.CAMPAIGN + "/ring_pools/" + SECRET + ".json", api.acme)
                        .body())
                .contains("\"name\":\"" + SECRET + "\"");
        assertThat(api.get("/v1/destination_rule", api.acme).body())
                .isEqualTo("{\"area_codes\":[],\"countries\":[\"1\"]}");
    }

    @Test
    void answersHugeBodiesWith413() throws Exception {
        String huge = "{\"x\":\"" + "y".repeat(1 << 20) + "\"}";
        String hugeFile = "y".repeat((10 << 20) + 1);
        for (Route route : routes()) {
            if (endpoint(route).body() != RequestBody.NONE) {
                HttpResponse<String> answer = send(
                        route,
                        ofAcme(route) + "?network=acme",
                        token(route),
                        endpoint(route).body() == RequestBody.IMPORT ? hugeFile : huge);
                assertThat(answer.statusCode()).as(route.toString()).isEqualTo(413);
            }
        }
    }

    @Test
    void refusesEveryTokenThatIsNoneOfIts() throws Exception {
        for (Route route : routes()) {
            Access access = endpoint(route).access();
            if (access == Access.PUBLIC || access == Access.SITE || access == Access.POOL_KEY) {
                continue;
            }
            for (String token : List.of("guessed", api.acme + "x", "rt_" + "A".repeat(43), "x".repeat(300))) {
                assertThat(send(route, ofAcme(route), token, "{}").statusCode())
                        .as(route + " " + token)
                        .isEqualTo(401);
            }
        }
    }

    private String token(Route route) {
        return switch (endpoint(route).access()) {
            case PUBLIC, POOL_KEY, SITE -> "";
            case NETWORK, NETWORK_OR_OPERATOR -> api.acme;
            case OPERATOR -> RunningApi.OPERATOR;
        };
    }

    private static void clear(Route route, HttpResponse<String> answer, String sent) {
        if (answer.statusCode() == 200 && route.method().equals("GET")) {
            // A list of what nobody has.
            assertThat(answer.body()).as(route.toString()).doesNotContain(SECRET, "key-acme", "5550177");
            return;
        }
        String told = sent.length() > 60 ? sent.substring(0, 60) + "…" : sent;
        assertThat(answer.statusCode())
                .as("%s %s %s: %s", route.method(), route.path(), told, answer.body())
                .isBetween(400, 499);
        assertThat(answer.body())
                .as("%s %s %s", route.method(), route.path(), told)
                .isNotEmpty()
                .doesNotContain("Exception", "at io.", "tools.jackson", "SELECT ");
        assertThat(answer.headers().firstValue("content-type").orElse("")).doesNotContain("html");
    }
}

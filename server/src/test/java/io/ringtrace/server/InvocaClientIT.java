package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that knows nothing but Invoca's public documentation of its RingPool, bulk and RingPool management interfaces, and the host name.
 * Its requests are the documented examples.
 */
@DisplayName("A client written for Invoca's interface")
class InvocaClientIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private static Path folder;

    private static SampleHouse house;
    private static InvocaClient client;

    @BeforeAll
    static void open() throws Exception {
        house = new SampleHouse(folder);
        house.start();
        house.awaitReady(Duration.ofSeconds(90));
        Path numbers = folder.resolve("numbers.csv");
        StringBuilder csv = new StringBuilder("number\n");
        for (int i = 0; i < 40; i++) {
            csv.append("+1888555").append(String.format("%04d", 1000 + i)).append('\n');
        }
        Files.writeString(numbers, csv);
        house.importAccount(numbers);
        client = new InvocaClient("http://localhost:" + house.http().getPort(), house.token());
    }

    @AfterAll
    static void close() {
        client.close();
        house.close();
    }

    /** As its author wrote it, from the documentation. */
    private static final class InvocaClient implements AutoCloseable {
        private final HttpClient http = HttpClient.newHttpClient();
        private final String base;
        private final String token;

        InvocaClient(String base, String token) {
            this.base = base;
            this.token = token;
        }

        HttpResponse<String> manage(String method, String path, String body) throws Exception {
            return send(HttpRequest.newBuilder(URI.create(base + "/api/2019-05-01/" + SampleHouse.NETWORK
                            + "/advertisers/" + SampleHouse.ADVERTISER + "/advertiser_campaigns/" + SampleHouse.CAMPAIGN
                            + path))
                    .header("Authorization", token)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body.isEmpty()
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body)));
        }

        HttpResponse<String> allocate(String pool, String format, String query) throws Exception {
            return send(HttpRequest.newBuilder(URI.create(
                    base + "/api/2013-07-01/ring_pools/" + pool + "/allocate_number." + format + "?" + query)));
        }

        HttpResponse<String> bulk(String body) throws Exception {
            return send(HttpRequest.newBuilder(URI.create(base + "/api/2013-07-01/bulk.json"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body)));
        }

        private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
            return http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        }

        @Override
        public void close() {
            http.close();
        }
    }

    private static String key(HttpResponse<String> pool) {
        return JSON.readTree(pool.body()).path("api_key").asString();
    }

    @Test
    void createsReadsUpdatesAndDeletesARingPool() throws Exception {
        HttpResponse<String> created = client.manage("POST", "/ring_pools.json", """
                {
                  "id_from_network": "12",
                  "local_center": { "tn_prefix":"", "zipcode": "", "latitude": 30, "longitude": -130 },
                  "local_number_preferences": { "search_radius_miles": 20,
                                                "restrict_search_to_state": true,
                                                "allocation_fallback_strategy": "Wait" },
                  "preferred": true,
                  "name": "Invoca Example RingPool",
                  "max_pool_size": 15,
                  "lifetime_seconds": 1800,
                  "fill_immediately": false,
                  "allow_overflow": true,
                  "destination_phone_number": "888-111-2222"
                }""");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        JsonNode pool = JSON.readTree(created.body());
        assertThat(pool.path("id").isIntegralNumber()).isTrue();
        assertThat(pool.path("id_from_network").asString()).isEqualTo("12");
        assertThat(pool.path("object_url").isString()).isTrue();
        assertThat(pool.path("preferred").asBoolean()).isTrue();
        assertThat(pool.path("lifetime_seconds").asInt()).isEqualTo(1800);
        assertThat(pool.path("max_pool_size").asInt()).isEqualTo(15);
        assertThat(pool.path("api_key").asString()).isNotEmpty();
        assertThat(pool.path("fill_immediately").asBoolean()).isFalse();
        assertThat(pool.path("allow_overflow").asBoolean()).isTrue();
        assertThat(pool.path("local_number_preferences")
                        .path("allocation_fallback_strategy")
                        .asString())
                .isEqualTo("Wait");
        assertThat(pool.path("local_center").path("longitude").asInt()).isEqualTo(-130);

        HttpResponse<String> updated = client.manage("PUT", "/ring_pools/12.json", """
                {
                  "id_from_network": "12",
                  "preferred": true,
                  "name": "Invoca Example RingPool Updated",
                  "max_pool_size": 15,
                  "lifetime_seconds": 1800
                }""");
        assertThat(updated.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(updated.body()).path("name").asString()).isEqualTo("Invoca Example RingPool Updated");
        assertThat(client.manage("GET", "/ring_pools/12.json", "").body()).isEqualTo(updated.body());
        HttpResponse<String> all = client.manage("GET", "/ring_pools.json", "");
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(all.body()).isArray()).isTrue();
        assertThat(all.body()).contains(updated.body());

        for (int i = 0; i < 2; i++) {
            HttpResponse<String> deleted = client.manage("DELETE", "/ring_pools/12.json", "");
            assertThat(deleted.statusCode()).isEqualTo(200);
            assertThat(deleted.body()).isEqualTo("{}");
        }
    }

    @Test
    void isToldOfABadKeyInTheLocalCentre() throws Exception {
        HttpResponse<String> refused = client.manage("POST", "/ring_pools.json", """
                {
                  "id_from_network": "395",
                  "preferred": "true",
                  "name": "India DNP",
                  "max_pool_size": "3",
                  "local_center": {"bad_key": ""},
                  "tn_prefix_whitelist": ["455"]
                }""");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body())
                .isEqualTo(
                        "{\"errors\":{\"class\":\"RecordInvalid\",\"invalid_data\":\"Invalid Key in Local Center.\"}}");
        HttpResponse<String> made = client.manage("POST", "/ring_pools.json", """
                {
                  "id_from_network": "395",
                  "preferred": "true",
                  "name": "India DNP",
                  "max_pool_size": "3",
                  "local_center": {"latitude": 45, "longitude": 45},
                  "tn_prefix_whitelist": ["455"],
                  "destination_phone_number": "888-111-2222",
                  "allow_overflow": false
                }""");
        assertThat(made.statusCode()).as(made.body()).isBetween(200, 201);
        // No local number serves; the fallback fills it with toll-free ones.
        assertThat(JSON.readTree(made.body()).path("pool_size").asInt()).isPositive();
    }

    @Test
    void allocatesInThreeFormats() throws Exception {
        HttpResponse<String> pool = client.manage("POST", "/ring_pools.json", """
                {"id_from_network":"16","name":"Three","max_pool_size":4,"fill_immediately":true,"allow_overflow":true,
                "destination_phone_number":"888-111-2222"}""");
        String query = "ring_pool_key=" + key(pool) + "&param1=a&landing_page=https%3A%2F%2Fwww.example.org%2F";
        HttpResponse<String> json = client.allocate("16", "json", query);
        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(json.body())
                .matches(
                        "\\{\"promo_number_formatted\":\"888-555-1\\d{3}\",\"tracking_url\":\"\",\"promo_number\":\"8885551\\d{3}\"}");
        assertThat(client.allocate("16", "xml", query).body()).matches("""
                        <\\?xml version="1.0" encoding="UTF-8"\\?>
                        <Response>
                          <PromoNumberFormatted>888-555-1\\d{3}</PromoNumberFormatted>
                          <PromoNumber>8885551\\d{3}</PromoNumber>
                          <TrackingUrl></TrackingUrl>
                        </Response>
                        """);
        assertThat(client.allocate("16", "csv", query).body())
                .matches("PromoNumberFormatted,PromoNumber,TrackingUrl\n888-555-1\\d{3},8885551\\d{3},\n");
        assertThat(client.allocate("16", "json", query).body()).endsWith(",\"overflow\":true}");
        assertThat(client.allocate("1", "json", "ring_pool_key=A329F4DC002168").body())
                .isEqualTo("InvalidKey: API Key 'A329F4DC002168' is not valid for resource '1'");
        assertThat(client.allocate("1", "xml", "ring_pool_key=A329F4DC002168").body())
                .contains("""
                        <Error>
                          <Class>InvalidKey</Class>
                          <Message>API Key 'A329F4DC002168' is not valid for resource '1'</Message>
                        </Error>""");
    }

    @Test
    void allocatesInBulkInTheOrderOfItsRequests() throws Exception {
        HttpResponse<String> pool = client.manage("POST", "/ring_pools.json", """
                {"id_from_network":"77","name":"Bulk","max_pool_size":2,"fill_immediately":true,"allow_overflow":true,
                "destination_phone_number":"888-111-2222"}""");
        String key = key(pool);
        HttpResponse<String> answer = client.bulk("""
                {"requests":[
                  {"api_suffix":"77/allocate_number.json?ring_pool_key=%s&m1=autos&m2=ford","request_id":"193C5F"},
                  {"api_suffix":"1/allocate_number.json?ring_pool_key=A329F4DC002168&m1=antiques","request_id":"58CD4F"},
                  {"api_suffix":"77/allocate_number.json?ring_pool_key=%s&m1=electronics","request_id":"E3901B"}
                ]}""".formatted(key, key));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("processing-time").orElse("")).matches("\\d+");
        assertThat(answer.body())
                .matches(
                        "\\{\"responses\":\\["
                                + "\\{\"request_id\":\"193C5F\",\"promo_number_formatted\":\"888-555-1\\d{3}\",\"promo_number\":\"8885551\\d{3}\",\"tracking_url\":\"\"},"
                                + "\\{\"request_id\":\"58CD4F\",\"error_class\":\"InvalidKey\",\"message\":\"API Key 'A329F4DC002168' is not valid for resource '1'\"},"
                                + "\\{\"request_id\":\"E3901B\",\"promo_number_formatted\":\"888-555-1\\d{3}\",\"promo_number\":\"8885551\\d{3}\",\"tracking_url\":\"\",\"overflow\":true}]}");
    }
}

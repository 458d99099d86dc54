package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.command.OperatorClient;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** On a real server and database. That every route is held to the same, whatever is sent, is shown in http-api's EveryRouteTest. */
@DisplayName("Requests of people who mean harm")
class HostileRequestsIT {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String ORIGIN = "https://shop.example.org";
    private static final String CAMPAIGN = SampleHouse.POOLS.replace("/ring_pools.json", "");

    /** Of each field's wrong values the suite takes some, others with each field. */
    private static final int EVERY = Scale.of(4, 1);

    private static final List<String> TEXTS = List.of(
            "",
            "' OR '1'='1",
            "\"; DROP TABLE network; --",
            "1); DELETE FROM promo_number; --",
            "<script>alert(1)</script>",
            "\u0000",
            "a\u0008\u001b[31mb",
            "line\r\nSet-Cookie: a=b",
            "\ud83d\ude00 \u202e\u0301",
            "\ud800b",
            "%n%s%x",
            "${jndi:ldap://127.0.0.1/a}",
            "x".repeat(300),
            "x".repeat(10_240),
            "99999999999999999999",
            "-1");

    /** Half of a character: nothing that has an encoding, yet JSON can write it. */
    private static final String HALF = "\ud800";

    private static final List<JsonNode> VALUES = values();

    /** What a request that was refused must not have changed. */
    private static final String ACCOUNT =
            "network, advertiser, campaign, network_token, site, ring_pool, ring_pool_setting, bank_number,"
                    + " sms_number, rate_center, exchange, promo_number, lease, marketing_field, destination, zip_code, webhook";

    /**
     * A request that is right as it stands.
     *
     * @param route as the description has it
     */
    private record Write(String method, String route, String path, Who who, String type, String body) {}

    private enum Who {
        NETWORK,
        OPERATOR,
        PAGE,
        NOBODY
    }

    @TempDir
    private static Path folder;

    private static SampleHouse house;
    private static final HttpClient http = HttpClient.newHttpClient();
    private static final AtomicInteger refused = new AtomicInteger();
    private static final AtomicInteger taken = new AtomicInteger();

    @BeforeAll
    static void open() throws Exception {
        house = OpenHouse.in(folder);
        StringBuilder csv = new StringBuilder("number\n");
        for (int i = 0; i < 60; i++) {
            csv.append("+18885550%d%n".formatted(100 + i));
        }
        house.importAccount(Files.writeString(folder.resolve("numbers.csv"), csv));
        house.makePool("spring", "toll_free", "+12125550190", 4);
        house.makePool("summer", "toll_free", "+12125550190", 4);
        house.makePool("kept", "toll_free", "+12125550191", 4);
    }

    @AfterAll
    static void close() throws Exception {
        http.close();
        house.close();
        if (refused.get() > 0) {
            Scale.proof("hostile-requests", """
                    # Hostile requests

                    Written by `./dev prove hostile` (`HostileRequestsIT`): every field of every body that writes, each replaced by %d hostile texts
                    and wrong values, and every field of `allocate_number`'s query, on a real server and MariaDB.

                    | requests | refused with a 4xx | taken, or refused by row | 5xx | changes by one that was refused |
                    | ---: | ---: | ---: | ---: | ---: |
                    | %d | %s | %s | 0 | 0 |
                    """.formatted(VALUES.size(), refused.get() + taken.get(), refused, taken));
        }
    }

    @Test
    @Tag("proof")
    @Tag("key-timing")
    void wrongKeysAreRefusedForWhatTheyAre() throws Exception {
        WrongKeys keys = new WrongKeys(house);
        keys.measure();
        keys.write();
    }

    private List<Write> writes() throws Exception {
        String site = house.makeSite(ORIGIN);
        String key = house.poolKey("summer");
        String pool = """
                {"id_from_network":"autumn","name":"Autumn","number_type":"toll_free","max_pool_size":2,"lifetime_seconds":300,\
                "hold_hours":1.5,"allow_overflow":true,"fill_immediately":false,"preferred":false,"autoscale":true,\
                "autoscale_max_size":3,"overflow_goal":0.01,"misattribution_goal":0.02,\
                "destination_phone_number":"+12125550190",\
                "local_number_preferences":{"search_radius_miles":20,"restrict_search_to_state":true,\
                "allocation_fallback_strategy":"Wait"},"local_center":{"tn_prefix":"212","latitude":30,"longitude":-130},\
                "tn_prefix_whitelist":["805"],"hours_of_operation":{"open_24_7":false,"time_zone":"America/New_York",\
                "schedules":[{"day_of_week":"Monday","open_time":"00:00","close_time":"24:00"}]},\
                "marketing_data":[{"name":"utm_source","model":"First"}]}""";
        String lease = """
                {"requests":[{"pool":"summer","visitor_id":"v1","destination":"+12125550190",\
                "marketing_data":{"utm_source":"news"},"marketing_sources":{"utm_source":"api"},"new_attribution":false}]}""";
        String dictionary = "/v1/marketing_data_dictionary";
        String operator = "/v1/operator/";
        String network = "?network=" + SampleHouse.NETWORK;
        String pools = "/api/{date}/{network}/advertisers/{advertiser}/advertiser_campaigns/{campaign}/ring_pools";
        List<Write> writes = new ArrayList<>();
        writes.add(json("POST", pools + ".json", SampleHouse.POOLS, Who.NETWORK, pool));
        String name = "{\"name\":\"Autumn\"}";
        writes.add(json("POST", pools + "/{id}.json", CAMPAIGN + "/ring_pools/autumn.json", Who.NETWORK, name));
        writes.add(json("PUT", pools + "/{id}.json", CAMPAIGN + "/ring_pools/autumn.json", Who.NETWORK, name));
        writes.add(json("POST", "/v1/leases", Who.NETWORK, lease));
        writes.add(json(
                "POST",
                "/api/{date}/bulk.json",
                "/api/2026-11-01/bulk.json",
                Who.NOBODY,
                "{\"requests\":[{\"api_suffix\":\"summer/allocate_number.json?ring_pool_key=" + key
                        + "&visitor_id=v2\",\"request_id\":\"a\"}]}"));
        writes.add(new Write(
                "POST",
                "/v1/sites/{site}/leases",
                "/v1/sites/" + site + "/leases",
                Who.PAGE,
                "text/plain",
                lease.replace("\"pool\":\"summer\",", "").replace("\"api\"", "\"referrer\"")));
        writes.add(json("PUT", dictionary, Who.NETWORK, "{\"unknown_fields\":\"keep\"}"));
        writes.add(json("PUT", dictionary + "/{field}", dictionary + "/mood", Who.NETWORK, """
                {"partner_name":"m","type":"string","length":20,"model":"Unique"}"""));
        writes.add(json(
                "PUT",
                "/v1/destinations/{number}",
                "/v1/destinations/+14155550190",
                Who.NETWORK,
                "{\"state\":\"approved\"}"));
        writes.add(
                json("PUT", "/v1/destination_rule", Who.NETWORK, "{\"area_codes\":[\"415\"],\"countries\":[\"1\"]}"));
        writes.add(json("PUT", "/v1/tag_pool", Who.NETWORK, """
                {"advertiser":"tag","campaign":"tag","lifetime_seconds":300,"hold_hours":72,"max_pool_size":10,"allow_overflow":true,\
                "local_number_preferences":{"search_radius_miles":20,"allocation_fallback_strategy":"Wait"}}"""));
        writes.add(json("PUT", "/v1/webhook", Who.NETWORK, "{\"url\":\"http://127.0.0.1:9/calls\"}"));
        writes.add(json("POST", operator + "campaigns", Who.OPERATOR, """
                {"network":"other","advertiser":"adv","campaign":"camp"}"""));
        writes.add(json("POST", operator + "tokens", Who.OPERATOR, """
                {"network":"other","name":"reports","scope":"read"}"""));
        writes.add(json("POST", operator + "sites", Who.OPERATOR, """
                {"network":"other","origins":["https://a.example.org"]}"""));
        writes.add(json("PUT", operator + "sites/{site}", operator + "sites/" + site, Who.OPERATOR, """
                {"network":"demo","origins":["https://shop.example.org"]}"""));
        writes.add(json("PUT", operator + "sms-numbers", Who.OPERATOR, """
                {"network":"demo","numbers":["+18885550100"],"takes_sms":true}"""));
        writes.add(json("PUT", operator + "numbers/state", Who.OPERATOR, """
                {"network":"demo","numbers":["+18885550159"],"retired":true}"""));
        writes.add(json("POST", operator + "owned-numbers", Who.OPERATOR, "{\"numbers\":[\"+18885550100\"]}"));
        writes.add(json("POST", operator + "numbers", operator + "numbers" + network, Who.OPERATOR, """
                {"numbers":[{"number":"+18005550111","rate_center":"NWYRCYZN01","state":"NY"}]}"""));
        writes.add(csv("numbers", network, "number,rate_center,state\n+18005550112,NWYRCYZN01,NY\n"));
        writes.add(csv(
                "rate-centers", "", "npa,nxx,rate_center,state,lata,lat,lon\n212,555,NWYRCYZN01,NY,132,40.7,-74.0\n"));
        writes.add(csv("zip-codes", "", "zip,lat,lon\n90210,34.09,-118.41\n"));
        return writes;
    }

    private static Write json(String method, String route, Who who, String body) {
        return json(method, route, route, who, body);
    }

    private static Write json(String method, String route, String path, Who who, String body) {
        return new Write(method, route, path, who, "application/json", body);
    }

    private static Write csv(String what, String query, String body) {
        return new Write(
                "POST", "/v1/operator/" + what, "/v1/operator/" + what + query, Who.OPERATOR, "text/csv", body);
    }

    @Test
    @Tag("proof")
    @Tag("hostile")
    @DisplayName(
            "every field of every body that writes, each with every hostile text and wrong type: a clear answer, no change with a 4xx")
    void everyFieldOfEveryBody() throws Exception {
        List<Write> writes = writes();
        assertThat(writes)
                .extracting(write -> write.method() + " " + write.route())
                .containsAll(described());
        try (StoreDatabase database = StoreDatabase.join(new StoreSettings.Embedded(house.data(), 64, 2));
                Connection connection = database.dataSource().getConnection()) {
            for (Write write : writes) {
                HttpResponse<String> right = send(write, write.body());
                assertThat(right.statusCode())
                        .as("%s %s: %s", write.method(), write.path(), right.body())
                        .isBetween(200, 299);
                for (String wrong : spoiled(write)) {
                    judge(connection, write, wrong);
                }
            }
            stands(connection);
        }
        assertThat(Files.readString(house.log())).doesNotContain(" ERROR ");
    }

    @Test
    @Tag("proof")
    @Tag("hostile")
    @DisplayName("every query of allocate_number, each field with every hostile text")
    void everyFieldOfAQuery() throws Exception {
        String key = house.poolKey("summer");
        try (StoreDatabase database = StoreDatabase.join(new StoreSettings.Embedded(house.data(), 64, 2));
                Connection connection = database.dataSource().getConnection()) {
            for (String format : List.of("json", "xml", "csv")) {
                String path = "/api/2026-11-01/ring_pools/summer/allocate_number." + format + "?";
                for (String text : TEXTS) {
                    // What has no UTF-8 cannot stand in a query.
                    String hostile = URLEncoder.encode(text, StandardCharsets.UTF_8);
                    for (String query : List.of(
                            "ring_pool_key=" + hostile,
                            "ring_pool_key=" + key + "&visitor_id=" + hostile,
                            "ring_pool_key=" + key + "&visitor_id=v3&utm_source=" + hostile,
                            "ring_pool_key=" + key + "&visitor_id=v3&" + hostile + "=1")) {
                        judge(connection, new Write("GET", path, path + query, Who.NOBODY, "text/plain", ""), "");
                    }
                }
            }
            stands(connection);
        }
        assertThat(Files.readString(house.log())).doesNotContain(" ERROR ");
    }

    private static void judge(Connection connection, Write write, String body) throws Exception {
        String before = account(connection);
        HttpResponse<String> answer = send(write, body);
        String told = body.length() > 600 ? body.substring(0, 600) + "…" : body;
        assertThat(answer.statusCode())
                .as("%s %s %s: %s", write.method(), write.path(), told, answer.body())
                .isBetween(200, 499);
        assertThat(answer.body())
                .as("%s %s %s", write.method(), write.path(), told)
                .doesNotContain("Exception", "at io.", "tools.jackson", "SELECT ", "INSERT ", "SQL");
        assertThat(answer.headers().firstValue("content-type").orElse("")).doesNotContain("html");
        assertThat(answer.headers().firstValue("set-cookie")).isEmpty();
        if (answer.statusCode() < 400) {
            taken.incrementAndGet();
        } else {
            refused.incrementAndGet();
            assertThat(answer.body())
                    .as("%s %s %s", write.method(), write.path(), told)
                    .isNotEmpty();
            assertThat(account(connection))
                    .as("%s %s %s: %d, and something changed", write.method(), write.path(), told, answer.statusCode())
                    .isEqualTo(before);
        }
    }

    private static HttpResponse<String> send(Write write, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(house.http().resolve(write.path()))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", write.type())
                .method(write.method(), HttpRequest.BodyPublishers.ofString(body));
        switch (write.who()) {
            case NETWORK -> request.header("Authorization", "Bearer " + house.token());
            case OPERATOR -> request.header("Authorization", "Bearer " + new DataFolder(house.data()).operatorToken());
            case PAGE -> request.header("Origin", ORIGIN);
            case NOBODY -> {}
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String account(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("CHECKSUM TABLE " + ACCOUNT)) {
            StringBuilder sums = new StringBuilder();
            while (rows.next()) {
                sums.append(rows.getString(1))
                        .append(' ')
                        .append(rows.getLong(2))
                        .append('\n');
            }
            return sums.toString();
        }
    }

    /** Nothing was dropped or emptied, texts that were taken are stored as they are, and the server serves on. */
    private static void stands(Connection connection) throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM promo_number")) {
            rows.next();
            assertThat(rows.getInt(1)).isGreaterThanOrEqualTo(60);
        }
        List<String> taken = TEXTS.subList(1, 5);
        for (String text : taken) {
            String visitor = "{\"requests\":[{\"pool\":\"kept\",\"visitor_id\":\"stands\",\"new_attribution\":true,"
                    + "\"marketing_data\":{\"utm_source\":" + JSON.writeValueAsString(text) + "}}]}";
            assertThat(house.post("/v1/leases", JSON.readTree(visitor)).toString())
                    .contains("\"lease_id\":\"1");
        }
        List<String> stored = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT marketing_data FROM lease WHERE visitor_id = 'stands' ORDER BY leased_at")) {
            while (rows.next()) {
                stored.add(JSON.readTree(rows.getString(1)).path("utm_source").asString());
            }
        }
        assertThat(stored).containsSubsequence(taken);
    }

    /** The routes of openapi.yaml that take a body. */
    private static Set<String> described() throws Exception {
        Pattern path = Pattern.compile("  (/\\S+):");
        Pattern method = Pattern.compile("    (post|put):(.*)");
        Set<String> routes = new TreeSet<>();
        String at = "";
        String asks = "";
        try (OperatorClient client = OperatorClient.of(house.data())) {
            for (String line : client.text("/openapi.yaml").lines().toList()) {
                Matcher of = path.matcher(line);
                Matcher by = method.matcher(line);
                if (of.matches()) {
                    at = of.group(1);
                    asks = "";
                } else if (by.matches()) {
                    asks = by.group(1).toUpperCase(Locale.ROOT);
                } else if (line.matches("    \\w+:.*")) {
                    asks = "";
                }
                if (!asks.isEmpty() && line.contains("requestBody")) {
                    routes.add(asks + " " + at);
                }
            }
        }
        assertThat(routes).hasSizeGreaterThan(18);
        return routes;
    }

    private static List<String> spoiled(Write write) {
        List<String> bodies = new ArrayList<>();
        if (write.type().equals("text/csv")) {
            String[] lines = write.body().split("\n", -1);
            String[] cells = lines[1].split(",");
            for (int cell = 0; cell < cells.length; cell++) {
                for (int text = cell % EVERY; text < TEXTS.size(); text += EVERY) {
                    String[] row = cells.clone();
                    row[cell] = '"' + TEXTS.get(text).replace("\"", "\"\"") + '"';
                    bodies.add(lines[0] + "\n" + String.join(",", row) + "\n");
                }
            }
            return bodies;
        }
        JsonNode body = JSON.readTree(write.body());
        for (int leaf = 0; ; leaf++) {
            boolean found = false;
            for (int value = leaf % EVERY; value < VALUES.size(); value += EVERY) {
                int[] left = {leaf};
                JsonNode changed = with(body, left, VALUES.get(value));
                if (left[0] >= 0) {
                    break;
                }
                found = true;
                bodies.add(JSON.writeValueAsString(changed).replace(HALF, "\\ud800"));
            }
            if (!found) {
                return bodies;
            }
        }
    }

    private static List<JsonNode> values() {
        JsonNodeFactory make = JsonNodeFactory.instance;
        List<JsonNode> values = new ArrayList<>();
        TEXTS.forEach(text -> values.add(make.stringNode(text)));
        values.addAll(List.of(
                make.nullNode(),
                make.booleanNode(true),
                make.numberNode(-1),
                make.numberNode(0),
                make.numberNode(Long.MAX_VALUE),
                make.numberNode(1e300),
                make.numberNode(0.5),
                make.arrayNode(),
                make.arrayNode().add(7).add("x"),
                make.objectNode(),
                make.objectNode().put("x", 1)));
        return values;
    }

    /**
     * The body with something else at one of its leaves.
     *
     * @param left how many leaves come before it; negative once it was found
     */
    private static JsonNode with(JsonNode node, int[] left, JsonNode instead) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode copy = JSON.createObjectNode();
                object.properties().forEach(field -> copy.set(field.getKey(), with(field.getValue(), left, instead)));
                yield copy;
            }
            case ArrayNode array -> {
                ArrayNode copy = JSON.createArrayNode();
                array.forEach(each -> copy.add(with(each, left, instead)));
                yield copy;
            }
            default -> left[0]-- == 0 ? instead : node;
        };
    }
}

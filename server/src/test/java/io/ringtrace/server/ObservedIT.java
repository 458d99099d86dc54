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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayName("What is shipped for watching a server fits what a server shows")
class ObservedIT {
    private static final Path PACKAGING = Scale.home().resolve("packaging");
    /** What PromQL itself brings, of what our files use. */
    private static final Set<String> FUNCTIONS =
            Set.of("rate", "increase", "deriv", "sum", "max", "min", "histogram_quantile", "label_values", "time");

    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

    @TempDir
    static Path folder;

    private static SampleHouse house;

    @BeforeAll
    static void start() throws Exception {
        house = new SampleHouse(folder);
        house.start();
        house.awaitReady(Duration.ofSeconds(90));
    }

    @AfterAll
    static void stop() {
        house.close();
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        URI address = house.http().resolve(path);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(address)
                            .header("Authorization", "Bearer " + token)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /** The names of all samples in a scrape by the operator's token, as scrape.yaml has Prometheus do it. */
    private static Set<String> scraped() throws Exception {
        String token = new DataFolder(house.data()).operatorToken();
        assertThat(get("/metrics", "wrong").statusCode()).isEqualTo(401);
        get("/metrics", token); // the first request makes the metrics of requests
        HttpResponse<String> scrape = get("/metrics", token);
        assertThat(scrape.statusCode()).isEqualTo(200);
        Set<String> names = new TreeSet<>(Set.of("up")); // Prometheus adds it
        Matcher sample = Pattern.compile("(?m)^([a-z_]+)(?:\\{| )").matcher(scrape.body());
        while (sample.find()) {
            names.add(sample.group(1));
        }
        return names;
    }

    /** What an expression asks for, after a look at its grammar. */
    private static Set<String> metricsOf(String expression) {
        String bare = expression
                .replaceAll("\"[^\"]*\"", "\"\"")
                .replaceAll("\\{[a-z_]+ *(=|!=|=~|!~) *\"\"(, *[a-z_]+ *(=|!=|=~|!~) *\"\")*}", " ")
                .replaceAll("\\[([0-9]+[smhd]|\\$__rate_interval)]", " ")
                .replaceAll("\\b(by|without) *\\([a-z_, ]*\\)", " ")
                .replaceAll("label_values\\(([a-z_]+), [a-z]+\\)", "label_values($1)")
                .replaceAll("\\b[0-9.]+(e[0-9]+)?\\b", " ");
        assertThat(bare).as(expression).doesNotContain("{", "}", "[", "]", "\"", "$");
        int open = 0;
        for (int i = 0; i < bare.length(); i++) {
            char c = bare.charAt(i);
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            assertThat(open).as(expression).isNotNegative();
        }
        assertThat(open).as(expression).isZero();
        assertThat(bare.replaceAll(NAME.pattern(), "").replaceAll("[-+*/<>=!(), \n]", ""))
                .as(expression)
                .isEmpty();
        Set<String> metrics = new TreeSet<>();
        Matcher name = NAME.matcher(bare);
        while (name.find()) {
            boolean called = bare.substring(name.end()).stripLeading().startsWith("(");
            if (called) {
                assertThat(FUNCTIONS).as(expression).contains(name.group());
            } else if (!WORDS.contains(name.group())) {
                metrics.add(name.group());
            }
        }
        assertThat(metrics).as(expression).isNotEmpty();
        return metrics;
    }

    @Test
    void everyMetricOfTheDashboardIsThere() throws Exception {
        JsonNode dashboard =
                JsonMapper.shared().readTree(Files.readString(PACKAGING.resolve("grafana/ringtrace-dashboard.json")));
        List<String> expressions = new ArrayList<>();
        dashboard.findValues("expr").forEach(expression -> expressions.add(expression.asString()));
        expressions.add(dashboard.at("/templating/list/1/query/query").asString());
        assertThat(expressions).hasSizeGreaterThan(30);
        Set<String> scraped = scraped();
        for (String expression : expressions) {
            assertThat(scraped).as(expression).containsAll(metricsOf(expression));
        }
        assertThat(dashboard.findValues("id").stream().map(JsonNode::asInt).toList())
                .doesNotHaveDuplicates();
    }

    @Test
    void everyMetricOfTheAlertsIsThere() throws Exception {
        Set<String> scraped = scraped();
        List<JsonNode> rules = new ArrayList<>();
        yaml("prometheus/ringtrace-rules.yaml")
                .path("groups")
                .forEach(group -> group.path("rules").forEach(rules::add));
        assertThat(rules).hasSizeGreaterThan(10);
        for (JsonNode rule : rules) {
            assertThat(rule.path("alert").asString()).startsWith("Ringtrace");
            assertThat(rule.at("/labels/severity").asString()).isIn("page", "ticket");
            assertThat(rule.at("/annotations/summary").asString()).contains("{{ $labels.instance }}");
            String expression = rule.path("expr").asString();
            assertThat(scraped).as(expression).containsAll(metricsOf(expression));
        }
    }

    @Test
    void everyMetricOfTheTroubleshootingPageIsThere() throws Exception {
        Matcher metric = Pattern.compile("`(ringtrace_[a-z_]+)`")
                .matcher(Files.readString(Scale.home().resolve("docs/troubleshooting.md")));
        Set<String> named = new TreeSet<>();
        while (metric.find()) {
            named.add(metric.group(1));
        }
        assertThat(named).hasSizeGreaterThan(8);
        assertThat(scraped()).containsAll(named);
    }

    @Test
    void thePathOfTheTokenAndTheJobAreThoseOfTheDocuments() throws Exception {
        JsonNode scrape = yaml("prometheus/scrape.yaml").at("/scrape_configs/0");
        assertThat(scrape.path("job_name").asString()).isEqualTo("ringtrace");
        assertThat(scrape.at("/authorization/credentials_file").asString())
                .isEqualTo("/etc/prometheus/ringtrace-token");
        assertThat(new DataFolder(house.data()).path().resolve("operator-token"))
                .isNotEmptyFile();
    }

    private static JsonNode yaml(String file) throws Exception {
        Object tree =
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(PACKAGING.resolve(file)));
        return JsonMapper.shared().valueToTree(tree);
    }

    @Test
    void aliveAndReadyAreTwoQuestions() throws Exception {
        JsonNode live = JsonMapper.shared().readTree(get("/health/live", "").body());
        assertThat(live.path("checks").valueStream().map(c -> c.path("name").asString()))
                .containsExactly("shards");
        JsonNode ready = JsonMapper.shared().readTree(get("/health/ready", "").body());
        assertThat(ready.path("checks").valueStream().map(c -> c.path("name").asString()))
                .contains("directory", "lease-clock", "journal", "journal-drain");
        assertThat(get("/health/ready", "").statusCode()).isEqualTo(200);
    }
}

package io.ringtrace.http;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A real server on a free port, on ports kept in memory, with a client. Two networks, acme and other; each has a pool "16". */
final class RunningApi implements AutoCloseable {
    static final String OPERATOR = "the-operators-token";
    static final String CAMPAIGN = "/api/2018-11-01/acme/advertisers/adv/advertiser_campaigns/camp";
    static final String KEY = "key-acme-16";

    final InMemoryAccount account = new InMemoryAccount();
    final InMemoryPoolSizes sizes = new InMemoryPoolSizes();
    final InMemoryPools pools = new InMemoryPools(account, sizes);
    final InMemoryMarketing marketing = new InMemoryMarketing();
    final InMemoryDestinations destinations = new InMemoryDestinations(pools);
    final InMemoryCallRecords records = new InMemoryCallRecords();
    final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    List<Health.Check> checks = List.of(new Health.Check("store", Health.State.OK, "The store answers."));
    final InMemoryOperations operations = new InMemoryOperations();
    final String acme;
    final String other;
    final HttpApi api;
    final int port;
    private final HttpClient client = HttpClient.newHttpClient();

    RunningApi() throws Exception {
        this(HttpSettings.at("127.0.0.1", 0));
    }

    RunningApi(HttpSettings settings) throws Exception {
        account.ensureCampaign("acme", "adv", "camp");
        account.ensureCampaign("other", "adv", "camp");
        acme = account.createToken("acme", "test");
        other = account.createToken("other", "test");
        Health health = new Health() {
            @Override
            public List<Check> live() {
                return List.of();
            }

            @Override
            public List<Check> ready() {
                return checks;
            }
        };
        api = new HttpApi(
                settings,
                new HttpPorts(
                        pools,
                        pools,
                        sizes,
                        account,
                        account,
                        account,
                        account,
                        marketing,
                        destinations,
                        destinations,
                        records.ports(),
                        health,
                        operations),
                metrics,
                OPERATOR.getBytes(StandardCharsets.UTF_8));
        port = api.start();
        for (String network : List.of("acme", "other")) {
            HttpResponse<String> made = send(
                    "POST",
                    CAMPAIGN.replace("acme", network) + "/ring_pools.json",
                    network.equals("acme") ? acme : other,
                    """
                    {"id_from_network":"16","name":"Main","destination_phone_number":"+18005550199"}""");
            if (made.statusCode() != 201) {
                throw new IllegalStateException(made.body());
            }
        }
        // A request is answered a moment before it is counted as over, and tests count.
        while (metrics.get("ringtrace.http.running").gauge().value() > 0) {
            Thread.onSpinWait();
        }
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "", "");
    }

    HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        return send("GET", path, token, "");
    }

    HttpResponse<String> post(String path, String token, String body) throws IOException, InterruptedException {
        return send("POST", path, token, body);
    }

    /** No token and no body when these are empty. */
    HttpResponse<String> send(String method, String path, String token, String body)
            throws IOException, InterruptedException {
        return send(
                method, path, token, body, "Content-Type", body.startsWith("number") ? "text/csv" : "application/json");
    }

    HttpResponse<String> send(String method, String path, String token, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .headers(headers)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        api.close();
        client.close();
    }
}

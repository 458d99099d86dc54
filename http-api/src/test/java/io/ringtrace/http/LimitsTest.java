package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.http.HttpSettings.Pages;
import io.ringtrace.routing.IpNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Bounds, observation and the listener itself")
class LimitsTest {
    private static final String ALLOCATE =
            "/api/2018-11-01/ring_pools/16/allocate_number.json?ring_pool_key=key-acme-16";

    private static HttpSettings settings(int concurrent, int perSecond, int burst) {
        return new HttpSettings(
                "127.0.0.1",
                0,
                1 << 20,
                10 << 20,
                1000,
                concurrent,
                64,
                100,
                perSecond,
                burst,
                2,
                List.of(),
                Pages.USUAL);
    }

    @Test
    void moreRequestsThanAllowedAreShedWhileHealthStillAnswers() throws Exception {
        try (RunningApi api = new RunningApi(settings(2, 1000, 1000));
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<List<LeaseAnswer>> hold = api.pools.hold();
            Future<HttpResponse<String>> first = clients.submit(() -> api.get(ALLOCATE));
            Future<HttpResponse<String>> second = clients.submit(() -> api.get(ALLOCATE));
            until(() -> running(api) == 2);
            HttpResponse<String> third = api.get(ALLOCATE);
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("retry-after")).hasValue("1");
            assertThat(third.body()).isEqualTo("ServiceUnavailable: Too many requests are in work.");
            assertThat(api.get("/health/ready").statusCode()).isEqualTo(200);
            hold.complete(List.of(new LeaseAnswer.NoNumber("v", 1_000)));
            assertThat(first.get().statusCode()).isEqualTo(409);
            assertThat(second.get().statusCode()).isEqualTo(409);
            until(() -> running(api) == 0);
        }
    }

    @Test
    void clientsThatGoAwayGiveTheirPlaceBack() throws Exception {
        try (RunningApi api = new RunningApi(settings(2, 1000, 1000))) {
            CompletableFuture<List<LeaseAnswer>> never = api.pools.hold();
            for (String request : List.of(
                    "GET " + ALLOCATE + " HTTP/1.1\r\nHost: x\r\n\r\n",
                    "POST /api/2013-07-01/bulk.json HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")) {
                try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), api.port)) {
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
                    until(() -> running(api) == 1);
                }
                until(() -> running(api) == 0);
            }
            assertThat(never).isNotDone();
        }
    }

    @Test
    void aCallerBeyondItsRateGets429AndOthersAreServed() throws Exception {
        try (RunningApi api = new RunningApi(settings(100, 1, 5))) {
            HttpResponse<String> beyond = firstOther(api, api.acme, 200);
            assertThat(beyond.statusCode()).isEqualTo(429);
            assertThat(beyond.headers().firstValue("retry-after")).hasValue("1");
            assertThat(beyond.body()).contains("too_many_requests");
            assertThat(api.get("/v1/calls", api.other).statusCode()).isEqualTo(200);
            assertThat(api.get("/v1/calls", api.account.createToken("acme", "another"))
                            .statusCode())
                    .as("another token of the same network")
                    .isEqualTo(200);
            assertThat(api.get("/v1/calls", RunningApi.OPERATOR).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aPoolsKeyBeyondItsRateGets429WhereverItComesFromAndOtherKeysAreServed() throws Exception {
        HttpSettings behindProxy = settings(100, 1, 5).with(List.of(IpNetwork.parse("127.0.0.0/8")), Pages.USUAL);
        try (RunningApi api = new RunningApi(behindProxy)) {
            HttpResponse<String> answer = allocate(api, "acme", 0);
            int served = 0;
            for (; served < 200 && answer.statusCode() != 429; served++) {
                assertThat(answer.statusCode()).isEqualTo(409);
                answer = allocate(api, "acme", served);
            }
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(served).isGreaterThanOrEqualTo(20);
            assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
            assertThat(answer.body()).isEqualTo("TooManyRequests: Too many requests with this key; wait a little.");
            assertThat(allocate(api, "other", 201).statusCode()).isEqualTo(409);
            String row = "{\"api_suffix\":\"16/allocate_number.json?ring_pool_key=key-acme-16\"}";
            assertThat(api.send(
                                    "POST",
                                    "/api/2013-07-01/bulk.json",
                                    "",
                                    "{\"requests\":[" + row + ("," + row).repeat(30) + "]}",
                                    "X-Forwarded-For",
                                    "10.1.1.1")
                            .body())
                    .contains("\"error_class\":\"TooManyRequests\"", "\"retry_after_ms\":1000}");
        }
    }

    private static HttpResponse<String> allocate(RunningApi api, String network, int source) throws Exception {
        return api.send(
                "GET",
                "/api/2013-07-01/ring_pools/16/allocate_number.json?ring_pool_key=key-" + network + "-16",
                "",
                "",
                "X-Forwarded-For",
                "10.0.0." + source);
    }

    @Test
    void whoTriesTokensIsSlowedDown() throws Exception {
        try (RunningApi api = new RunningApi(settings(100, 1, 5))) {
            assertThat(firstOther(api, "guess", 401).statusCode()).isEqualTo(429);
            assertThat(api.get("/v1/calls", api.acme).statusCode()).isEqualTo(200);
        }
    }

    /** A slow machine refills the bucket meanwhile, so more than the burst may get in. */
    private static HttpResponse<String> firstOther(RunningApi api, String token, int usual) throws Exception {
        HttpResponse<String> answer = api.get("/v1/calls", token);
        for (int i = 0; i < 100 && answer.statusCode() == usual; i++) {
            answer = api.get("/v1/calls", token);
        }
        return answer;
    }

    @Test
    void connectionsBeyondTheLimitAreClosed() throws Exception {
        HttpSettings one =
                new HttpSettings("127.0.0.1", 0, 1000, 1000, 10, 10, 10, 1, 1000, 1000, 2, List.of(), Pages.USUAL);
        try (RunningApi api = new RunningApi(one);
                Socket second = new Socket(InetAddress.ofLiteral("127.0.0.1"), api.port)) {
            second.setSoTimeout(10_000);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
            assertThat(api.get("/health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatBreaksIsToldByNumberOnly() throws Exception {
        try (RunningApi api = new RunningApi()) {
            api.pools.hold().completeExceptionally(new IllegalStateException("the secret detail"));
            HttpResponse<String> answer = api.get(ALLOCATE);
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body())
                    .matches(
                            "InternalServiceError: Something went wrong on our side; the log has it as error [0-9]{9}\\.");
            until(() -> running(api) == 0);
        }
    }

    @Test
    void readySaysWhatIsDown() throws Exception {
        try (RunningApi api = new RunningApi()) {
            assertThat(api.get("/health/live").body()).isEqualTo("{\"status\":\"ok\",\"checks\":[]}");
            api.checks = List.of(
                    new Health.Check("clock", Health.State.DEGRADED, "The clock is 600 ms off."),
                    new Health.Check("store", Health.State.OK, "The store answers."));
            assertThat(api.get("/health/ready").statusCode()).isEqualTo(200);
            api.checks = List.of(new Health.Check("store", Health.State.DOWN, "The store does not answer."));
            HttpResponse<String> down = api.get("/health/ready");
            assertThat(down.statusCode()).isEqualTo(503);
            assertThat(down.body())
                    .isEqualTo(
                            "{\"status\":\"down\",\"checks\":[{\"name\":\"store\",\"status\":\"down\",\"message\":\"The store does not answer.\"}]}");
        }
    }

    @Test
    void metricsCountByRouteTemplateAndStatusClass() throws Exception {
        try (RunningApi api = new RunningApi()) {
            api.get(ALLOCATE);
            api.get("/no/such/path");
            HttpResponse<String> scrape = api.get("/metrics", RunningApi.OPERATOR);
            assertThat(scrape.headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/plain; version=0.0.4");
            assertThat(scrape.body())
                    .contains(
                            "ringtrace_http_requests_seconds_count{method=\"GET\",route=\"/api/:date/ring_pools/:id/allocate_number.json\",status=\"4xx\"} 1",
                            "route=\"unmatched\",status=\"4xx\"} 1",
                            "le=\"0.005\"",
                            "ringtrace_http_running")
                    .doesNotContain("key-acme-16", "/no/such/path");
        }
    }

    @Test
    void aPortInUseIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                RunningApi api = new RunningApi()) {
            HttpApi second = new HttpApi(
                    HttpSettings.at("127.0.0.1", taken.getLocalPort()),
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
                            new NoChecks(),
                            new InMemoryOperations()),
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                    new byte[0]);
            assertThatThrownBy(second::start)
                    .isInstanceOf(HttpListenerException.class)
                    .hasMessage("HTTP listener 127.0.0.1:" + taken.getLocalPort() + ": the port is in use");
            HttpApi elsewhere = new HttpApi(
                    HttpSettings.at("192.0.2.1", 0),
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
                            new NoChecks(),
                            new InMemoryOperations()),
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                    new byte[0]);
            assertThatThrownBy(elsewhere::start)
                    .hasMessage("HTTP listener 192.0.2.1:0: this machine has no such address");
        }
    }

    @Test
    void closeReleasesThePortAndLetsRunningRequestsEnd() throws Exception {
        RunningApi api = new RunningApi();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<List<LeaseAnswer>> hold = api.pools.hold();
            Future<HttpResponse<String>> running = clients.submit(() -> api.get(ALLOCATE));
            until(() -> running(api) == 1);
            Future<?> closing = clients.submit(api.api::close);
            // The listener goes first: nobody new comes in while the running request ends.
            until(() -> refused(api.port));
            hold.complete(List.of(new LeaseAnswer.NoNumber("v", 1_000)));
            assertThat(running.get().statusCode()).isEqualTo(409);
            closing.get();
            new ServerSocket(api.port, 1, InetAddress.ofLiteral("127.0.0.1")).close();
        } finally {
            api.close();
        }
    }

    private static boolean refused(int port) {
        try (Socket _ = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    private static int running(RunningApi api) {
        return (int) api.metrics.get("ringtrace.http.running").gauge().value();
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private static final class NoChecks implements Health {
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

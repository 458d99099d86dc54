package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.Sipp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chromium opens pages with the tag, SIPp dials what their visitors see. Screenshots stay in target/tag-on-server. */
@DisplayName("The tag, on a page beside a running server")
class TagOnServerIT {
    @TempDir
    private static Path folder;

    private static SampleHouse house;
    private static Path kept;
    /** Both at once, for each waits much of its time. */
    private static FutureTask<Boolean> visitors;

    private static FutureTask<Boolean> failures;

    @BeforeAll
    static void open() throws Exception {
        kept = BrowserTest.kept("tag-on-server");
        house = new SampleHouse(folder);
        house.start();
        house.awaitReady(Duration.ofSeconds(90));
        house.importAccount(Scale.home().resolve("examples/sample-account/numbers.csv"));
        house.makePool("toll-free-line", "toll_free", "+18665550190", 16);
        house.makePool("san-francisco-line", "local", "+14155550190", 6);
        SampleHouse.run(words(
                "numbers", "sms", "+14155550100", "+14155550101", "+14155550102", "+14155550103", "+14155550104"));
        SampleHouse.run(words("numbers", "sms", "+14155550105"));
        house.makePool("one-and-overflow", "local", "+12125550190", 2);
        house.makePool("two-without-overflow", "local", "+16195550190", 2, false);
        visitors = browsing("server.browser.js");
        failures = browsing("failures.browser.js");
    }

    private static FutureTask<Boolean> browsing(String file) throws Exception {
        int port = freeTcpPort();
        String site = house.makeSite("http://127.0.0.1:" + port);
        FutureTask<Boolean> browsing = new FutureTask<>(() -> {
            browse(file, site, port);
            return true;
        });
        Thread.ofPlatform().daemon().start(browsing);
        return browsing;
    }

    @AfterAll
    static void close() {
        house.close();
    }

    @Test
    void eachVisitorsCallCarriesThatVisitorsMarketingData() throws Exception {
        visitors.get();
        List<JsonNode> seen = seen("seen.json");
        dial("seen", house.sip(), numbers(seen));

        assertThat(seen).hasSize(4);
        for (JsonNode each : seen) {
            JsonNode call = record(each);
            assertThat(call.path("visitor_id")).isEqualTo(each.get("visitor"));
            assertThat(call.path("attribution_status").asString()).isEqualTo("leased");
            assertThat(call.path("destination_number")).isEqualTo(each.get("destination"));
            JsonNode data = call.path("marketing_data");
            assertThat(data.path("utm_source")).isEqualTo(each.get("source"));
            assertThat(data.path("landing_page").asString()).contains("/implants?utm_source=");
        }
    }

    @Test
    void operatorsListChangeAndEndSites() throws Exception {
        String site = house.makeSite("http://shop.example.org:8000");
        assertThat(SampleHouse.run(words("account", "sites"))).contains(site, "http://shop.example.org:8000");
        SampleHouse.run(words(
                "account",
                "change-site",
                "--id",
                site,
                "--origin",
                "https://a.example.org",
                "--origin",
                "https://b.example.org"));
        assertThat(SampleHouse.run(words("account", "sites")))
                .contains("https://a.example.org https://b.example.org")
                .doesNotContain("shop.example.org");
        SampleHouse.run(words("account", "delete-site", "--id", site));
        assertThat(SampleHouse.run(words("account", "sites"))).doesNotContain(site);
    }

    /** A command for the house's network, asked of its server. */
    private static String[] words(String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--data-directory", house.data().toString(), "--network", SampleHouse.NETWORK));
        return words.toArray(String[]::new);
    }

    @Test
    void whateverFailsThePageWorksAndShowsANumberThatConnects() throws Exception {
        failures.get();
        List<JsonNode> seen = seen("failures.json");
        List<JsonNode> lent = new ArrayList<>(seen);
        lent.removeIf(each -> each.get("status").asString().equals("own"));
        List<JsonNode> own = new ArrayList<>(seen);
        own.removeAll(lent);
        assertThat(own)
                .extracting(each -> each.get("name").asString())
                .containsExactly("away", "gone", "slow", "wrong-site", "exhausted");
        assertThat(lent)
                .extracting(each -> each.get("name").asString())
                .containsExactly(
                        "slow-next-view", "last-number", "overflow", "storage-blocked", "cookies-off", "twice", "csp");
        dial("lent", house.sip(), numbers(lent));
        // The page's own number is the destination's line, which its gateway answers.
        dial("own", house.gateway(), numbers(own));

        for (JsonNode each : lent) {
            JsonNode call = record(each);
            assertThat(call.path("end_reason").asString()).isEqualTo("caller_hangup");
            assertThat(call.path("destination_number")).isEqualTo(each.get("destination"));
            assertThat(call.path("attribution_status")).isEqualTo(each.get("status"));
            if (each.get("status").asString().equals("overflow")) {
                assertThat(call.path("visitor_id").isNull()).isTrue();
                assertThat(call.path("marketing_data").isEmpty()).isTrue();
            } else {
                assertThat(call.path("visitor_id")).isEqualTo(each.get("visitor"));
                assertThat(call.path("marketing_data").path("utm_source").isString())
                        .isTrue();
            }
        }
    }

    private static void browse(String file, String site, int port) throws Exception {
        String url = house.http().toString();
        BrowserTest.pass(
                file,
                kept,
                Map.of(
                        "RINGTRACE_URL",
                        url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
                        "SITE",
                        site,
                        "PAGE_PORT",
                        Integer.toString(port)));
    }

    private static List<JsonNode> seen(String file) throws IOException {
        List<JsonNode> seen = new ArrayList<>();
        JsonMapper.shared().readTree(Files.readString(kept.resolve(file))).forEach(seen::add);
        return seen;
    }

    private static List<String> numbers(List<JsonNode> seen) {
        return seen.stream().map(each -> each.get("number").asString()).toList();
    }

    /** Every call must be answered. */
    private static void dial(String name, String target, List<String> numbers) throws IOException {
        Path scenario = LeasedHouse.scenario("answered-call");
        List<String> lines =
                numbers.stream().map(number -> number + ";+13125550123;").toList();
        try (Sipp _ = Sipp.gateway(folder.resolve("gateway-" + name), scenario, house.gateway(), 200);
                Sipp carrier = Sipp.carrier(
                        folder.resolve("carrier-" + name),
                        new Sipp.Carrier(scenario, target, "127.0.0.1:0", lines, lines.size(), 5, 200, 30))) {
            Sipp.Outcome outcome = carrier.await(60);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();
        }
    }

    /** The record of the one call to a number that was seen, once it is complete. */
    private static JsonNode record(JsonNode seen) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            List<JsonNode> calls = new ArrayList<>(house.calls());
            calls.removeIf(call -> !call.path("promo_number").equals(seen.get("number"))
                    || call.path("end_reason").isNull());
            if (!calls.isEmpty() || System.nanoTime() > deadline) {
                assertThat(calls).as(seen.toString()).hasSize(1);
                return calls.getFirst();
            }
            Thread.sleep(100);
        }
    }

    private static int freeTcpPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

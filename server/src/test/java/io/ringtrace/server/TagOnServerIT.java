package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.Sipp;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chromium opens a page with the tag, SIPp dials what its visitors see. */
@DisplayName("The tag, on a page beside a running server")
class TagOnServerIT {
    /** Screenshots and what the browser's test printed stay here. */
    private static final Path KEPT = Path.of("target", "tag-on-server").toAbsolutePath();

    @Test
    void eachVisitorsCallCarriesThatVisitorsMarketingData(@TempDir Path folder) throws Exception {
        try (LeasedHouse leased = new LeasedHouse(folder, 4)) {
            SampleHouse house = leased.house;
            SampleHouse.run(
                    "numbers",
                    "import",
                    "--data-directory",
                    house.data().toString(),
                    "--network",
                    SampleHouse.NETWORK,
                    numbers(folder).toString());
            house.makePool("tag-line", "toll_free", "+18665550190", 4);
            int pagePort = freeTcpPort();
            browse(house, site(house, pagePort), pagePort);
            JsonNode seen = JsonMapper.shared().readTree(Files.readString(KEPT.resolve("seen.json")));

            List<String> dialed = new ArrayList<>();
            seen.forEach(visitor -> dialed.add(visitor.get("number").asString()));
            try (Sipp _ = leased.gateway("answered-call", 200);
                    Sipp carrier = leased.carrier("answered-call", dialed, "127.0.0.1:0", dialed.size(), 2, 200, 30)) {
                assertThat(carrier.await(60).good()).isTrue();
            }

            List<JsonNode> calls = leased.recordsOnce(all -> all.size() == dialed.size()
                    && all.stream().noneMatch(call -> call.path("end_reason").isNull()));
            assertThat(calls).hasSize(2);
            for (JsonNode visitor : seen) {
                assertThat(calls)
                        .filteredOn(call -> call.path("promo_number").equals(visitor.get("number")))
                        .singleElement()
                        .satisfies(call -> {
                            assertThat(call.path("visitor_id")).isEqualTo(visitor.get("visitor"));
                            assertThat(call.path("attribution_status").asString())
                                    .isEqualTo("leased");
                            assertThat(call.path("destination_number").asString())
                                    .isEqualTo("+18665550190");
                            JsonNode data = call.path("marketing_data");
                            assertThat(data.path("utm_source")).isEqualTo(visitor.get("source"));
                            assertThat(data.path("landing_page").asString()).contains("/implants?utm_source=");
                        });
            }
        }
    }

    private static Path numbers(Path folder) throws Exception {
        return Files.writeString(folder.resolve("more.csv"), """
                number,rate_center,state
                +18885550151,,
                +18885550152,,
                +18885550153,,
                +18885550154,,
                """);
    }

    private static String site(SampleHouse house, int pagePort) throws Exception {
        String element = SampleHouse.run(
                "account",
                "site",
                "--data-directory",
                house.data().toString(),
                "--network",
                SampleHouse.NETWORK,
                "--origin",
                "http://127.0.0.1:" + pagePort);
        Matcher id = Pattern.compile("data-site=\"([^\"]+)\"").matcher(element);
        assertThat(id.find()).as(element).isTrue();
        return id.group(1);
    }

    private static void browse(SampleHouse house, String site, int pagePort) throws Exception {
        Files.createDirectories(KEPT);
        Path printed = KEPT.resolve("browser.txt");
        ProcessBuilder test = new ProcessBuilder(
                        "node", "--test", "--test-reporter=spec", "src/test/browser/server.browser.js")
                .directory(Scale.home().resolve("tag").toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        String url = house.http().toString();
        test.environment()
                .putAll(Map.of(
                        "RINGTRACE_URL",
                        url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
                        "SITE",
                        site,
                        "PAGE_PORT",
                        Integer.toString(pagePort),
                        "OUTPUT",
                        KEPT.toString()));
        Process node = test.start();
        try {
            assertThat(node.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(node.exitValue()).as(Files.readString(printed)).isZero();
        } finally {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly();
        }
    }

    private static int freeTcpPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

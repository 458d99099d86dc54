package io.ringtrace.server.demo;

import io.ringtrace.server.command.CallText;
import io.ringtrace.server.command.OperatorClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The whole story, with nothing pretended: a server of its own on the embedded store, two visitors who lease promo numbers over HTTP, SIPp
 * as the carrier that brings their calls and as the gateway of their destination. One thread tells it.
 */
public final class Demo {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String NETWORK = "demo";
    private static final String ADVERTISER = "acme-dental";
    private static final String CAMPAIGN = "spring-sale";
    private static final String POOLS =
            "/api/2026-11-01/" + NETWORK + "/advertisers/" + ADVERTISER + "/advertiser_campaigns/" + CAMPAIGN + "/ring_pools.json";
    private static final String TOLL_FREE_DESTINATION = "+18665550190";
    private static final String LOCAL_DESTINATION = "+12125550190";
    private static final String NOT_OURS = "+13105550142";

    private final Path home;
    private final Path folder;
    private final PrintWriter out;
    private final Steps steps;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    /**
     * @param home where scripts/ and examples/ stand
     * @param folder an empty folder for the server's configuration, data and logs
     */
    public Demo(Path home, Path folder, PrintWriter out) {
        this.home = home;
        this.folder = folder;
        this.out = out;
        this.steps = new Steps(out, 8);
    }

    private record Addresses(String sip, String gateway, URI http) {}

    private record Visitor(String name, String id, String shownNumber, String promoNumber, Map<String, String> marketing) {}

    /**
     * @param keep leaves the server running and says how to go on
     * @return the exit code
     */
    public int tell(boolean keep) {
        ServerProcess server = null;
        boolean kept = false;
        try {
            int sipPort = freeUdpPort();
            int gatewayPort = freeUdpPort();
            Path data = folder.resolve("data");
            Path config = folder.resolve("ringtrace.yaml");
            Path log = folder.resolve("server.log");
            Files.writeString(config, config(data, sipPort, gatewayPort, freeTcpPort()));

            ServerProcess started = server = steps.step(
                    "Starting the server on an embedded store",
                    "read " + log + "; mariadbd must be installed (apt-get install mariadb-server-core)",
                    () -> ServerProcess.start(config, data, log));
            URI address = steps.step(
                    "Waiting until it is ready", "read " + log, () -> started.awaitReady(Duration.ofSeconds(60)));
            Addresses addresses = new Addresses("127.0.0.1:" + sipPort, "127.0.0.1:" + gatewayPort, address);
            steps.show("SIP on " + addresses.sip() + " (UDP), HTTP on " + addresses.http() + ", process " + server.pid());

            String token = steps.step(
                    "Importing the sample account", "read " + log, () -> importAccount(data));
            steps.step("Making two RingPools", "read " + log, () -> makePools(addresses, token));

            List<Visitor> visitors = steps.step(
                    "Two visitors open the landing page, and each leases a promo number", "read " + log, () -> visit(addresses, token));
            for (Visitor visitor : visitors) {
                steps.show(visitor.name() + " (" + visitor.id() + ") would see " + visitor.shownNumber() + " and sees " + visitor.promoNumber()
                        + "   " + visitor.marketing());
            }

            steps.step(
                    "Both dial the number they see; the gateway answers",
                    "look at SIPp's files in " + folder + " and at " + log,
                    () -> dial(addresses, visitors));
            steps.step(
                    "Somebody dials " + NOT_OURS + ", which is not ours: refused with 404",
                    "look at SIPp's files in " + folder + " and at " + log,
                    () -> dialUnknown(addresses));

            List<JsonNode> calls = steps.step(
                    "Reading the call records", "read " + log, () -> records(addresses, token, data, visitors));
            for (JsonNode call : calls) {
                out.println();
                out.println(CallText.card(call));
            }
            out.println();
            if (keep) {
                kept = true;
                printHowToGoOn(addresses, server.pid(), config, data, token, visitors);
            } else {
                out.println("That is the whole way: a visitor, a number, a call, a record. ./ringtrace demo --keep leaves it running.");
            }
            out.flush();
            return 0;
        } catch (Steps.Failed | IOException e) {
            out.println();
            out.println(e.getMessage());
            out.println("All files of this run are in " + folder);
            out.flush();
            return 1;
        } finally {
            http.close();
            if (server != null && !kept) {
                server.close();
            }
        }
    }

    private static String config(Path data, int sipPort, int gatewayPort, int httpPort) {
        return """
                # Written by ./ringtrace demo.
                sip:
                  listeners:
                    - transport: udp
                      address: 127.0.0.1
                      port: %d
                trunks:
                  carrier:
                    source-networks: [127.0.0.1/32]
                    numbers:
                      format: nanp
                gateways:
                  dental-office:
                    host: 127.0.0.1
                    port: %d
                routes:
                  - prefix: "1"
                    gateways: [dental-office]
                store:
                  data-directory: %s
                http:
                  address: 127.0.0.1
                  port: %d
                """
                .formatted(sipPort, gatewayPort, data, httpPort);
    }

    /** Returns a token of the network. */
    private String importAccount(Path data) throws Exception {
        run("account", "create", "--data-directory", data.toString(), "--network", NETWORK, "--advertiser", ADVERTISER, "--campaign", CAMPAIGN);
        run(
                "numbers",
                "import",
                "--data-directory",
                data.toString(),
                "--network",
                NETWORK,
                home.resolve("examples/sample-account/numbers.csv").toString());
        try (OperatorClient client = OperatorClient.of(data)) {
            return client.post(
                            "/v1/operator/tokens",
                            "application/json",
                            JSON.createObjectNode().put("network", NETWORK).put("name", "demo").toString())
                    .path("token")
                    .asString();
        }
    }

    private static void run(String... words) throws IOException {
        java.io.StringWriter printed = new java.io.StringWriter();
        PrintWriter writer = new PrintWriter(printed);
        int code = io.ringtrace.server.Main.commandLine().setOut(writer).setErr(writer).execute(words);
        if (code != 0) {
            throw new IOException("ringtrace " + String.join(" ", words) + " ended with " + code + ": " + printed);
        }
    }

    private boolean makePools(Addresses addresses, String token) throws Exception {
        makePool(addresses, token, "toll-free-line", "toll_free", TOLL_FREE_DESTINATION, 8);
        makePool(addresses, token, "new-york-line", "local", LOCAL_DESTINATION, 5);
        return true;
    }

    private void makePool(Addresses addresses, String token, String id, String type, String destination, int size)
            throws Exception {
        ObjectNode pool = JSON.createObjectNode()
                .put("id_from_network", id)
                .put("name", id)
                .put("ring_pool_type", type)
                .put("max_pool_size", size)
                .put("fill_immediately", true)
                .put("destination_phone_number", destination);
        post(addresses.http().resolve(POOLS), token, pool);
    }

    private List<Visitor> visit(Addresses addresses, String token) throws Exception {
        Map<String, String> advertisement = Map.of("utm_source", "google", "gclid", "EAIaIQobChMI", "landing_page", "/implants");
        Map<String, String> newsletter = Map.of("utm_source", "newsletter", "utm_medium", "email", "landing_page", "/braces");
        return List.of(
                lease(addresses, token, "Ada", "visitor-ada", "toll-free-line", TOLL_FREE_DESTINATION, advertisement),
                lease(addresses, token, "Ben", "visitor-ben", "new-york-line", LOCAL_DESTINATION, newsletter));
    }

    private Visitor lease(
            Addresses addresses,
            String token,
            String name,
            String id,
            String pool,
            String destination,
            Map<String, String> marketing)
            throws Exception {
        ObjectNode request = JSON.createObjectNode().put("pool", pool).put("visitor_id", id).put("destination", destination);
        ObjectNode fields = request.putObject("marketing_data");
        marketing.forEach(fields::put);
        ObjectNode body = JSON.createObjectNode();
        body.putArray("requests").add(request);
        JsonNode answer = post(addresses.http().resolve("/v1/leases"), token, body).path("responses").path(0);
        if (!answer.path("promo_number").isString()) {
            throw new IOException("no number for " + name + ": " + answer);
        }
        return new Visitor(name, id, destination, answer.path("promo_number").asString(), marketing);
    }

    private boolean dial(Addresses addresses, List<Visitor> visitors) throws Exception {
        Path scenario = home.resolve("scripts/sipp-scenarios/answered-call");
        List<String> numbers = visitors.stream().map(v -> v.promoNumber() + ";+13125550123;").toList();
        try (Sipp _ = Sipp.gateway(folder.resolve("gateway"), scenario, addresses.gateway(), 1500)) {
            expectGood(Sipp.carrier(
                    folder.resolve("carrier"),
                    new Sipp.Carrier(scenario, addresses.sip(), "127.0.0.1:0", numbers, numbers.size(), 2, 1500, 30)));
        }
        return true;
    }

    private boolean dialUnknown(Addresses addresses) throws Exception {
        expectGood(Sipp.carrier(
                folder.resolve("unknown"),
                new Sipp.Carrier(
                        home.resolve("scripts/sipp-scenarios/unknown-number"),
                        addresses.sip(),
                        "127.0.0.1:0",
                        List.of(NOT_OURS + ";+13125550123;"),
                        1,
                        1,
                        0,
                        30)));
        return true;
    }

    private static void expectGood(Sipp sipp) throws IOException {
        try (sipp) {
            Sipp.Outcome outcome = sipp.await(60);
            if (!outcome.good()) {
                throw new IOException("SIPp as the carrier ended with " + outcome.exitCode() + ":\n" + outcome.errors());
            }
        }
    }

    /** The records in the order of the calls, each checked against what happened. */
    private List<JsonNode> records(Addresses addresses, String token, Path data, List<Visitor> visitors) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (true) {
            List<JsonNode> calls;
            JsonNode unknown;
            try (OperatorClient operator = OperatorClient.of(data)) {
                calls = visitors.stream().map(v -> call(addresses, token, v)).toList();
                unknown = operator.get("/v1/calls?attribution_status=unknown_number").path("calls").path(0);
            }
            String missing = missing(calls, unknown, visitors);
            if (missing == null) {
                return List.of(calls.get(0), calls.get(1), unknown);
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the call records are not as they should be after 15 s: " + missing);
            }
            Thread.sleep(100);
        }
    }

    private static @org.jspecify.annotations.Nullable String missing(List<JsonNode> calls, JsonNode unknown, List<Visitor> visitors) {
        for (int i = 0; i < calls.size(); i++) {
            JsonNode call = calls.get(i);
            Visitor visitor = visitors.get(i);
            if (!call.path("end_reason").asString("").equals("caller_hangup")
                    || !call.path("attribution_status").asString("").equals("leased")
                    || !call.path("visitor_id").asString("").equals(visitor.id())
                    || !call.path("destination_number").asString("").equals(visitor.shownNumber())
                    || !call.path("marketing_data").path("utm_source").asString("").equals(visitor.marketing().get("utm_source"))) {
                return visitor.name() + "'s record is " + call;
            }
        }
        return unknown.path("end_reason").asString("").equals("unknown_promo_number") ? null : "the unknown number's record is " + unknown;
    }

    private JsonNode call(Addresses addresses, String token, Visitor visitor) {
        try {
            return send(HttpRequest.newBuilder(addresses.http()
                                    .resolve("/v1/calls?promo_number=" + URLEncoder.encode(visitor.promoNumber(), StandardCharsets.UTF_8)))
                            .header("Authorization", "Bearer " + token))
                    .path("calls")
                    .path(0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private JsonNode post(URI address, String token, JsonNode body) throws IOException {
        return send(HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> answer =
                    http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IOException(answer.request().uri() + " answered " + answer.statusCode() + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void printHowToGoOn(Addresses addresses, long pid, Path config, Path data, String token, List<Visitor> visitors) {
        String number = visitors.getFirst().promoNumber();
        out.println("The server goes on running as process " + pid + ": SIP " + addresses.sip() + " (UDP), HTTP " + addresses.http());
        out.println("  its configuration   " + config);
        out.println("  lease a number      curl -s -H 'Authorization: Bearer " + token + "' -d '{\"requests\":[{\"pool\":\"toll-free-line\",\"visitor_id\":\"me\",\"marketing_data\":{\"utm_source\":\"curl\"}}]}' "
                + addresses.http().resolve("/v1/leases"));
        out.println("  call a number       ./dev sipp answered-call --target " + addresses.sip() + " --gateway " + addresses.gateway()
                + " --number " + number + " --calls 1");
        out.println("  see the records     ./ringtrace calls --data-directory " + data);
        out.println("  see the numbers     ./ringtrace numbers list --network " + NETWORK + " --data-directory " + data);
        out.println("  is it well?         curl -s " + addresses.http().resolve("/health/ready"));
        out.println("  stop it             kill " + pid + " && rm -r " + folder);
    }

    private static int freeUdpPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        }
    }

    private static int freeTcpPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

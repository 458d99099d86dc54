package io.ringtrace.server.demo;

import io.ringtrace.attribution.Pools;
import io.ringtrace.server.Main;
import io.ringtrace.server.command.OperatorClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server of its own on free ports of 127.0.0.1, with one trunk, one gateway and a sample account, and the requests that the account's
 * programs send to it. One thread uses it.
 */
public final class SampleHouse implements AutoCloseable {
    public static final String NETWORK = "demo";
    public static final String ADVERTISER = "acme-dental";
    public static final String CAMPAIGN = "spring-sale";
    public static final String POOLS = "/api/2026-11-01/" + NETWORK + "/advertisers/" + ADVERTISER
            + "/advertiser_campaigns/" + CAMPAIGN + "/ring_pools.json";
    private static final Pattern SITE = Pattern.compile("data-site=\"([^\"]+)\"");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path folder;
    private final int sipPort;
    private final int gatewayPort;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private @Nullable ServerProcess server;
    private @Nullable URI address;
    private String token = "";

    /**
     * @param folder an empty folder for configuration, data and logs
     */
    public SampleHouse(Path folder) throws IOException {
        this.folder = folder;
        this.sipPort = freeUdpPort();
        this.gatewayPort = freeUdpPort();
        Files.writeString(config(), """
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
                """.formatted(sipPort, gatewayPort, data(), freeTcpPort()));
    }

    /** A visitor who has been lent a number. */
    public record Visitor(
            String id, String destination, String promoNumber, String leaseId, Map<String, String> marketing) {}

    /** What a visitor's page asks for. */
    public record Visit(String visitorId, String pool, String destination, Map<String, String> marketing) {}

    /** Starts the server on the folder's data; again after {@link #server()} was killed. */
    public ServerProcess start() throws IOException {
        return start(Map.of());
    }

    /** As {@link #start()}, with variables in the server's environment. */
    public ServerProcess start(Map<String, String> environment) throws IOException {
        ServerProcess started = ServerProcess.start(config(), data(), log(), environment);
        server = started;
        return started;
    }

    /** As {@link #start()}, with more options for the server's Java. */
    public ServerProcess startWith(List<String> javaOptions) throws IOException {
        ServerProcess started = ServerProcess.startWith(javaOptions, config(), data(), log());
        server = started;
        return started;
    }

    /** As {@link #start()}, but file rights bind the server even if this process is root's, whom they do not bind. */
    public ServerProcess startUnderFileRights() throws IOException {
        ServerProcess started = ServerProcess.startUnderFileRights(config(), data(), log());
        server = started;
        return started;
    }

    public void awaitReady(Duration longest) throws IOException {
        address = server().awaitReady(longest);
    }

    public ServerProcess server() {
        if (server == null) {
            throw new IllegalStateException("the server has not been started");
        }
        return server;
    }

    public URI http() {
        if (address == null) {
            throw new IllegalStateException("the server has not said that it is ready");
        }
        return address;
    }

    public String sip() {
        return "127.0.0.1:" + sipPort;
    }

    /** Where the destination's gateway is to listen. */
    public String gateway() {
        return "127.0.0.1:" + gatewayPort;
    }

    /** As {@link #sip()}, for who sends by himself. */
    public InetSocketAddress sipAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), sipPort);
    }

    public int gatewayPort() {
        return gatewayPort;
    }

    public Path data() {
        return folder.resolve("data");
    }

    public Path config() {
        return folder.resolve("ringtrace.yaml");
    }

    public Path log() {
        return folder.resolve("server.log");
    }

    public String token() {
        return token;
    }

    /** Makes the sample campaign, a token for its network, and imports the numbers of a CSV file. */
    public void importAccount(Path numbers) throws IOException {
        String directory = data().toString();
        run(
                "account",
                "create",
                "--data-directory",
                directory,
                "--network",
                NETWORK,
                "--advertiser",
                ADVERTISER,
                "--campaign",
                CAMPAIGN);
        run("numbers", "import", "--data-directory", directory, "--network", NETWORK, numbers.toString());
        token = run("account", "token", "--data-directory", directory, "--network", NETWORK)
                .strip();
    }

    /** Runs a command of ours as a person would, and returns what it printed. */
    public static String run(String... words) throws IOException {
        StringWriter printed = new StringWriter();
        PrintWriter writer = new PrintWriter(printed);
        int code = Main.commandLine().setOut(writer).setErr(writer).execute(words);
        if (code != 0) {
            throw new IOException("ringtrace " + String.join(" ", words) + " ended with " + code + ": " + printed);
        }
        return printed.toString();
    }

    public void makePool(String id, String type, String destination, int size) throws IOException {
        makePool(id, type, destination, size, true);
    }

    public void makePool(String id, String type, String destination, int size, boolean overflow) throws IOException {
        makePool(id, type, destination, size, overflow, Pools.Draft.USUAL_LIFETIME);
    }

    /** @param lifetime in whole seconds, at least one */
    public void makePool(String id, String type, String destination, int size, boolean overflow, Duration lifetime)
            throws IOException {
        post(
                POOLS,
                JSON.createObjectNode()
                        .put("lifetime_seconds", lifetime.toSeconds())
                        .put("id_from_network", id)
                        .put("name", id)
                        .put("number_type", type)
                        .put("max_pool_size", size)
                        .put("fill_immediately", true)
                        .put("allow_overflow", overflow)
                        .put("destination_phone_number", destination));
    }

    /** A site for the pages of one origin; its public id. */
    public String makeSite(String origin) throws IOException {
        String element =
                run("account", "site", "--data-directory", data().toString(), "--network", NETWORK, "--origin", origin);
        Matcher id = SITE.matcher(element);
        if (!id.find()) {
            throw new IOException("no site id in " + element);
        }
        return id.group(1);
    }

    /** All visits in one request; every one must get a number. */
    public List<Visitor> lease(List<Visit> visits) throws IOException {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode requests = body.putArray("requests");
        for (Visit visit : visits) {
            ObjectNode request = requests.addObject()
                    .put("pool", visit.pool())
                    .put("visitor_id", visit.visitorId())
                    .put("destination", visit.destination());
            ObjectNode fields = request.putObject("marketing_data");
            visit.marketing().forEach(fields::put);
        }
        JsonNode answers = post("/v1/leases", body).path("responses");
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < visits.size(); i++) {
            JsonNode answer = answers.path(i);
            Visit visit = visits.get(i);
            if (!answer.path("lease_id").isString()) {
                throw new IOException("no number for " + visit.visitorId() + ": " + answer);
            }
            visitors.add(new Visitor(
                    visit.visitorId(),
                    visit.destination(),
                    answer.path("promo_number").asString(),
                    answer.path("lease_id").asString(),
                    visit.marketing()));
        }
        return visitors;
    }

    /** Call records as the operator sees them, newest first: every page of them. */
    public List<JsonNode> calls() throws Exception {
        List<JsonNode> calls = new ArrayList<>();
        try (OperatorClient client = OperatorClient.of(data())) {
            String before = "";
            while (true) {
                JsonNode page = client.get("/v1/calls?limit=1000" + before);
                page.path("calls").forEach(calls::add);
                String next = page.path("next_before").asString("");
                if (next.isEmpty()) {
                    return calls;
                }
                before = "&before=" + next;
            }
        }
    }

    /** What the operator's own interface answers. */
    public JsonNode operator(String path) throws Exception {
        try (OperatorClient client = OperatorClient.of(data())) {
            return client.get(path);
        }
    }

    /** The key by which programs ask for numbers of a pool. */
    public String poolKey(String id) throws IOException {
        return get(POOLS.replace(".json", "/" + id + ".json")).path("api_key").asString();
    }

    /** What the account's network is answered. */
    public JsonNode get(String path) throws IOException {
        return send(HttpRequest.newBuilder(http().resolve(path)).GET());
    }

    /** As {@link #get}. */
    public JsonNode post(String path, JsonNode body) throws IOException {
        return send(HttpRequest.newBuilder(http().resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private JsonNode send(HttpRequest.Builder asked) throws IOException {
        HttpRequest request = asked.header("Authorization", "Bearer " + token)
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IOException(request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static int freeUdpPort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        }
    }

    static int freeTcpPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Leaves the server running. */
    public void release() {
        server = null;
        http.close();
    }

    @Override
    public void close() {
        http.close();
        if (server != null) {
            server.close();
        }
    }
}

package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests whose keys are wrong in each way that we know, sent by turns and measured. Asserts no time: that every wrong key takes the same
 * work is shown by {@code KeyTableTest} and {@code AccessTest}.
 */
final class WrongKeys {
    private static final int ROUNDS = Scale.of(20, 20_000);
    private static final int WARM_UP = Scale.of(2, 3_000);
    /** The server limits the rate of one address. */
    private static final int SOURCES = 40;

    private static final String ORIGIN = "https://shop.example.org";

    /**
     * A request that is refused.
     *
     * @param wrong what is wrong with its key
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    private record Knock(String door, String wrong, int status, byte[] request, long[] nanos) {
        Knock(String door, String wrong, int status, String request) {
            this(door, wrong, status, request.getBytes(StandardCharsets.US_ASCII), new long[ROUNDS]);
        }

        double medianMicros() {
            long[] sorted = nanos.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2] / 1_000.0;
        }
    }

    private final List<Knock> knocks = new ArrayList<>();
    private final SampleHouse house;

    /** @param house has two pools, spring and summer; spring's key is rotated */
    WrongKeys(SampleHouse house) throws Exception {
        this.house = house;
        tokens();
        operatorTokens();
        poolKeys();
        sites();
    }

    private String run(String network, String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data-directory", house.data().toString(), "--network", network));
        return SampleHouse.run(all.toArray(String[]::new)).strip();
    }

    private static String get(String path, String token) {
        return "GET " + path + " HTTP/1.1\r\nHost: keys\r\n"
                + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n";
    }

    /** One whose character at that place is another one. */
    private static String changed(String key, int at) {
        return key.substring(0, at) + (key.charAt(at) == 'A' ? 'B' : 'A') + key.substring(at + 1);
    }

    private long idOfLast() throws Exception {
        JsonNode tokens = house.operator("/v1/operator/tokens?network=" + SampleHouse.NETWORK)
                .path("tokens");
        return tokens.path(tokens.size() - 1).path("id").asLong();
    }

    private void tokens() throws Exception {
        String token = house.token();
        String revoked = run(SampleHouse.NETWORK, "account", "token", "--name", "revoked");
        run(SampleHouse.NETWORK, "account", "revoke-token", "--id", String.valueOf(idOfLast()));
        String former = run(SampleHouse.NETWORK, "account", "token", "--name", "former");
        run(SampleHouse.NETWORK, "account", "rotate-token", "--id", String.valueOf(idOfLast()));
        String reads = run(SampleHouse.NETWORK, "account", "token", "--name", "reads", "--read-only");
        run("rival", "account", "create", "--advertiser", "other", "--campaign", "fall");
        String foreign = run("rival", "account", "token");
        String unknown = "rt_" + "A".repeat(token.length() - 3);

        String door = "a network's token";
        UnaryOperator<String> list = key -> get(SampleHouse.POOLS, key);
        knocks.add(new Knock(door, "nobody's", 401, list.apply(unknown)));
        knocks.add(new Knock(door, "the same once more", 401, list.apply(unknown)));
        knocks.add(new Knock(door, "wrong in its last character", 401, list.apply(changed(token, token.length() - 1))));
        knocks.add(new Knock(door, "wrong in its first character", 401, list.apply(changed(token, 3))));
        knocks.add(new Knock(door, "revoked", 401, list.apply(revoked)));
        knocks.add(new Knock(door, "rotated away", 401, list.apply(former)));
        knocks.add(new Knock(door, "another network's", 404, list.apply(foreign)));
        knocks.add(new Knock(
                door,
                "another network's, and no such network",
                404,
                get(SampleHouse.POOLS.replace("/" + SampleHouse.NETWORK + "/", "/none/"), foreign)));
        knocks.add(new Knock(
                door,
                "for reading alone, asked to delete",
                403,
                get(SampleHouse.POOLS.replace(".json", "/spring.json"), reads).replaceFirst("GET", "DELETE")));
    }

    private void operatorTokens() throws Exception {
        String token = new DataFolder(house.data()).operatorToken();
        String door = "the operator's token";
        UnaryOperator<String> list = key -> get("/v1/operator/tokens?network=" + SampleHouse.NETWORK, key);
        String unknown = "op_" + "A".repeat(token.length() - 3);
        knocks.add(new Knock(door, "nobody's", 401, list.apply(unknown)));
        knocks.add(new Knock(door, "the same once more", 401, list.apply(unknown)));
        knocks.add(new Knock(door, "wrong in its last character", 401, list.apply(changed(token, token.length() - 1))));
        knocks.add(new Knock(door, "wrong in its first character", 401, list.apply(changed(token, 3))));
        knocks.add(new Knock(door, "a network's", 401, list.apply(house.token())));
    }

    private void poolKeys() throws Exception {
        String former = house.poolKey("spring");
        house.post("/v1/pools/spring/key", JsonMapper.shared().createObjectNode());
        String key = house.poolKey("spring");
        String unknown = "A".repeat(key.length());
        String door = "a pool's key";
        UnaryOperator<String> spring =
                wrong -> get("/api/2026-11-01/ring_pools/spring/allocate_number.json?ring_pool_key=" + wrong, "");
        knocks.add(new Knock(door, "nobody's", 403, spring.apply(unknown)));
        knocks.add(new Knock(door, "the same once more", 403, spring.apply(unknown)));
        knocks.add(new Knock(
                door, "nobody's, and no such pool", 403, spring.apply(unknown).replace("spring", "winter")));
        knocks.add(new Knock(door, "wrong in its last character", 403, spring.apply(changed(key, key.length() - 1))));
        knocks.add(new Knock(door, "wrong in its first character", 403, spring.apply(changed(key, 0))));
        knocks.add(new Knock(door, "rotated away", 403, spring.apply(former)));
        knocks.add(new Knock(door, "another pool's", 403, spring.apply(house.poolKey("summer"))));
    }

    private void sites() throws Exception {
        String site = house.makeSite(ORIGIN);
        String door = "a site's id (public)";
        String body = "{\"requests\":[{\"destination\":\"+12125550190\"}]}";
        UnaryOperator<String> page = id -> "POST /v1/sites/" + id + "/leases HTTP/1.1\r\nHost: keys\r\nOrigin: "
                + ORIGIN + "\r\nContent-Type: text/plain\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        String unknown = "site_" + "A".repeat(site.length() - 5);
        knocks.add(new Knock(door, "nobody's", 403, page.apply(unknown)));
        knocks.add(new Knock(door, "the same once more", 403, page.apply(unknown)));
        knocks.add(new Knock(door, "wrong in its last character", 403, page.apply(changed(site, site.length() - 1))));
        knocks.add(new Knock(door, "of other pages", 403, page.apply(site).replace("shop", "evil")));
    }

    /** Each kind once in a round, in an order of its own, so that none always follows the same other. */
    void measure() throws Exception {
        URI server = house.http();
        Random random = new Random(1);
        List<Knock> order = new ArrayList<>(knocks);
        List<Socket> sockets = new ArrayList<>();
        byte[] answer = new byte[16 * 1024];
        try {
            for (int i = 0; i < SOURCES; i++) {
                Socket socket = new Socket();
                sockets.add(socket);
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(10_000);
                socket.bind(new InetSocketAddress("127.0.2." + (1 + i), 0));
                socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            }
            int turn = 0;
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                Collections.shuffle(order, random);
                for (Knock knock : order) {
                    Socket socket = sockets.get(turn++ % SOURCES);
                    long begun = System.nanoTime();
                    socket.getOutputStream().write(knock.request());
                    int length = read(socket, answer);
                    long nanos = System.nanoTime() - begun;
                    String text = new String(answer, 0, length, StandardCharsets.UTF_8);
                    assertThat(text).as(knock.door() + " " + knock.wrong()).startsWith("HTTP/1.1 " + knock.status());
                    if (round >= 0) {
                        knock.nanos()[round] = nanos;
                    }
                }
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static int read(Socket socket, byte[] answer) throws IOException {
        int length = 0;
        while (true) {
            int more = socket.getInputStream().read(answer, length, answer.length - length);
            if (more < 0) {
                throw new IOException("the server closed a connection");
            }
            length += more;
            String text = new String(answer, 0, length, StandardCharsets.ISO_8859_1);
            int body = text.indexOf("\r\n\r\n") + 4;
            if (body >= 4) {
                String headers = text.substring(0, body).toLowerCase(Locale.ROOT);
                int at = headers.indexOf("content-length: ") + "content-length: ".length();
                if (length >= body + Integer.parseInt(headers.substring(at, headers.indexOf('\r', at)))) {
                    return length;
                }
            }
        }
    }

    /** The proof's page. */
    void write() throws IOException {
        List<String> table = new ArrayList<>();
        Knock first = knocks.getFirst();
        for (Knock knock : knocks) {
            if (!knock.door().equals(first.door())) {
                first = knock;
            }
            table.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %.1f µs | %.3f |",
                    knock.door(),
                    knock.wrong(),
                    knock.status(),
                    knock.medianMicros(),
                    knock.medianMicros() / first.medianMicros()));
        }
        Scale.proof("key-timing", """
                # How long wrong keys take

                Written by `./dev prove key-timing` (`HostileRequestsIT`): a server as a process of its own, and one client that sends each kind of
                wrong key once in each of %d rounds, in a new order each time, and waits for the answer. Medians over HTTP; what one and
                the same request differs from itself ("the same once more") is the measurement's own noise. Where the answer's status is
                another one, its text is too. That every wrong key takes one hash, one look-up and one comparison in constant time is shown by
                `KeyTableTest` and `AccessTest`, without a clock.

                | key | what is wrong | answer | median | ÷ nobody's |
                | --- | --- | ---: | ---: | ---: |
                %s
                """.formatted(ROUNDS, String.join("\n", table)));
    }
}

package io.ringtrace.server.lease;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sixty-four clients at once who ask for numbers, over and over, and write down what they were told and when. Visitors come and go: each
 * is about for four seconds, at several clients at the same time, so that one also asks twice at once, on two servers.
 */
final class LeaseClients implements AutoCloseable {
    static final int CLIENTS = 64;
    private static final int VISITORS_AT_ONCE = 40;
    private static final long NEW_VISITOR_EVERY_MILLIS = 100;
    private static final int LONGEST_PAUSE_MILLIS = 40;

    /**
     * One answer with a number of the visitor's own.
     *
     * @param askedNanos when the request was sent, by the monotonic clock
     * @param heardNanos when the answer was read
     */
    record Told(
            String visitor,
            long number,
            long version,
            boolean renewed,
            boolean changed,
            long guaranteedMillis,
            long askedNanos,
            long heardNanos) {}

    final Queue<Told> told = new ConcurrentLinkedQueue<>();
    /** Answers that no server should give. */
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    /** The overflow number, or none. */
    final AtomicInteger withoutOne = new AtomicInteger();
    /** 503 with Retry-After. */
    final AtomicInteger refused = new AtomicInteger();
    /** The connection was refused or broke; what became of the request is unknown. */
    final AtomicInteger unanswered = new AtomicInteger();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final List<Thread> threads = new ArrayList<>();
    private final List<URI> servers;
    private final String token;
    private final String pool;
    private final long begun = System.nanoTime();
    private volatile boolean ending;

    LeaseClients(List<URI> servers, String token, String pool) {
        this.servers = List.copyOf(servers);
        this.token = token;
        this.pool = pool;
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            threads.add(Thread.ofVirtual().start(() -> play(number)));
        }
    }

    private void play(int client) {
        Random random = new Random(client);
        try {
            for (int i = 0; !ending; i++) {
                long newest = (System.nanoTime() - begun) / 1_000_000 / NEW_VISITOR_EVERY_MILLIS;
                ask(
                        servers.get((client + i) % servers.size()),
                        "visitor-" + (newest + random.nextInt(VISITORS_AT_ONCE)));
                Thread.sleep(random.nextInt(LONGEST_PAUSE_MILLIS));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(URI server, String visitor) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/v1/leases"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"requests\":[{\"pool\":\"" + pool + "\",\"visitor_id\":\"" + visitor + "\"}]}"))
                .build();
        long asked = System.nanoTime();
        HttpResponse<String> answer;
        try {
            answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException _) {
            unanswered.incrementAndGet();
            Thread.sleep(50);
            return;
        }
        long heard = System.nanoTime();
        if (answer.statusCode() == 503
                && answer.headers().firstValue("retry-after").isPresent()) {
            refused.incrementAndGet();
            Thread.sleep(100);
            return;
        }
        JsonNode row = answer.statusCode() == 200
                ? JsonMapper.shared().readTree(answer.body()).path("responses").path(0)
                : JsonMapper.shared().createObjectNode();
        if (row.path("lease_id").isString()) {
            String[] lease = row.path("lease_id").asString().split("\\.", 2);
            told.add(new Told(
                    row.path("visitor_id").asString(),
                    Long.parseLong(lease[0]),
                    Long.parseLong(lease[1]),
                    row.path("renewed").asBoolean(),
                    row.path("changed").asBoolean(),
                    row.path("guaranteed_for_ms").asLong(),
                    asked,
                    heard));
        } else if (row.has("overflow")) {
            withoutOne.incrementAndGet();
        } else {
            wrong.add(answer.statusCode() + " " + answer.body());
        }
    }

    /** Waits until they were told so many numbers more, or gives up. */
    void awaitMore(int numbers, Duration longest) throws InterruptedException {
        int before = told.size();
        long until = System.nanoTime() + longest.toNanos();
        while (told.size() < before + numbers) {
            if (System.nanoTime() > until) {
                throw new AssertionError(
                        told.size() - before + " of " + numbers + " numbers within " + longest + ": " + refused
                                + " refused, " + unanswered + " unanswered, " + withoutOne + " without one, " + wrong);
            }
            Thread.sleep(20);
        }
    }

    /** Waits until they were told of so many leases in all, or gives up. */
    void awaitLeases(int leases, Duration longest) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        while (true) {
            long told = this.told.stream()
                    .map(one -> one.number() + "." + one.version())
                    .distinct()
                    .count();
            if (told >= leases) {
                return;
            }
            if (System.nanoTime() > until) {
                throw new AssertionError(told + " of " + leases + " leases within " + longest);
            }
            Thread.sleep(100);
        }
    }

    /** Asks no more; returns when the last answer is there. */
    void end() {
        ending = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        end();
        http.close();
    }
}

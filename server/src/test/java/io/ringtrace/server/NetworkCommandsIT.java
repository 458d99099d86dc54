package io.ringtrace.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.ringtrace.http.webhook.WebhookSignature;
import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

@DisplayName("What an operator does by command with the calls of a network")
class NetworkCommandsIT {
    private static final String DESTINATION = "+12125550190";

    @TempDir
    static Path folder;

    private static @Nullable SampleHouse house;
    private static List<SampleHouse.Visitor> visitors = List.of();

    private record Told(String key, String signature, String body) {}

    @BeforeAll
    static void startAHouseWithTwoVisitors() throws Exception {
        house = new SampleHouse(folder);
        Files.writeString(house().config(), "webhooks:\n  allow-networks: [127.0.0.0/8]\n", StandardOpenOption.APPEND);
        house().start();
        house().awaitReady(Duration.ofSeconds(90));
        house().importAccount(Files.writeString(
                folder.resolve("numbers.csv"),
                "number,rate_center,state\n+18005550101,,\n+18005550102,,\n+18005550103,,\n"));
        house().makePool("the-pool", "toll_free", DESTINATION, 3);
        visitors = house().lease(Stream.of("one visitor", "another/visitor")
                .map(id -> new SampleHouse.Visit(id, "the-pool", DESTINATION, Map.of("utm_source", "mail")))
                .toList());
    }

    @AfterAll
    static void stop() {
        house().close();
    }

    private static SampleHouse house() {
        if (house == null) {
            throw new IllegalStateException("the house is not built");
        }
        return house;
    }

    @Test
    void aWebhookIsSetShownAndRemovedAndWhatItDidNotTakeIsListedAndTriedOnceMore() throws Exception {
        BlockingQueue<Told> told = new LinkedBlockingQueue<>();
        AtomicInteger answer = new AtomicInteger(500);
        HttpServer receiver = receiver(told, answer);
        try {
            String url = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/calls";
            String secret = run("account", "webhook", "--network", SampleHouse.NETWORK, "--url", url)
                    .strip();
            assertThat(secret).matches("\\S{20,}");
            assertThat(run("account", "webhook", "--network", SampleHouse.NETWORK))
                    .contains(url)
                    .doesNotContain(secret);

            busyCall("told", visitors.getFirst());
            Told refused = next(told);
            assertThat(refused.body()).contains("told@caller");
            eventually(() ->
                    run("account", "webhook", "--network", SampleHouse.NETWORK).contains("500"));
            // Seven attempts take two minutes; the eighth is the last.
            store("UPDATE webhook SET attempts = 7, next_attempt_at = 0");
            eventually(() -> deadLetters().contains(refused.key()));
            assertThat(deadLetters()).containsPattern(refused.key() + " .* 8 .*500");
            assertThat(run("webhooks", "dead-letters", "--network", SampleHouse.NETWORK, "--after", refused.key()))
                    .doesNotContain("500");

            answer.set(204);
            told.clear();
            String retry = run("webhooks", "retry", "--network", SampleHouse.NETWORK, "--transaction", refused.key());
            assertThat(retry).isEqualTo("1 are tried once more.\n");
            Told again = next(told);
            assertThat(again.key()).isEqualTo(refused.key());
            assertThat(again.body()).isEqualTo(refused.body());
            long seconds = Long.parseLong(again.signature().replaceFirst("^t=([0-9]+),.*", "$1"));
            assertThat(again.signature())
                    .isEqualTo(WebhookSignature.of(secret, seconds, again.body().getBytes(UTF_8)));
            eventually(() -> !deadLetters().contains(refused.key()));

            assertThat(run("account", "webhook", "--network", SampleHouse.NETWORK, "--remove"))
                    .contains("is told of no more calls");
            assertThatThrownBy(() -> run("account", "webhook", "--network", SampleHouse.NETWORK))
                    .hasMessageContaining("ended with 1");
        } finally {
            receiver.stop(0);
        }
    }

    private static String deadLetters() throws IOException {
        return run("webhooks", "dead-letters", "--network", SampleHouse.NETWORK);
    }

    private static HttpServer receiver(BlockingQueue<Told> told, AtomicInteger answer) throws IOException {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        receiver.createContext("/calls", exchange -> {
            told.add(new Told(
                    exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                    exchange.getRequestHeaders().getFirst(WebhookSignature.HEADER),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            exchange.sendResponseHeaders(answer.get(), -1);
            exchange.close();
        });
        receiver.start();
        return receiver;
    }

    @Test
    void aVisitorIsErasedFromLeasesNumbersAndRecords() throws Exception {
        SampleHouse.Visitor visitor = visitors.get(1);
        busyCall("erased", visitor);
        eventually(() -> record("erased").hasNonNull("end_reason"));
        assertThat(record("erased").path("visitor_id").asString()).isEqualTo(visitor.id());

        assertThat(run("visitors", "erase", "--network", SampleHouse.NETWORK, "--visitor", visitor.id()))
                .isEqualTo("Erased from 1 leases, 1 numbers and 1 call records.\n");
        JsonNode record = record("erased");
        assertThat(record.path("visitor_erased").asBoolean()).isTrue();
        assertThat(record.path("visitor_id").asString("")).isEmpty();
        assertThat(record.path("marketing_data").isEmpty()).isTrue();
        assertThat(record.path("end_reason").asString()).isEqualTo("destination_busy");
        assertThat(run("visitors", "erase", "--network", SampleHouse.NETWORK, "--visitor", visitor.id()))
                .as("again")
                .isEqualTo("Erased from 0 leases, 0 numbers and 0 call records.\n");
        assertThatThrownBy(() -> run("visitors", "erase", "--network", "nobody", "--visitor", visitor.id()))
                .hasMessageContaining("ended with 1");
    }

    @Test
    void anEventThatTheDatabaseRefusedIsListedWithItsReasonAndTheOthersGoOn() throws Exception {
        store("ALTER TABLE call_record ADD CONSTRAINT not_this_call CHECK (sip_call_id <> 'refused@caller')");
        try {
            busyCall("refused", visitors.getFirst());
            busyCall("taken", visitors.getFirst());
            eventually(() -> setAside().contains("not_this_call"));
            assertThat(setAside()).contains("Began[").containsPattern("shard [0-9]+ +call [0-9A-Z]{26}: ");
            eventually(() -> record("taken").hasNonNull("end_reason"));
        } finally {
            store("ALTER TABLE call_record DROP CONSTRAINT not_this_call");
        }
    }

    private static String setAside() throws IOException {
        return SampleHouse.run("journal", "set-aside", house().data().toString());
    }

    /** A call to the visitor's number that ends with 486. */
    private static void busyCall(String id, SampleHouse.Visitor visitor) throws IOException {
        try (SipSocket caller = new SipSocket("127.0.0.1:0");
                SipSocket gateway = new SipSocket(house().gateway())) {
            String sip = house().sip();
            caller.send(sip, caller.invite(visitor.promoNumber(), sip, id));
            gateway.send(sip, gateway.answer(gateway.receive("INVITE"), "486 Busy Here"));
            caller.receive("SIP/2.0 486");
        }
    }

    private static JsonNode record(String id) throws Exception {
        return house().calls().stream()
                .filter(call -> call.path("sip_call_id").asString("").equals(id + "@caller"))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private static String run(String... words) throws IOException {
        return SampleHouse.run(Stream.concat(
                        Stream.of(words),
                        Stream.of("--data-directory", house().data().toString()))
                .toArray(String[]::new));
    }

    private static void store(String sql) throws Exception {
        try (StoreDatabase database = StoreDatabase.join(new StoreSettings.Embedded(house().data(), 64, 2));
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Told next(BlockingQueue<Told> told) throws InterruptedException {
        Told next = told.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return Objects.requireNonNull(next);
    }

    private static void eventually(Callable<Boolean> is) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!is.call()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.sleep(50);
        }
    }
}

package io.ringtrace.http.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Webhooks;
import io.ringtrace.http.Calls;
import io.ringtrace.http.InMemoryCallRecords;
import io.ringtrace.routing.IpNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A webhook")
class WebhookDeliveryTest {
    private static final WebhookTargets LOOPBACK = new WebhookTargets(List.of(IpNetwork.parse("127.0.0.0/8")));

    private record Received(String key, String signature, String body) {}

    private final InMemoryCallRecords records = new InMemoryCallRecords();
    private final List<Received> received = Collections.synchronizedList(new ArrayList<>());
    private volatile IntUnaryOperator answers = _ -> 200;
    private HttpServer receiver;
    private WebhookDelivery delivery;
    private String secret = "";

    @BeforeEach
    void start() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        receiver.createContext("/calls", this::receive);
        receiver.start();
        secret = records.webhooks.set("acme", url());
        delivery = new WebhookDelivery(records.webhooks, LOOPBACK, records, new Random(1));
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/calls?of=acme");
    }

    @AfterEach
    void stop() {
        delivery.close();
        receiver.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.add(new Received(
                exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                exchange.getRequestHeaders().getFirst(WebhookSignature.HEADER),
                body));
        exchange.sendResponseHeaders(answers.applyAsInt(received.size()), -1);
        exchange.close();
    }

    private void publish(int... calls) {
        for (int call : calls) {
            records.publish(Calls.record(call, "acme", "caller_hangup"), null);
        }
    }

    private List<String> keys() {
        return received.stream().map(Received::key).toList();
    }

    private void later(long seconds) throws StoreUnavailableException, InterruptedException {
        records.advance(seconds * 1000);
        delivery.deliverDue();
    }

    private Webhooks.Webhook webhook() {
        return Objects.requireNonNull(records.webhooks.get("acme"));
    }

    @Test
    void isToldOfEachFinishedCallOnceAndInOrderSigned() throws Exception {
        publish(1, 2, 3);
        delivery.deliverDue();
        delivery.deliverDue();
        assertThat(keys()).containsExactly("1", "2", "3");
        Received first = received.getFirst();
        assertThat(first.body())
                .contains("\"transaction_id\":\"1\"", "\"complete_call_id\":\"" + Calls.id(1), "\"custom_data\":[")
                .contains("\"attribution_status\":\"leased\"");
        long seconds = InMemoryCallRecords.NOON / 1000;
        assertThat(first.signature())
                .isEqualTo(WebhookSignature.of(secret, seconds, first.body().getBytes(StandardCharsets.UTF_8)))
                .startsWith("t=" + seconds + ",v1=");
        assertThat(webhook().cursor()).isEqualTo(3);
    }

    @Test
    void isSignedAsItsReferenceSays() {
        // Computed by: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
        assertThat(WebhookSignature.of("secret", 1_700_000_000, "{}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
    }

    @Test
    void thatFailsIsTriedAgainLaterEachTimeAndNothingOvertakes() throws Exception {
        answers = count -> count <= 3 ? 500 : 200;
        publish(1, 2);
        delivery.deliverDue();
        assertThat(keys()).containsExactly("1");
        assertThat(webhook().lastError()).isEqualTo("it answered 500");
        delivery.deliverDue();
        assertThat(keys()).as("not before its time").hasSize(1);
        later(2);
        later(1);
        assertThat(keys()).as("the second pause is longer").hasSize(2);
        later(2);
        later(5);
        assertThat(keys()).containsExactly("1", "1", "1", "1", "2");
        assertThat(webhook().attempts()).isZero();
        assertThat(webhook().lastError()).isNull();
    }

    @Test
    void thatNeverTakesACallLeavesADeadLetterAndGoesOn() throws Exception {
        publish(1, 2);
        answers = _ -> received.getLast().key().equals("1") ? 400 : 200;
        for (int i = 0; i < WebhookDelivery.ATTEMPTS; i++) {
            later(400);
        }
        delivery.deliverDue();
        assertThat(keys()).endsWith("1", "2").hasSize(WebhookDelivery.ATTEMPTS + 1);
        assertThat(records.webhooks.deadLetters("acme", 0, 10)).singleElement().satisfies(letter -> {
            assertThat(letter.transactionId()).isEqualTo(1);
            assertThat(letter.reason()).isEqualTo("it answered 400");
            assertThat(letter.attempts()).isEqualTo(WebhookDelivery.ATTEMPTS);
        });

        records.webhooks.retry("acme", 1L);
        delivery.deliverDue();
        assertThat(records.webhooks.deadLetters("acme", 0, 10).getFirst().attempts())
                .isEqualTo(WebhookDelivery.ATTEMPTS + 1);

        answers = _ -> 204;
        records.webhooks.retry("acme", null);
        delivery.deliverDue();
        assertThat(records.webhooks.deadLetters("acme", 0, 10)).isEmpty();
        assertThat(keys()).endsWith("1");
    }

    @Test
    void thatIsNotThereIsTriedAgain() throws Exception {
        receiver.stop(0);
        publish(1);
        delivery.deliverDue();
        assertThat(webhook().lastError()).contains("refused");
        assertThat(webhook().attempts()).isEqualTo(1);
    }

    @Test
    void goesToNoPrivateAddressUnlessTheOperatorAllowsIt() throws Exception {
        WebhookTargets strict = new WebhookTargets(List.of());
        for (String host : List.of(
                "127.0.0.1",
                "localhost",
                "10.1.2.3",
                "172.20.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "[::1]",
                "[fe80::1]",
                "[fd00::1]",
                "[::ffff:127.0.0.1]",
                "[64:ff9b::7f00:1]")) {
            assertThat(strict.of("http://" + host + "/")).as(host).isInstanceOf(WebhookTargets.Target.Refused.class);
        }
        assertThat(strict.of("https://192.0.2.1/x")).isInstanceOf(WebhookTargets.Target.Allowed.class);
        assertThat(strict.of("https://[2001:db8::1]:8443/x")).isInstanceOf(WebhookTargets.Target.Allowed.class);
        for (String url :
                List.of("ftp://192.0.2.1/", "https:///x", "https://user@192.0.2.1/", "nothing at all", "/x")) {
            assertThat(strict.of(url)).as(url).isInstanceOf(WebhookTargets.Target.Refused.class);
        }
        try (WebhookDelivery refusing = new WebhookDelivery(records.webhooks, strict, records, new Random(1))) {
            publish(1);
            refusing.deliverDue();
        }
        assertThat(received).isEmpty();
        assertThat(webhook().lastError()).contains("webhooks.allow-networks");
    }
}

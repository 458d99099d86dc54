package io.ringtrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.PhoneNumber;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("GET /v1/calls/stream")
class CallStreamTest {
    private RunningApi api;

    @BeforeEach
    void start() throws Exception {
        api = new RunningApi();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    /** A client that reads the events of its stream one after the other. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Client(int port, String token, String headers) throws IOException {
            socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET /v1/calls/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + "\r\n"
                                    + headers + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        /** The next line that begins so; chunk sizes and empty lines are passed over. Null at the end. */
        String next(String beginning) throws IOException {
            String line = in.readLine();
            while (line != null && !line.startsWith(beginning)) {
                line = in.readLine();
            }
            return line == null ? "" : line;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static CallEvent.Began began(int n) {
        PhoneNumber number = PhoneNumber.parse("+18005550123");
        return new CallEvent.Began(
                Calls.id(n),
                Calls.START,
                "sip",
                "carrier",
                null,
                false,
                "800",
                number,
                AttributionResult.UNASSIGNED,
                number,
                "v",
                0,
                null);
    }

    private static CallEvent.Ended ended(int n) {
        return new CallEvent.Ended(
                Calls.id(n),
                Calls.START + 1000,
                EndReason.CALLER_HANGUP,
                EndedBy.CALLER,
                0,
                0,
                null,
                900,
                true,
                List.of());
    }

    @Test
    void tellsOfTheNetworksCallsAsTheyHappenAndOfTheirPublication() throws Exception {
        try (Client client = new Client(api.port, api.acme, "")) {
            assertThat(client.next("HTTP/1.1")).isEqualTo("HTTP/1.1 200 OK");
            assertThat(client.next("event")).isEqualTo("event: open");
            api.records.tell("other", began(9));
            api.records.tell("acme", began(1));
            api.records.tell("acme", new CallEvent.Answered(Calls.id(1), Calls.START, "gw", 200, 0, List.of(), null));
            api.records.tell("acme", ended(1));
            assertThat(client.next("event")).isEqualTo("event: started");
            assertThat(client.next("data"))
                    .isEqualTo("data: {\"call_id\":\"" + Calls.id(1) + "\",\"time\":\"2026-01-31T09:30:00.005Z\","
                            + "\"trunk\":\"carrier\",\"caller_number\":null,\"promo_number\":\"+18005550123\","
                            + "\"destination_number\":\"+18005550123\",\"attribution_status\":\"unassigned\"}");
            assertThat(client.next("event")).isEqualTo("event: answered");
            assertThat(client.next("event")).isEqualTo("event: ended");
            assertThat(client.next("data")).contains("\"end_reason\":\"caller_hangup\"", "\"talk_ms\":900");
            api.records.publish(Calls.record(2, "other", "caller_hangup"), null);
            api.records.publish(Calls.record(1, "acme", "caller_hangup"), null);
            assertThat(client.next("id")).isEqualTo("id: 2");
            assertThat(client.next("event")).isEqualTo("event: published");
            assertThat(client.next("data")).contains("\"transaction_id\":\"2\"", "\"attribution_status\":\"leased\"");
        }
    }

    @Test
    void goesOnAfterTheLastEventThatTheClientHasSeen() throws Exception {
        for (int n = 1; n <= 3; n++) {
            api.records.publish(Calls.record(n, "acme", "caller_hangup"), null);
        }
        try (Client client = new Client(api.port, api.acme, "Last-Event-ID: 1\r\n")) {
            assertThat(client.next("id")).isEqualTo("id: 1");
            assertThat(client.next("id")).isEqualTo("id: 2");
            assertThat(client.next("id")).isEqualTo("id: 3");
        }
        assertThat(api.send("GET", "/v1/calls/stream", api.acme, "", "Last-Event-ID", "x")
                        .statusCode())
                .isEqualTo(400);
        assertThat(api.get("/v1/calls/stream").statusCode()).isEqualTo(401);
    }

    @Test
    void aClientThatDoesNotReadFastEnoughIsCutWithAWord() throws Exception {
        try (Client client = new Client(api.port, api.acme, "")) {
            client.next("event: open");
            // Nobody reads: the connection fills, then the queue.
            for (int i = 0; i < 200_000 && api.records.heardBySomebody(); i++) {
                api.records.tell("acme", began(i));
            }
            assertThat(client.next("event: end")).isEqualTo("event: end");
            assertThat(client.next("data")).isEqualTo("data: {\"reason\":\"too_slow\"}");
            assertThat(client.next("event")).isEmpty();
        }
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (api.records.heardBySomebody() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        assertThat(api.records.heardBySomebody()).isFalse();
    }

    @Test
    void endsWhenTheServerStops() throws Exception {
        try (Client client = new Client(api.port, api.acme, "")) {
            client.next("event: open");
            api.api.close();
            assertThat(client.next("event")).isEqualTo("event: end");
        }
    }

    @Test
    void isForABoundedNumberOfClients() throws Exception {
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 64; i++) {
                Client client = new Client(api.port, api.acme, "");
                clients.add(client);
                client.next("event: open");
            }
            assertThat(api.get("/v1/calls/stream", api.acme).statusCode()).isEqualTo(503);
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }
}

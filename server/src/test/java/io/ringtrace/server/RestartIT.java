package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@DisplayName("A restart")
class RestartIT {
    @TempDir
    static Path folder;

    /** One house for all: each test leaves its server running, and looks at the record of its own call. */
    private static LeasedHouse leased;

    private static SipSocket gateway;
    private SipSocket caller;

    @BeforeAll
    static void open() throws Exception {
        leased = new LeasedHouse(folder, 2);
        gateway = new SipSocket(leased.house.gateway());
    }

    @AfterAll
    static void close() {
        gateway.close();
        leased.close();
    }

    @BeforeEach
    void aCallerOfItsOwn() throws IOException {
        caller = new SipSocket("127.0.0.1:0");
    }

    @AfterEach
    void goes() {
        caller.close();
    }

    @Test
    @DisplayName("after kill -9: a retransmitted INVITE joins its record")
    void aRetransmittedInviteJoinsItsRecord() throws Exception {
        String sip = leased.house.sip();
        String invite = caller.invite(leased.leasedNumbers().getFirst(), sip, "again");
        caller.send(sip, invite);
        assertThat(gateway.receive("INVITE")).contains("Call-ID: again@caller");
        leased.house.server().kill();
        // By this the next start knows that calls are waiting, and plays none first.
        assertThat(new DataFolder(leased.house.data()).isMarkedRunning()).isTrue();
        gateway.drain();
        caller.drain();
        leased.restart();

        caller.send(sip, invite);
        gateway.send(sip, gateway.answer(gateway.receive("INVITE"), "486 Busy Here"));
        assertThat(caller.receive("SIP/2.0 486")).contains("Call-ID: again@caller");

        JsonNode record = recordOf("again", "destination_busy");
        assertThat(record.path("visitor_id").asString()).isEqualTo("visitor-0");
    }

    @Test
    @DisplayName(
            "after kill -9: calls are taken while the database is not there yet, programs hear 503 until it is, records are whole then")
    void callsAreTakenBeforeTheStoreIsThere() throws Exception {
        String sip = leased.house.sip();
        URI http = leased.house.http();
        String lease = leaseBegunNow();
        leased.house.server().kill();
        Path pid = leased.house.data().resolve("mariadb").resolve("pid");
        signal("STOP", Files.readString(pid).strip());
        String answer;
        try {
            leased.house.start();
            String invite = caller.invite(leased.leasedNumbers().getFirst(), sip, "early");
            String atGateway = untilItComes(sip, invite);
            gateway.send(sip, gateway.answer(atGateway, "200 OK"));
            answer = caller.receive("SIP/2.0 200");
            caller.send(sip, caller.inDialog("ACK", answer, 1));
            gateway.receive("ACK");
            HttpResponse<String> refused = untilItAnswers(http.resolve("/v1/calls"), leased.house.token());
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
            assertThat(refused.headers().firstValue("retry-after")).hasValue("2");
            hangUp(answer);
        } finally {
            signal("CONT", Files.readString(pid).strip());
        }
        leased.house.awaitReady(Duration.ofSeconds(60));
        JsonNode record = recordOf("early", "caller_hangup");
        assertThat(record.path("attribution_status").asString()).isEqualTo("leased");
        assertThat(record.path("lease_id").asString()).isEqualTo(lease);
        assertThat(record.path("talk_ms").asLong()).isPositive();
    }

    /** Another lease of the same number. */
    private static String leaseBegunNow() throws IOException {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.putArray("requests")
                .addObject()
                .put("pool", "the-pool")
                .put("visitor_id", "visitor-0")
                .put("destination", LeasedHouse.DESTINATION)
                .put("new_attribution", true)
                .putObject("marketing_data")
                .put("utm_source", "another");
        String lease = leased.house
                .post("/v1/leases", body)
                .path("responses")
                .path(0)
                .path("lease_id")
                .asString("");
        assertThat(lease)
                .isNotEmpty()
                .isNotEqualTo(leased.visitorOfNumber.values().iterator().next().leaseId());
        return lease;
    }

    private static void signal(String name, String pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor())
                .isZero();
    }

    /** Sends the INVITE again and again to a server that is starting; returns it as it comes to the gateway. */
    private String untilItComes(String sip, String invite) throws IOException {
        SocketTimeoutException last = null;
        for (int attempt = 0; attempt < 60; attempt++) {
            caller.send(sip, invite);
            try {
                return gateway.receiveWithin(500, "INVITE");
            } catch (SocketTimeoutException e) {
                last = e;
            }
        }
        throw last;
    }

    private static HttpResponse<String> untilItAnswers(URI uri, String token) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (true) {
                try {
                    return client.send(
                            HttpRequest.newBuilder(uri)
                                    .header("Authorization", "Bearer " + token)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                } catch (ConnectException e) {
                    assertThat(System.nanoTime()).as(e.toString()).isLessThan(deadline);
                    Thread.sleep(50);
                }
            }
        }
    }

    @Test
    @DisplayName(
            "after kill -9: an answered call is live again; at SIGTERM new ones get 503, and it is kept until its BYE")
    void anAnsweredCallIsLiveAgain() throws Exception {
        String sip = leased.house.sip();
        String answer = connect("talks");
        leased.house.server().kill();
        leased.restart();
        assertThat(leased.house
                        .operator("/v1/operator/status")
                        .path("live_calls")
                        .asInt())
                .isEqualTo(1);
        JsonNode live = leased.house.operator("/v1/operator/live");
        assertThat(live.path("calls").path(0).path("state").asString()).isEqualTo("answered");
        assertThat(live.path("calls").path(0).path("trunk").asString()).isEqualTo("carrier");

        leased.house.server().terminate();
        Thread.sleep(200);
        caller.send(sip, caller.invite(leased.leasedNumbers().getFirst(), sip, "late"));
        assertThat(caller.receive("SIP/2.0 503")).contains("Retry-After: 30");
        hangUp(answer);
        assertThat(leased.house.server().awaitExit(9))
                .as("within the 10 s of grace")
                .isZero();

        leased.restart();
        assertThat(recordOf("talks", "caller_hangup").path("talk_ms").asLong()).isPositive();
    }

    @Test
    @DisplayName("by a second SIGTERM: the server stops at once, and the call goes on in the next run")
    void stopsAtOnce() throws Exception {
        String answer = connect("stopped");
        long start = System.nanoTime();
        leased.house.server().terminate();
        Thread.sleep(200);
        leased.house.server().terminate();
        assertThat(leased.house.server().awaitExit(9)).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
        assertThat(new DataFolder(leased.house.data()).isMarkedRunning()).isFalse();
        leased.restart();
        hangUp(answer);
        recordOf("stopped", "caller_hangup");
    }

    @Test
    @DisplayName("by SIGTERM, of whose grace a call makes use to the end: new calls get 503, the server stops in time,"
            + " and the next run completes the record with the BYE")
    void aCallOutlivesTheGrace() throws Exception {
        Duration grace = Duration.ofSeconds(2);
        String sip = leased.house.sip();
        leased.house.server().kill();
        leased.house.start(Map.of("RINGTRACE_SIP_STOP_GRACE", grace.toSeconds() + "s"));
        leased.house.awaitReady(Duration.ofSeconds(60));
        String answer = connect("outlives");
        long start = System.nanoTime();
        leased.house.server().terminate();
        Thread.sleep(200);
        caller.send(sip, caller.invite(leased.leasedNumbers().getFirst(), sip, "too-late"));
        assertThat(caller.receive("SIP/2.0 503")).contains("Retry-After: 30", "Call-ID: too-late@caller");
        assertThat(leased.house.server().awaitExit(20)).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("the grace, and 5 s for what is in the journal")
                .isBetween(grace, grace.plusSeconds(10));

        leased.restart();
        assertThat(leased.house
                        .operator("/v1/operator/status")
                        .path("live_calls")
                        .asInt())
                .isEqualTo(1);
        hangUp(answer);
        JsonNode record = recordOf("outlives", "caller_hangup");
        assertThat(record.path("talk_ms").asLong()).isGreaterThan(grace.toMillis());
        assertThat(record.path("duration_exact").asBoolean()).isTrue();
    }

    /** The one record of the call, which ended so. */
    private static JsonNode recordOf(String callId, String reason) throws Exception {
        Predicate<JsonNode> ofCall =
                record -> record.path("sip_call_id").asString("").equals(callId + "@caller");
        List<JsonNode> records = leased
                .recordsOnce(all -> all.stream()
                        .anyMatch(record -> ofCall.test(record)
                                && record.path("end_reason").asString("").equals(reason)))
                .stream()
                .filter(ofCall)
                .toList();
        assertThat(records).hasSize(1);
        assertThat(records.getFirst().path("end_reason").asString()).isEqualTo(reason);
        return records.getFirst();
    }

    /** Returns the 200 as the caller got it. */
    private String connect(String callId) throws IOException {
        String sip = leased.house.sip();
        caller.send(sip, caller.invite(leased.leasedNumbers().getFirst(), sip, callId));
        gateway.send(sip, gateway.answer(gateway.receive("INVITE"), "200 OK"));
        String answer = caller.receive("SIP/2.0 200");
        caller.send(sip, caller.inDialog("ACK", answer, 1));
        gateway.receive("ACK");
        return answer;
    }

    private void hangUp(String answer) throws IOException {
        String sip = leased.house.sip();
        caller.send(sip, caller.inDialog("BYE", answer, 2));
        gateway.send(sip, gateway.answer(gateway.receive("BYE"), "200 OK"));
        caller.receive("SIP/2.0 200");
    }
}

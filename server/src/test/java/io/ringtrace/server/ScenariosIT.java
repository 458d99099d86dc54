package io.ringtrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.server.demo.SampleHouse;
import io.ringtrace.server.demo.Sipp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@DisplayName("Each SIPp scenario, and the record it leaves")
class ScenariosIT {
    /** A rate at which the one call of a scenario begins at once. */
    private static final int SOON = 100;

    private static final String NOT_OURS = "+13105550142";

    @TempDir
    static Path folder;

    static LeasedHouse leased;
    /** The house's own configuration. */
    static String own;

    @BeforeAll
    static void start() throws Exception {
        // One scenario waits for it.
        leased = new LeasedHouse(folder, 20, config -> config.replaceFirst("sip:\n", "sip:\n  no-answer-limit: 3s\n"));
        own = Files.readString(leased.house.config());
    }

    @AfterAll
    static void stop() {
        leased.close();
    }

    @Test
    void anAnsweredCallThatTheCallerEnds() throws Exception {
        JsonNode record = play("answered-call", leased.leasedNumbers().get(0));
        assertThat(record.path("attribution_status").asString()).isEqualTo("leased");
        assertThat(record.path("end_reason").asString()).isEqualTo("caller_hangup");
        assertThat(record.path("ended_by").asString()).isEqualTo("caller");
        assertThat(record.path("talk_ms").asLong()).isBetween(250L, 3_000L);
        assertThat(record.path("gateway").asString()).isEqualTo("dental-office");
    }

    @Test
    void anAnsweredCallThatTheDestinationEnds() throws Exception {
        JsonNode record = play("destination-hangs-up", leased.leasedNumbers().get(1));
        assertThat(record.path("end_reason").asString()).isEqualTo("destination_hangup");
        assertThat(record.path("ended_by").asString()).isEqualTo("destination");
    }

    @Test
    void aBusyDestination() throws Exception {
        JsonNode record = play("destination-busy", leased.leasedNumbers().get(2));
        assertThat(record.path("end_reason").asString()).isEqualTo("destination_busy");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(486);
        assertThat(record.path("sip_code_gateway").asInt()).isEqualTo(486);
        assertThat(record.path("answer_time").isString()).isFalse();
    }

    @Test
    void nobodyAnswersAndTheCallerHears408() throws Exception {
        JsonNode record = play("nobody-answers", leased.leasedNumbers().get(3));
        assertThat(record.path("end_reason").asString()).isEqualTo("destination_no_answer");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(408);
    }

    @Test
    void aCallerWhoCancelsWhileItRings() throws Exception {
        JsonNode record = play("caller-cancels", leased.leasedNumbers().get(4));
        assertThat(record.path("end_reason").asString()).isEqualTo("caller_cancelled");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(487);
    }

    @Test
    void anAnswerThatCrossesTheCancel() throws Exception {
        JsonNode record = play("answer-beats-cancel", leased.leasedNumbers().get(6));
        assertThat(record.path("end_reason").asString()).isEqualTo("caller_hangup");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(200);
    }

    @Test
    void aReInviteWithinTheCall() throws Exception {
        JsonNode record = play("re-invite", leased.leasedNumbers().get(7));
        assertThat(record.path("end_reason").asString()).isEqualTo("caller_hangup");
    }

    @Test
    void ringingThatIsAcknowledged() throws Exception {
        JsonNode record = play("reliable-ringing", leased.leasedNumbers().get(8));
        assertThat(record.path("end_reason").asString()).isEqualTo("caller_hangup");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(200);
    }

    @Test
    void aGatewayWithoutService() throws Exception {
        JsonNode record = play("gateway-unavailable", leased.leasedNumbers().get(9));
        assertThat(record.path("end_reason").asString()).isEqualTo("destination_error");
        assertThat(record.path("sip_code_gateway").asInt()).isEqualTo(503);
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(500);
    }

    @Test
    void aRedirectionThatIsPassedOn() throws Exception {
        JsonNode record = play("redirected", leased.leasedNumbers().get(10));
        assertThat(record.path("end_reason").asString()).isEqualTo("redirected");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(302);
    }

    @Test
    void aDestinationThatDeclines() throws Exception {
        JsonNode record = play("declined", leased.leasedNumbers().get(11));
        assertThat(record.path("end_reason").asString()).isEqualTo("destination_declined");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(603);
    }

    @Test
    void aRunningCallIsShownByLiveAndItsMessagesByTrace() throws Exception {
        String data = leased.house.data().toString();
        String number = leased.leasedNumbers().get(16);
        SampleHouse.run("trace", "carrier", "--for", "1m", "--data-directory", data);
        assertThat(SampleHouse.run("trace", "--data-directory", data)).contains("carrier");
        try (Sipp _ = leased.gateway("answered-call", 0);
                Sipp carrier = leased.carrier("answered-call", List.of(number), "127.0.0.1:0", 1, SOON, 1_000, 60)) {
            String live = "";
            while (carrier.alive() && !live.contains(number)) {
                live = SampleHouse.run("live", "--data-directory", data);
                Thread.sleep(10);
            }
            assertThat(live)
                    .containsPattern("(?m)^1 calls, [0-9]+ server and [0-9]+ client transactions")
                    .containsPattern("(trying|ringing|answered) .*" + Pattern.quote(number) + " +carrier");
            Sipp.Outcome outcome = carrier.await(70);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();
        }
        assertThat(SampleHouse.run("trace", "carrier", "--off", "--data-directory", data))
                .doesNotContain("s more");
        assertThat(Files.readString(leased.house.log()))
                .containsPattern("received:\n +INVITE sip:" + Pattern.quote(number))
                .containsPattern("sent:\n +INVITE sip:" + Pattern.quote(LeasedHouse.DESTINATION));
    }

    @Test
    void optionsAreAnsweredAndLeaveNoRecord() throws Exception {
        int before = leased.house.calls().size();
        try (Sipp carrier =
                leased.carrier("options", leased.leasedNumbers().subList(5, 6), "127.0.0.1:0", 1, SOON, 0, 30)) {
            Sipp.Outcome outcome = carrier.await(40);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();
        }
        assertThat(leased.house.calls()).hasSize(before);
    }

    @Test
    void aNumberThatIsNotOursIsRefusedAndRecorded() throws Exception {
        JsonNode record = play("unknown-number", NOT_OURS);
        assertThat(record.path("attribution_status").asString()).isEqualTo("unknown_number");
        assertThat(record.path("end_reason").asString()).isEqualTo("unknown_promo_number");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(404);
    }

    @Test
    void aStrangerIsRefusedAndLeavesNoRecord() throws Exception {
        int before = leased.house.calls().size();
        try (Sipp stranger =
                leased.carrier("stranger", leased.leasedNumbers().subList(5, 6), "127.0.0.9:0", 1, SOON, 0, 30)) {
            Sipp.Outcome outcome = stranger.await(40);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();
        }
        assertThat(leased.house.calls()).hasSize(before);
    }

    @Test
    void aBlockedCaller() throws Exception {
        reloads("", "blocked-callers: {numbers: [\"+12025550166\"]}\n");
        JsonNode record = play("blocked-caller", leased.leasedNumbers().get(12));
        assertThat(record.path("end_reason").asString()).isEqualTo("blocked_caller");
        assertThat(record.path("sip_code_sent").asInt()).isEqualTo(603);
        assertThat(record.path("gateway").isString()).isFalse();
    }

    @Test
    void aTrunkThatIsKnownByItsSecret() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "open-sesame");
        reloads(
                "  known-by-secret:\n    source-networks: [127.0.0.3]\n    numbers: {format: nanp}\n"
                        + "    digest: {username: sipp, realm: ringtrace, password: \"file:" + secret
                        + "\", algorithms: [MD5]}\n",
                "");
        try {
            JsonNode record = play("digest", leased.leasedNumbers().get(13), "127.0.0.3:0");
            assertThat(record.path("trunk").asString()).isEqualTo("known-by-secret");
            assertThat(record.path("end_reason").asString()).isEqualTo("destination_busy");
        } finally {
            // While it is there strangers are challenged.
            reloads("", "");
        }
    }

    @Test
    void oneCallTooManyByATrunk() throws Exception {
        reloads("  narrow: {source-networks: [127.0.0.4], limits: {maximum-calls: 1}}\n", "");
        JsonNode record = play("trunk-limit", leased.leasedNumbers().get(14), "127.0.0.4:0");
        assertThat(record.path("end_reason").asString()).isEqualTo("caller_cancelled");
    }

    @Test
    void oneCallTooManyToANumber() throws Exception {
        reloads("  one-each: {source-networks: [127.0.0.5], limits: {maximum-calls-to-a-number: 1}}\n", "");
        String number = leased.leasedNumbers().get(15);
        try (Sipp _ = leased.gateway("number-limit", 300);
                Sipp carrier = leased.carrier("number-limit", List.of(number), "127.0.0.5:0", 1, SOON, 300, 60)) {
            Sipp.Outcome outcome = carrier.await(70);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();
            List<JsonNode> records =
                    leased
                            .recordsOnce(calls ->
                                    calls.stream().filter(c -> ended(c, number)).count() == 2)
                            .stream()
                            .filter(c -> ended(c, number))
                            .toList();
            assertThat(records)
                    .extracting(c -> c.path("end_reason").asString() + " "
                            + c.path("sip_code_sent").asInt())
                    .containsExactlyInAnyOrder("refused 486", "caller_cancelled 487");
        }
    }

    /** The configuration is the house's own and these besides, from now on. */
    private static void reloads(String trunks, String sections) throws Exception {
        Path config = leased.house.config();
        Files.writeString(config, own.replaceFirst("trunks:\n", "trunks:\n" + trunks) + sections);
        SampleHouse.run("reload", "--data-directory", leased.house.data().toString());
    }

    private static JsonNode play(String scenario, String number) throws Exception {
        return play(scenario, number, "127.0.0.1:0");
    }

    private static JsonNode play(String scenario, String number, String from) throws Exception {
        boolean answered = hasGateway(scenario);
        try (Sipp _ = answered ? leased.gateway(scenario, 300) : null;
                Sipp carrier = leased.carrier(scenario, List.of(number), from, 1, SOON, 300, 60)) {
            Sipp.Outcome outcome = carrier.await(70);
            assertThat(outcome.good()).as(outcome.errors()).isTrue();
            List<JsonNode> records = leased.recordsOnce(calls -> calls.stream().anyMatch(c -> ended(c, number)));
            assertThat(records.stream().filter(c -> ended(c, number))).hasSize(1);
            return records.stream().filter(c -> ended(c, number)).findFirst().orElseThrow();
        }
    }

    /** Whether the scenario has a gateway's side. */
    private static boolean hasGateway(String name) {
        return LeasedHouse.scenario(name).resolve("uas.xml").toFile().exists();
    }

    private static boolean ended(JsonNode call, String number) {
        return call.path("dialed_text").asString("").equals(number)
                && call.path("end_reason").isString();
    }
}

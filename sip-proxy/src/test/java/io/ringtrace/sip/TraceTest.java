package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.TrunkAccess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@DisplayName("One call in the log")
class TraceTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.ringtrace.sip");
    private final Level before = logger.getEffectiveLevel();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Ladder ladder;

    @BeforeEach
    void start() throws Exception {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
        ladder = new Ladder();
    }

    @AfterEach
    void stop() {
        ladder.close();
        logger.detachAppender(log);
        logger.setLevel(before);
    }

    private List<ILoggingEvent> lines(String of) {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLoggerName().endsWith(of))
                .toList();
    }

    private static Map<String, String> keys(ILoggingEvent event) {
        return event.getKeyValuePairs().stream().collect(Collectors.toMap(p -> p.key, p -> String.valueOf(p.value)));
    }

    private void callsAndHangsUp() {
        ladder.connects(Ladder.PROMO);
        ladder.caller.hangsUp();
        ladder.gateway.receives("BYE");
        ladder.gateway.answers(200);
        ladder.caller.receives("200");
    }

    @Test
    void aTracedTrunksMessagesAreLoggedInAndOut() {
        ladder.reloadsTrunk(trunk -> trunk.withTrace(true));
        callsAndHangsUp();
        List<ILoggingEvent> messages = lines("MessageWatch");
        assertThat(messages.stream().map(m -> keys(m).get("direction") + " " + firstLine(m)))
                .containsSubsequence("in INVITE", "out SIP/2.0 100", "out INVITE", "in SIP/2.0 180", "out SIP/2.0 180")
                .containsSubsequence("in SIP/2.0 200", "out SIP/2.0 200", "in ACK", "out ACK", "in BYE", "out BYE");
        String callId = ladder.journal.began().callId().toString();
        assertThat(messages).allSatisfy(m -> {
            assertThat(keys(m)).containsEntry("trunk", "acme").containsKey("peer");
            assertThat(keys(m).get("sip_call_id"))
                    .isEqualTo(ladder.journal.began().sipCallId());
        });
        assertThat(messages.stream().skip(3))
                .allSatisfy(m -> assertThat(keys(m)).containsEntry("call_id", callId));
    }

    private static String firstLine(ILoggingEvent event) {
        String[] words = event.getFormattedMessage().split("\n")[1].strip().split(" ");
        return words[0].equals("SIP/2.0") ? words[0] + " " + words[1] : words[0];
    }

    @Test
    void whatBecomesOfItIsLoggedUnderBothIds() {
        ladder.reloadsTrunk(trunk -> trunk.withTrace(true));
        callsAndHangsUp();
        assertThat(lines("CallLog"))
                .extracting(ILoggingEvent::getFormattedMessage)
                .satisfiesExactly(
                        begun -> assertThat(begun).contains("by trunk acme", "leased", "goes to " + Ladder.DESTINATION),
                        sent -> assertThat(sent).startsWith("INVITE to gateway gw1 at " + ladder.gateway.hostPort()),
                        ringing -> assertThat(ringing).isEqualTo("180 by gateway gw1"),
                        answered -> assertThat(answered).startsWith("answered with 200 by gateway gw1"),
                        ended -> assertThat(ended).startsWith("ended: caller_hangup"));
        assertThat(lines("CallLog"))
                .allSatisfy(line -> assertThat(keys(line))
                        .containsEntry(
                                "call_id", ladder.journal.began().callId().toString())
                        .containsEntry("sip_call_id", ladder.journal.began().sipCallId()));
    }

    @Test
    void nothingIsLoggedOfOtherTrunks() {
        callsAndHangsUp();
        assertThat(lines("MessageWatch")).isEmpty();
        assertThat(lines("CallLog")).isEmpty();
    }

    @Test
    void atDebugEveryCallIsFollowedWithoutItsMessages() {
        logger.setLevel(Level.DEBUG);
        callsAndHangsUp();
        assertThat(lines("CallLog"))
                .hasSize(5)
                .allSatisfy(l -> assertThat(l.getLevel()).isEqualTo(Level.DEBUG));
        assertThat(lines("MessageWatch")).isEmpty();
    }

    @Test
    void anOperatorsTraceEndsByItself() throws Exception {
        ladder.proxy.trace("acme", Duration.ofMinutes(1));
        assertThat(ladder.proxy.traced()).containsEntry("acme", Duration.ofMinutes(1));
        callsAndHangsUp();
        int logged = lines("MessageWatch").size();
        assertThat(logged).isGreaterThan(8);
        ladder.jumps(Duration.ofSeconds(61));
        assertThat(ladder.proxy.traced()).isEmpty();
        callsAndHangsUp();
        assertThat(lines("MessageWatch")).hasSize(logged);
        ladder.proxy.trace("acme", Duration.ofMinutes(1));
        ladder.proxy.stopTrace("acme");
        callsAndHangsUp();
        assertThat(lines("MessageWatch")).hasSize(logged);
    }

    @Test
    void secretsAreMaskedAndNoLineOfAMessagePassesForOneOfTheLog() {
        DigestUser user = DigestUser.of("acme", "calls", "secret", List.of(DigestAlgorithm.SHA_256));
        ladder.reloadsTrunk(trunk -> trunk.withTrace(true).with(TrunkAccess.BY_NETWORK.withDigest(user)));
        String invite = ladder.caller
                .inviteText("sip:" + Ladder.PROMO + "@" + ladder.caller.proxyHostPort())
                .replace(
                        "Content-Length: 0\r\n\r\n",
                        "Proxy-Authorization: Digest username=\"acme\", response=\"5ec4e7\"\r\n"
                                + "Content-Length: 28\r\n\r\n2026-01-01 ERROR \u001b[31mforged");
        ladder.caller.sends(invite);
        ladder.caller.receives("407");
        ILoggingEvent received = lines("MessageWatch").getFirst();
        assertThat(received.getFormattedMessage())
                .doesNotContain("5ec4e7", "\u001b")
                .contains("\n    Proxy-Authorization:", "xxx", "\n    2026-01-01 ERROR .[31mforged");
        assertThat(lines("MessageWatch").get(1).getFormattedMessage()).contains("SIP/2.0 407");
    }

    @Test
    void faultsNameTheSipCallId() {
        ladder.caller.invites(Ladder.FAULTY);
        ladder.caller.receives("100");
        ladder.caller.receives("500");
        assertThat(lines("CallShard"))
                .singleElement()
                .satisfies(line -> assertThat(keys(line).get("sip_call_id"))
                        .isEqualTo(ladder.journal.began().sipCallId()));
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.EndReason;
import io.ringtrace.sip.counters.Count;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A call that ends without a BYE, RFC 4028")
class SessionTimerTest {
    private static final String HALF_AN_HOUR = "Session-Expires: 1800;refresher=uac\r\n";

    private Ladder ladder;
    private Party caller;
    private Party gateway;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
        caller = ladder.caller;
        gateway = ladder.gateway;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @Test
    void isLostAtItsAnswerWhenItsSessionIsNeverRefreshed() throws Exception {
        connects(HALF_AN_HOUR);
        long answeredAt = ladder.journal.answered().atMillis();
        after(Duration.ofSeconds(1830));
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");
        after(Duration.ofSeconds(3));
        CallEvent.Ended ended = ladder.journal.ended();
        assertThat(ended.reason()).isEqualTo(EndReason.LOST);
        assertThat(ended.atMillis()).isEqualTo(answeredAt);
        assertThat(ended.talkMillis()).isZero();
        assertThat(ended.durationExact()).isFalse();
        assertThat(ladder.count(Count.LIVE_CALLS)).isZero();
        gateway.receivesNothing();
        caller.receivesNothing();
    }

    @Test
    void isLostAtItsLastRefresh() throws Exception {
        connects("x: 1800\r\n");
        for (String method : List.of("UPDATE", "INVITE")) {
            after(Duration.ofMinutes(15));
            caller.sends(caller.inDialog(method));
            if (method.equals("INVITE")) {
                caller.receives("100");
            }
            gateway.receives(method);
            gateway.answers(200, HALF_AN_HOUR);
            caller.receives("200");
        }
        after(Duration.ofSeconds(1830));
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");
        after(Duration.ofSeconds(3));
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
        assertThat(ladder.journal.ended().talkMillis()).isEqualTo(1_800_000);
    }

    @Test
    void livesWhileAnyRequestInItIsAnswered() throws Exception {
        connects(HALF_AN_HOUR);
        after(Duration.ofSeconds(1000));
        gateway.sends(gateway.inDialog("OPTIONS"));
        caller.receives("OPTIONS");
        caller.answers(200);
        gateway.receives("200");
        after(Duration.ofSeconds(1830));
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");
        after(Duration.ofSeconds(3));
        assertThat(ladder.journal.ended().talkMillis()).isEqualTo(1_000_000);
    }

    @Test
    void refreshThatIsRefusedProvesNoLife() throws Exception {
        connects(HALF_AN_HOUR);
        after(Duration.ofMinutes(15));
        caller.sends(caller.inDialog("UPDATE"));
        gateway.receives("UPDATE");
        gateway.answers(481);
        caller.receives("481");
        after(Duration.ofSeconds(933));
        assertThat(ladder.journal.ended().talkMillis()).isZero();
    }

    @Test
    @DisplayName("without a session timer any more (§7.2) lives until its longest time")
    void refreshWithoutAnInterval() throws Exception {
        connects(HALF_AN_HOUR);
        after(Duration.ofMinutes(15));
        caller.sends(caller.inDialog("UPDATE"));
        gateway.receives("UPDATE");
        gateway.answers(200);
        caller.receives("200");
        after(Duration.ofHours(3));
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");
        after(Duration.ofHours(1));
        assertThat(ladder.journal.ended().talkMillis()).isEqualTo(900_000);
    }

    @Test
    @DisplayName("an interval below 90 s (§4) counts as 90 s")
    void tooShortAnInterval() throws Exception {
        connects("Session-Expires: 1\r\n");
        after(Duration.ofSeconds(121));
        assertThat(ladder.journal.kinds()).containsExactly("Began", "Answered");
        after(Duration.ofSeconds(3));
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
    }

    @Test
    void isCorrectedByABye() throws Exception {
        connects(HALF_AN_HOUR);
        after(Duration.ofSeconds(1900));
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.LOST);
        assertThat(ladder.journal.events().getLast()).isInstanceOfSatisfying(CallEvent.Corrected.class, corrected -> {
            assertThat(corrected.instead()).isEqualTo(EndReason.LOST);
            assertThat(corrected.reason()).isEqualTo(EndReason.CALLER_HANGUP);
            assertThat(corrected.talkMillis())
                    .isEqualTo(Duration.ofSeconds(1900).toMillis());
        });
    }

    private void connects(String sessionExpires) {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(200, sessionExpires);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
    }

    private void after(Duration time) throws InterruptedException {
        ladder.clock.advance(time.toMillis());
        ladder.proxy.tick();
    }
}

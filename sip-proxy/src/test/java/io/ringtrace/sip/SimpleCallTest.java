package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimpleCallTest {
    private Ladder ladder;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder();
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @Test
    void goesToTheLeasesDestinationAndIsRecordedFromBeginningToEnd() throws Exception {
        Party caller = ladder.caller;
        Party gateway = ladder.gateway;
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        SipText invite = gateway.receives("INVITE");
        assertThat(invite.requestUri()).isEqualTo("sip:" + Ladder.DESTINATION + "@" + gateway.hostPort());
        assertThat(invite.header("To")).isEqualTo("<sip:" + Ladder.PROMO + "@" + caller.proxyHostPort() + ">");
        assertThat(invite.header("Max-Forwards")).isEqualTo("69");
        assertThat(invite.all("Via")).hasSize(2);
        ladder.passes(Duration.ofMillis(200));
        gateway.answers(180);
        assertThat(caller.receives("180").all("Via")).hasSize(1);
        ladder.passes(Duration.ofSeconds(2));
        gateway.answersInvite(200);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        ladder.passes(Duration.ofSeconds(5));
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");

        assertThat(ladder.journal.kinds()).containsExactly("Began", "Progressed", "Answered", "Ended");
        assertThat(ladder.journal.answered().ringMillis()).isEqualTo(2_000);
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
        assertThat(ladder.journal.ended().by()).isEqualTo(EndedBy.CALLER);
        assertThat(ladder.journal.ended().talkMillis()).isEqualTo(5_000);
    }
}

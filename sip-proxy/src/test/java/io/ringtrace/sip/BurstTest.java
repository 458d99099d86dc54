package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What comes while the shard is busy is read in one batch, and what that sends leaves at once. */
@EnabledOnOs(OS.LINUX)
class BurstTest {
    private static final String LONGER = "Server: gateway\r\n";
    private final Ladder ladder;
    private SipText first = new SipText("");
    private SipText second = new SipText("");

    BurstTest() throws Exception {
        ladder = new Ladder();
    }

    @BeforeEach
    void twoCallsThatAreOfEqualLength() {
        String invite = invite(Ladder.PROMO);
        first = begins(invite);
        String other;
        do {
            other = invite(Ladder.PROMO);
        } while (other.length() != invite.length());
        second = begins(other);
    }

    private String invite(String number) {
        return ladder.caller.inviteText("sip:" + number + "@" + ladder.caller.proxyHostPort());
    }

    private SipText begins(String invite) {
        ladder.caller.sends(invite);
        ladder.caller.receives("100");
        return ladder.gateway.receives("INVITE");
    }

    /** What the gateway answers meanwhile comes as one batch. */
    private void inABurst(Runnable answers) throws InterruptedException {
        ladder.caller.sends(invite(Ladder.BUSY_SHARD));
        ladder.busyShard.reached();
        answers.run();
        ladder.busyShard.goesOn();
        ladder.caller.receives("100");
        ladder.caller.receives("404");
    }

    private List<String> heard(String... kinds) {
        return Stream.of(kinds)
                .map(kind -> ladder.caller.receives(kind).header("Call-ID"))
                .toList();
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    @Test
    @DisplayName("answers of one length for one caller leave together, whichever call they are of")
    void together() throws Exception {
        inABurst(() -> {
            ladder.gateway.answers(first, 180, "");
            ladder.gateway.answers(first, 200, LONGER);
            ladder.gateway.answers(second, 180, "");
            ladder.gateway.answers(second, 200, LONGER);
        });
        String a = first.header("Call-ID");
        String b = second.header("Call-ID");
        assertThat(heard("180", "180", "200", "200")).containsExactly(a, b, a, b);
    }

    @Test
    @DisplayName("a call's own answers leave in the order in which they came")
    void inOrder() throws Exception {
        inABurst(() -> {
            ladder.gateway.answers(first, 200, LONGER);
            ladder.gateway.answers(second, 180, "");
            ladder.gateway.answers(second, 200, LONGER);
        });
        String a = first.header("Call-ID");
        String b = second.header("Call-ID");
        assertThat(heard("200", "180", "200")).containsExactly(a, b, b);
    }
}

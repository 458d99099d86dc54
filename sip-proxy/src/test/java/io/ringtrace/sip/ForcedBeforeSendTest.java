package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Where records are forced to the disk before messages are sent, and the disk is slow")
class ForcedBeforeSendTest {
    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"UDP", "TCP"})
    @DisplayName("an INVITE leaves when the beginning of its call is on the disk, and not before")
    void theInviteWaitsForItsBeginning(Transport toGateway) throws Exception {
        try (Ladder ladder = new Ladder(UnaryOperator.identity(), 1, Transport.UDP, toGateway)) {
            ladder.journal.holdsBack();
            ladder.caller.invites(Ladder.PROMO);
            ladder.until(() -> ladder.journal.recorded() == 1);
            ladder.gateway.receivesNothing();
            ladder.journal.forces();
            ladder.gateway.receives("INVITE");
        }
    }

    @Test
    @DisplayName("the answer to a BYE is passed on when the end is on the disk, and not before")
    void theAnswerToAByeWaitsForTheEnd() throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.connects(Ladder.PROMO);
            ladder.journal.holdsBack();
            ladder.caller.hangsUp();
            ladder.gateway.receives("BYE");
            ladder.gateway.answers(200);
            ladder.until(() -> ladder.journal.kinds().contains("Ended"));
            ladder.caller.receivesNothing();
            ladder.journal.forces();
            ladder.caller.receives("200");
        }
    }

    @Test
    @DisplayName("the shard waits for nothing: it goes on with other calls, and all leaves in its order")
    void theShardGoesOn() throws Exception {
        try (Ladder ladder = new Ladder()) {
            ladder.journal.holdsBack();
            for (int calls = 1; calls <= 3; calls++) {
                int begun = calls;
                ladder.caller.invites(Ladder.PROMO);
                ladder.until(() -> ladder.journal.recorded() == begun);
            }
            ladder.gateway.receivesNothing();
            ladder.journal.forces();
            for (int calls = 0; calls < 3; calls++) {
                ladder.gateway.receives("INVITE");
            }
            assertThat(ladder.journal.kinds()).containsExactly("Began", "Began", "Began");
        }
    }
}

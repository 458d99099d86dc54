package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.InviteServerTransaction.Input;
import static io.ringtrace.sip.transaction.InviteServerTransaction.State;
import static io.ringtrace.sip.transaction.InviteServerTransaction.step;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InviteServerTransactionTest {
    @Nested
    @DisplayName("RFC 3261 §17.2.1, Proceeding")
    class Proceeding {
        @Test
        void retransmittedInviteGetsTheLastProvisionalAgain() {
            assertThat(step(State.PROCEEDING, Input.INVITE_AGAIN))
                    .isEqualTo(Step.to(State.PROCEEDING, Action.SEND_AGAIN));
        }

        @Test
        void provisionalIsSent() {
            assertThat(step(State.PROCEEDING, Input.PROVISIONAL)).isEqualTo(Step.to(State.PROCEEDING, Action.SEND));
        }

        @Test
        @DisplayName("a 2xx leads to Accepted and starts timer L (RFC 6026 §7.1)")
        void successIsAccepted() {
            assertThat(step(State.PROCEEDING, Input.SUCCESS))
                    .isEqualTo(Step.to(State.ACCEPTED, Action.SEND, Action.start(Timer.TIMER_L)));
        }

        @Test
        void failureIsSentAndRepeatedUntilTimerH() {
            assertThat(step(State.PROCEEDING, Input.FAILURE))
                    .isEqualTo(Step.to(
                            State.COMPLETED, Action.SEND, Action.start(Timer.TIMER_G), Action.start(Timer.TIMER_H)));
        }

        @Test
        @DisplayName("a transport error does not end it (RFC 6026 §7.1)")
        void transportErrorIsTold() {
            assertThat(step(State.PROCEEDING, Input.TRANSPORT_ERROR))
                    .isEqualTo(Step.to(State.PROCEEDING, Action.TELL_TRANSPORT_ERROR));
        }
    }

    @Nested
    @DisplayName("RFC 6026 §7.1, Accepted")
    class Accepted {
        @Test
        void retransmittedInviteIsAbsorbed() {
            assertThat(step(State.ACCEPTED, Input.INVITE_AGAIN)).isEqualTo(Step.to(State.ACCEPTED));
        }

        @Test
        void further2xxIsSent() {
            assertThat(step(State.ACCEPTED, Input.SUCCESS)).isEqualTo(Step.to(State.ACCEPTED, Action.SEND));
        }

        @Test
        void ackIsPassedUp() {
            assertThat(step(State.ACCEPTED, Input.ACK)).isEqualTo(Step.to(State.ACCEPTED, Action.PASS_UP));
        }

        @Test
        void otherFinalResponsesComeTooLate() {
            assertThat(step(State.ACCEPTED, Input.FAILURE)).isEqualTo(Step.to(State.ACCEPTED));
        }

        @Test
        void timerLEndsIt() {
            assertThat(step(State.ACCEPTED, Input.TIMER_L)).isEqualTo(Step.to(State.TERMINATED));
        }
    }

    @Nested
    @DisplayName("RFC 3261 §17.2.1, Completed and Confirmed")
    class CompletedAndConfirmed {
        @Test
        void retransmittedInviteGetsTheFinalResponseAgain() {
            assertThat(step(State.COMPLETED, Input.INVITE_AGAIN))
                    .isEqualTo(Step.to(State.COMPLETED, Action.SEND_AGAIN));
        }

        @Test
        void timerGSendsItAgain() {
            assertThat(step(State.COMPLETED, Input.TIMER_G))
                    .isEqualTo(Step.to(State.COMPLETED, Action.SEND_AGAIN, Action.start(Timer.TIMER_G)));
        }

        @Test
        void ackConfirms() {
            assertThat(step(State.COMPLETED, Input.ACK))
                    .isEqualTo(Step.to(State.CONFIRMED, Action.STOP_RETRANSMITTING, Action.start(Timer.TIMER_I)));
        }

        @Test
        void timerHGivesUp() {
            assertThat(step(State.COMPLETED, Input.TIMER_H)).isEqualTo(Step.to(State.TERMINATED, Action.TELL_TIMEOUT));
        }

        @ParameterizedTest
        @EnumSource(value = Input.class, mode = EnumSource.Mode.EXCLUDE, names = "TIMER_I")
        void confirmedAbsorbsEverything(Input input) {
            assertThat(step(State.CONFIRMED, input)).isEqualTo(Step.to(State.CONFIRMED));
        }

        @Test
        void timerIEndsIt() {
            assertThat(step(State.CONFIRMED, Input.TIMER_I)).isEqualTo(Step.to(State.TERMINATED));
        }
    }

    @ParameterizedTest
    @EnumSource(Input.class)
    void terminatedDoesNothing(Input input) {
        assertThat(step(State.TERMINATED, input)).isEqualTo(Step.to(State.TERMINATED));
    }
}

package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.InviteClientTransaction.Input;
import static io.ringtrace.sip.transaction.InviteClientTransaction.State;
import static io.ringtrace.sip.transaction.InviteClientTransaction.step;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InviteClientTransactionTest {
    @Nested
    @DisplayName("RFC 3261 §17.1.1.2, Calling")
    class Calling {
        @Test
        void timerASendsTheInviteAgain() {
            assertThat(step(State.CALLING, Input.TIMER_A))
                    .isEqualTo(Step.to(State.CALLING, Action.SEND_AGAIN, Action.start(Timer.TIMER_A)));
        }

        @Test
        void timerBTellsTheCore() {
            assertThat(step(State.CALLING, Input.TIMER_B)).isEqualTo(Step.to(State.TERMINATED, Action.TELL_TIMEOUT));
        }

        @Test
        void provisionalStopsTimersAAndB() {
            assertThat(step(State.CALLING, Input.PROVISIONAL))
                    .isEqualTo(
                            Step.to(State.PROCEEDING, Action.STOP_RETRANSMITTING, Action.STOP_WAITING, Action.PASS_UP));
        }

        @Test
        @DisplayName("a 2xx leads to Accepted and starts timer M (RFC 6026 §7.2)")
        void successIsAccepted() {
            assertThat(step(State.CALLING, Input.SUCCESS))
                    .isEqualTo(Step.to(
                            State.ACCEPTED, Action.STOP_RETRANSMITTING, Action.start(Timer.TIMER_M), Action.PASS_UP));
        }

        @Test
        void failureIsAcknowledgedAndPassedUp() {
            assertThat(step(State.CALLING, Input.FAILURE))
                    .isEqualTo(Step.to(
                            State.COMPLETED,
                            Action.STOP_RETRANSMITTING,
                            Action.ACKNOWLEDGE,
                            Action.start(Timer.TIMER_D),
                            Action.PASS_UP));
        }

        @Test
        void transportErrorTellsTheCore() {
            assertThat(step(State.CALLING, Input.TRANSPORT_ERROR))
                    .isEqualTo(Step.to(State.TERMINATED, Action.TELL_TRANSPORT_ERROR));
        }
    }

    @Nested
    @DisplayName("RFC 3261 §17.1.1.2, Proceeding and Completed")
    class ProceedingAndCompleted {
        @Test
        void everyProvisionalIsPassedUp() {
            assertThat(step(State.PROCEEDING, Input.PROVISIONAL)).isEqualTo(Step.to(State.PROCEEDING, Action.PASS_UP));
        }

        @Test
        void repeatedFailureIsAcknowledgedAgainAndNotPassedUp() {
            assertThat(step(State.COMPLETED, Input.FAILURE)).isEqualTo(Step.to(State.COMPLETED, Action.ACKNOWLEDGE));
        }

        @Test
        void timerDEndsIt() {
            assertThat(step(State.COMPLETED, Input.TIMER_D)).isEqualTo(Step.to(State.TERMINATED));
        }
    }

    @Nested
    @DisplayName("RFC 6026 §7.2, Accepted")
    class Accepted {
        @Test
        void every2xxIsPassedUp() {
            assertThat(step(State.ACCEPTED, Input.SUCCESS)).isEqualTo(Step.to(State.ACCEPTED, Action.PASS_UP));
        }

        @Test
        void otherResponsesAreDropped() {
            assertThat(step(State.ACCEPTED, Input.PROVISIONAL)).isEqualTo(Step.to(State.ACCEPTED));
            assertThat(step(State.ACCEPTED, Input.FAILURE)).isEqualTo(Step.to(State.ACCEPTED));
        }

        @Test
        void timerMEndsIt() {
            assertThat(step(State.ACCEPTED, Input.TIMER_M)).isEqualTo(Step.to(State.TERMINATED));
        }
    }

    @ParameterizedTest
    @EnumSource(Input.class)
    void terminatedDoesNothing(Input input) {
        assertThat(step(State.TERMINATED, input)).isEqualTo(Step.to(State.TERMINATED));
    }
}

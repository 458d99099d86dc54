package io.ringtrace.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NonInviteTransactionsTest {
    @Nested
    @DisplayName("RFC 3261 §17.2.2, non-INVITE server transaction")
    class Server {
        private static Step<NonInviteServerTransaction.State> step(
                NonInviteServerTransaction.State state, NonInviteServerTransaction.Input input) {
            return NonInviteServerTransaction.step(state, input);
        }

        @Test
        void requestRepeatedWhileTryingIsAbsorbed() {
            assertThat(step(NonInviteServerTransaction.State.TRYING, NonInviteServerTransaction.Input.REQUEST_AGAIN))
                    .isEqualTo(Step.to(NonInviteServerTransaction.State.TRYING));
        }

        @Test
        void requestRepeatedLaterGetsTheLastResponseAgain() {
            assertThat(step(
                            NonInviteServerTransaction.State.PROCEEDING,
                            NonInviteServerTransaction.Input.REQUEST_AGAIN))
                    .isEqualTo(Step.to(NonInviteServerTransaction.State.PROCEEDING, Action.SEND_AGAIN));
            assertThat(step(NonInviteServerTransaction.State.COMPLETED, NonInviteServerTransaction.Input.REQUEST_AGAIN))
                    .isEqualTo(Step.to(NonInviteServerTransaction.State.COMPLETED, Action.SEND_AGAIN));
        }

        @Test
        void finalResponseIsKeptUntilTimerJ() {
            assertThat(step(NonInviteServerTransaction.State.TRYING, NonInviteServerTransaction.Input.FINAL))
                    .isEqualTo(Step.to(
                            NonInviteServerTransaction.State.COMPLETED, Action.SEND, Action.start(Timer.TIMER_J)));
            assertThat(step(NonInviteServerTransaction.State.COMPLETED, NonInviteServerTransaction.Input.TIMER_J))
                    .isEqualTo(Step.to(NonInviteServerTransaction.State.TERMINATED));
        }

        @Test
        void secondFinalResponseIsDropped() {
            assertThat(step(NonInviteServerTransaction.State.COMPLETED, NonInviteServerTransaction.Input.FINAL))
                    .isEqualTo(Step.to(NonInviteServerTransaction.State.COMPLETED));
        }

        @ParameterizedTest
        @EnumSource(NonInviteServerTransaction.Input.class)
        void terminatedDoesNothing(NonInviteServerTransaction.Input input) {
            assertThat(step(NonInviteServerTransaction.State.TERMINATED, input))
                    .isEqualTo(Step.to(NonInviteServerTransaction.State.TERMINATED));
        }
    }

    @Nested
    @DisplayName("RFC 3261 §17.1.2, non-INVITE client transaction")
    class Client {
        private static Step<NonInviteClientTransaction.State> step(
                NonInviteClientTransaction.State state, NonInviteClientTransaction.Input input) {
            return NonInviteClientTransaction.step(state, input);
        }

        @Test
        void timerESendsTheRequestAgainWhileTryingAndProceeding() {
            assertThat(step(NonInviteClientTransaction.State.TRYING, NonInviteClientTransaction.Input.TIMER_E))
                    .isEqualTo(Step.to(
                            NonInviteClientTransaction.State.TRYING, Action.SEND_AGAIN, Action.start(Timer.TIMER_E)));
            assertThat(step(NonInviteClientTransaction.State.PROCEEDING, NonInviteClientTransaction.Input.TIMER_E))
                    .isEqualTo(Step.to(
                            NonInviteClientTransaction.State.PROCEEDING,
                            Action.SEND_AGAIN,
                            Action.start(Timer.TIMER_E)));
        }

        @Test
        void timerFTellsTheCoreEvenAfterAProvisional() {
            assertThat(step(NonInviteClientTransaction.State.PROCEEDING, NonInviteClientTransaction.Input.TIMER_F))
                    .isEqualTo(Step.to(NonInviteClientTransaction.State.TERMINATED, Action.TELL_TIMEOUT));
        }

        @Test
        void finalResponseIsPassedUpOnce() {
            assertThat(step(NonInviteClientTransaction.State.TRYING, NonInviteClientTransaction.Input.FINAL))
                    .isEqualTo(Step.to(
                            NonInviteClientTransaction.State.COMPLETED,
                            Action.STOP_RETRANSMITTING,
                            Action.start(Timer.TIMER_K),
                            Action.PASS_UP));
            assertThat(step(NonInviteClientTransaction.State.COMPLETED, NonInviteClientTransaction.Input.FINAL))
                    .isEqualTo(Step.to(NonInviteClientTransaction.State.COMPLETED));
        }

        @ParameterizedTest
        @EnumSource(NonInviteClientTransaction.Input.class)
        void terminatedDoesNothing(NonInviteClientTransaction.Input input) {
            assertThat(step(NonInviteClientTransaction.State.TERMINATED, input))
                    .isEqualTo(Step.to(NonInviteClientTransaction.State.TERMINATED));
        }
    }
}

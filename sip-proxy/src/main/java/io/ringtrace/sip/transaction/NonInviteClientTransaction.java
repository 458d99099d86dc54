package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.Action.PASS_UP;
import static io.ringtrace.sip.transaction.Action.SEND_AGAIN;
import static io.ringtrace.sip.transaction.Action.STOP_RETRANSMITTING;
import static io.ringtrace.sip.transaction.Action.TELL_TIMEOUT;
import static io.ringtrace.sip.transaction.Action.TELL_TRANSPORT_ERROR;

/**
 * The non-INVITE client transaction, RFC 3261 §17.1.2 (figure 6). It begins in TRYING when its request is sent, with timers E and F. No
 * clock, no socket: the shard carries the actions out.
 * <pre>
 * TRYING --1xx--> PROCEEDING --200-699--> COMPLETED --K--> TERMINATED
 *    +--F--> TERMINATED <--F--+
 * </pre>
 */
public final class NonInviteClientTransaction {
    public enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    public enum Input {
        PROVISIONAL,
        FINAL,
        TIMER_E,
        TIMER_F,
        TIMER_K,
        TRANSPORT_ERROR
    }

    private static final Step<State> AGAIN_IN_TRYING = Step.to(State.TRYING, SEND_AGAIN, Action.start(Timer.TIMER_E));
    private static final Step<State> NOTHING_HEARD = Step.to(State.TERMINATED, TELL_TIMEOUT);
    private static final Step<State> CANNOT_SEND = Step.to(State.TERMINATED, TELL_TRANSPORT_ERROR);
    private static final Step<State> PROCEED = Step.to(State.PROCEEDING, PASS_UP);
    private static final Step<State> COMPLETE =
            Step.to(State.COMPLETED, STOP_RETRANSMITTING, Action.start(Timer.TIMER_K), PASS_UP);
    private static final Step<State> STAY_TRYING = Step.to(State.TRYING);
    private static final Step<State> AGAIN_IN_PROCEEDING =
            Step.to(State.PROCEEDING, SEND_AGAIN, Action.start(Timer.TIMER_E));
    private static final Step<State> STAY_PROCEEDING = Step.to(State.PROCEEDING);
    private static final Step<State> STAY_COMPLETED = Step.to(State.COMPLETED);
    private static final Step<State> END = Step.to(State.TERMINATED);

    private NonInviteClientTransaction() {}

    public static Step<State> step(State now, Input input) {
        return switch (now) {
            case TRYING -> trying(input);
            case PROCEEDING -> proceeding(input);
            case COMPLETED -> completed(input);
            case TERMINATED -> END;
        };
    }

    private static Step<State> trying(Input input) {
        return switch (input) {
            case TIMER_E -> AGAIN_IN_TRYING;
            case TIMER_F -> NOTHING_HEARD;
            case PROVISIONAL -> PROCEED;
            case FINAL -> COMPLETE;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case TIMER_K -> STAY_TRYING;
        };
    }

    private static Step<State> proceeding(Input input) {
        return switch (input) {
            case TIMER_E -> AGAIN_IN_PROCEEDING;
            case TIMER_F -> NOTHING_HEARD;
            case PROVISIONAL -> PROCEED;
            case FINAL -> COMPLETE;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case TIMER_K -> STAY_PROCEEDING;
        };
    }

    private static Step<State> completed(Input input) {
        return switch (input) {
            // Retransmissions of the final response are absorbed.
            case FINAL, PROVISIONAL, TIMER_E, TIMER_F, TRANSPORT_ERROR -> STAY_COMPLETED;
            case TIMER_K -> END;
        };
    }
}

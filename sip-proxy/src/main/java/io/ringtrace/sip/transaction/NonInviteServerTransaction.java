package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.Action.SEND;
import static io.ringtrace.sip.transaction.Action.SEND_AGAIN;
import static io.ringtrace.sip.transaction.Action.TELL_TRANSPORT_ERROR;

/**
 * The non-INVITE server transaction, RFC 3261 §17.2.2 (figure 8). No clock, no socket: the shard carries the actions out.
 * <pre>
 * TRYING --1xx--> PROCEEDING --200-699--> COMPLETED --J--> TERMINATED
 *    +----------------------200-699----------^
 * </pre>
 */
public final class NonInviteServerTransaction {
    public enum State {
        TRYING,
        PROCEEDING,
        COMPLETED,
        TERMINATED
    }

    public enum Input {
        REQUEST_AGAIN,
        PROVISIONAL,
        FINAL,
        TIMER_J,
        TRANSPORT_ERROR
    }

    private static final Step<State> STAY_TRYING = Step.to(State.TRYING);
    private static final Step<State> PROVISIONAL_OUT = Step.to(State.PROCEEDING, SEND);
    private static final Step<State> COMPLETE = Step.to(State.COMPLETED, SEND, Action.start(Timer.TIMER_J));
    private static final Step<State> STAY_PROCEEDING = Step.to(State.PROCEEDING);
    private static final Step<State> PROVISIONAL_AGAIN = Step.to(State.PROCEEDING, SEND_AGAIN);
    private static final Step<State> STAY_COMPLETED = Step.to(State.COMPLETED);
    private static final Step<State> FINAL_AGAIN = Step.to(State.COMPLETED, SEND_AGAIN);
    private static final Step<State> CANNOT_SEND = Step.to(State.TERMINATED, TELL_TRANSPORT_ERROR);
    private static final Step<State> END = Step.to(State.TERMINATED);

    private NonInviteServerTransaction() {}

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
            case PROVISIONAL -> PROVISIONAL_OUT;
            case FINAL -> COMPLETE;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case REQUEST_AGAIN, TIMER_J -> STAY_TRYING;
        };
    }

    private static Step<State> proceeding(Input input) {
        return switch (input) {
            case REQUEST_AGAIN -> PROVISIONAL_AGAIN;
            case PROVISIONAL -> PROVISIONAL_OUT;
            case FINAL -> COMPLETE;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case TIMER_J -> STAY_PROCEEDING;
        };
    }

    private static Step<State> completed(Input input) {
        return switch (input) {
            case REQUEST_AGAIN -> FINAL_AGAIN;
            case TIMER_J -> END;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case PROVISIONAL, FINAL -> STAY_COMPLETED;
        };
    }
}

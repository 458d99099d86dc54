package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.Action.SEND;
import static io.ringtrace.sip.transaction.Action.SEND_AGAIN;
import static io.ringtrace.sip.transaction.Action.TELL_TRANSPORT_ERROR;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/**
 * The non-INVITE server transaction, RFC 3261 §17.2.2 (figure 8). No clock, no socket: the shard carries the actions out.
 * <pre>
 * TRYING --1xx--> PROCEEDING --200-699--> COMPLETED --J--> TERMINATED
 *    +----------------------200-699----------^
 * </pre>
 */
public final class NonInviteServerTransaction extends ServerTransaction {
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

    private final boolean hangsUp;
    private State state = State.TRYING;

    NonInviteServerTransaction(TransactionLayer layer, TransactionIdentity identity, SipMessage request, Hop source) {
        super(layer, identity, request, source);
        this.hangsUp = request.method() == SipMethod.BYE;
    }

    /** Who has hung up waits for nothing. */
    @Override
    boolean hurried() {
        return !hangsUp;
    }

    public State state() {
        return state;
    }

    /** Ends it without an answer, as RFC 4320 asks when the target stays silent. */
    public void forget() {
        state = State.TERMINATED;
        end();
    }

    @Override
    void requestAgain() {
        go(step(state, Input.REQUEST_AGAIN), null);
    }

    @Override
    void take(int status, ByteBuf response) {
        go(step(state, status < 200 ? Input.PROVISIONAL : Input.FINAL), response);
    }

    @Override
    boolean terminated() {
        return state == State.TERMINATED;
    }

    @Override
    void notSent() {
        go(step(state, Input.TRANSPORT_ERROR), null);
    }

    @Override
    void fired(Timer timer) {
        if (timer != Timer.TIMER_J) {
            throw new IllegalStateException(timer + " is no timer of a non-INVITE server transaction");
        }
        go(step(state, Input.TIMER_J), null);
    }

    @Override
    void timedOut() {
        throw new IllegalStateException("a non-INVITE server transaction waits for nothing");
    }

    @Override
    void transportFailed() {
        layer.counters().add(Count.TRANSPORT_ERRORS);
    }

    private void go(Step<State> step, @Nullable ByteBuf out) {
        state = step.next();
        carryOut(step.actions(), out, null);
        if (state == State.TERMINATED) {
            end();
        }
    }

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

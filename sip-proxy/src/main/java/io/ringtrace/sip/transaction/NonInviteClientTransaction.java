package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.Action.PASS_UP;
import static io.ringtrace.sip.transaction.Action.SEND_AGAIN;
import static io.ringtrace.sip.transaction.Action.STOP_RETRANSMITTING;
import static io.ringtrace.sip.transaction.Action.TELL_TIMEOUT;
import static io.ringtrace.sip.transaction.Action.TELL_TRANSPORT_ERROR;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/**
 * The non-INVITE client transaction, RFC 3261 §17.1.2 (figure 6). It begins in TRYING when its request is sent, with timers E and F. No
 * clock, no socket: the shard carries the actions out.
 * <pre>
 * TRYING --1xx--> PROCEEDING --200-699--> COMPLETED --K--> TERMINATED
 *    +--F--> TERMINATED <--F--+
 * </pre>
 */
public final class NonInviteClientTransaction extends ClientTransaction {
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

    private final SipMethod method;
    private State state = State.TRYING;

    NonInviteClientTransaction(
            TransactionLayer layer, Hop peer, int slot, SipMethod method, ClientTransactionUser user) {
        super(layer, peer, slot, user);
        this.method = method;
    }

    public State state() {
        return state;
    }

    @Override
    SipMethod method() {
        return method;
    }

    /** Who hangs up goes on without the answer. */
    @Override
    boolean hurried() {
        return method != SipMethod.BYE;
    }

    /** Sends the request. Takes over one reference of the buffer. */
    public void begin(ByteBuf request) {
        layer.counters().requestSent(method);
        start(Timer.TIMER_E);
        start(Timer.TIMER_F);
        keepAndSend(request);
    }

    /** Ends it without a word: a CANCEL with its INVITE, because nothing tells them apart any more, or a probe that took too long. */
    public void forget() {
        if (state != State.TERMINATED) {
            state = State.TERMINATED;
            end();
        }
    }

    @Override
    void responded(SipMessage response) {
        if (response.cseqMethod() != method) {
            layer.counters().add(Count.STRAY_RESPONSES);
            return;
        }
        go(step(state, response.status() < 200 ? Input.PROVISIONAL : Input.FINAL), response);
    }

    /** Once a provisional response is there, timer E runs in steps of T2 (§17.1.2.2). */
    @Override
    long nextInterval(Timer timer, long intervalMillis) {
        return state == State.PROCEEDING ? layer.timers().t2().toMillis() : super.nextInterval(timer, intervalMillis);
    }

    @Override
    public boolean awaitsAnswer() {
        return state == State.TRYING;
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
        Input input = switch (timer) {
            case TIMER_E -> Input.TIMER_E;
            case TIMER_F -> Input.TIMER_F;
            case TIMER_K -> Input.TIMER_K;
            case TIMER_A, TIMER_B, TIMER_D, TIMER_G, TIMER_H, TIMER_I, TIMER_J, TIMER_L, TIMER_M ->
                throw new IllegalStateException(timer + " is no timer of a non-INVITE client transaction");
        };
        go(step(state, input), null);
    }

    @Override
    void acknowledge(SipMessage response) {
        throw new IllegalStateException("only an INVITE is acknowledged");
    }

    private void go(Step<State> step, @Nullable SipMessage in) {
        state = step.next();
        if (state == State.COMPLETED) {
            letGo();
        } else if (state == State.TERMINATED) {
            end();
        }
        carryOut(step.actions(), null, in);
        if (state == State.COMPLETED) {
            toldAll();
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

package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.Action.PASS_UP;
import static io.ringtrace.sip.transaction.Action.SEND;
import static io.ringtrace.sip.transaction.Action.SEND_AGAIN;
import static io.ringtrace.sip.transaction.Action.STOP_RETRANSMITTING;
import static io.ringtrace.sip.transaction.Action.TELL_TIMEOUT;
import static io.ringtrace.sip.transaction.Action.TELL_TRANSPORT_ERROR;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/**
 * The INVITE server transaction, RFC 3261 §17.2.1 (figure 7) as amended by RFC 6026 §7.1. No clock, no socket: the shard carries the
 * actions out.
 * <pre>
 * PROCEEDING --2xx--> ACCEPTED --L--> TERMINATED
 *     |
 *     +--300-699--> COMPLETED --ACK--> CONFIRMED --I--> TERMINATED
 *                       +------H------------------------> TERMINATED
 * </pre>
 */
public final class InviteServerTransaction extends ServerTransaction {
    public enum State {
        PROCEEDING,
        ACCEPTED,
        COMPLETED,
        CONFIRMED,
        TERMINATED
    }

    public enum Input {
        INVITE_AGAIN,
        PROVISIONAL,
        SUCCESS,
        FAILURE,
        ACK,
        TIMER_G,
        TIMER_H,
        TIMER_I,
        TIMER_L,
        TRANSPORT_ERROR
    }

    private static final Step<State> STAY_PROCEEDING = Step.to(State.PROCEEDING);
    private static final Step<State> LAST_PROVISIONAL_AGAIN = Step.to(State.PROCEEDING, SEND_AGAIN);
    private static final Step<State> PROVISIONAL_OUT = Step.to(State.PROCEEDING, SEND);
    private static final Step<State> ACCEPT = Step.to(State.ACCEPTED, SEND, Action.start(Timer.TIMER_L));
    private static final Step<State> COMPLETE =
            Step.to(State.COMPLETED, SEND, Action.start(Timer.TIMER_G), Action.start(Timer.TIMER_H));
    private static final Step<State> CANNOT_SEND = Step.to(State.PROCEEDING, TELL_TRANSPORT_ERROR);
    private static final Step<State> STAY_ACCEPTED = Step.to(State.ACCEPTED);
    private static final Step<State> SUCCESS_OUT = Step.to(State.ACCEPTED, SEND);
    private static final Step<State> ACK_TO_SUCCESS = Step.to(State.ACCEPTED, PASS_UP);
    private static final Step<State> CANNOT_SEND_SUCCESS = Step.to(State.ACCEPTED, TELL_TRANSPORT_ERROR);
    private static final Step<State> STAY_COMPLETED = Step.to(State.COMPLETED);
    private static final Step<State> FINAL_AGAIN = Step.to(State.COMPLETED, SEND_AGAIN);
    private static final Step<State> FINAL_AGAIN_BY_TIMER =
            Step.to(State.COMPLETED, SEND_AGAIN, Action.start(Timer.TIMER_G));
    private static final Step<State> CONFIRM =
            Step.to(State.CONFIRMED, STOP_RETRANSMITTING, Action.start(Timer.TIMER_I));
    private static final Step<State> NO_ACK = Step.to(State.TERMINATED, TELL_TIMEOUT);
    private static final Step<State> CANNOT_SEND_FINAL = Step.to(State.TERMINATED, TELL_TRANSPORT_ERROR);
    private static final Step<State> STAY_CONFIRMED = Step.to(State.CONFIRMED);
    private static final Step<State> END = Step.to(State.TERMINATED);

    private State state = State.PROCEEDING;
    /** Until the final response. */
    private @Nullable ServerTransactionUser user;

    private boolean served;

    InviteServerTransaction(TransactionLayer layer, TransactionIdentity identity, SipMessage request, Hop source) {
        super(layer, identity, request, source);
    }

    public State state() {
        return state;
    }

    /** Who works for the request and hears of its CANCEL. */
    public void servedBy(ServerTransactionUser transactionUser) {
        user = transactionUser;
        served = true;
    }

    /**
     * A CANCEL for this transaction arrived (§9.2); it has no effect once a final response was given.
     *
     * @param reason the value of its Reason field; null when it has none
     */
    public void cancelled(@Nullable String reason) {
        ServerTransactionUser transactionUser = user;
        if (state == State.PROCEEDING && transactionUser != null) {
            transactionUser.cancelled(reason);
        }
    }

    /** True until any response was given, a 100 too. */
    public boolean silent() {
        return unanswered() && kept() == null;
    }

    /** True when somebody answers the request, in whatever becomes of it. */
    public boolean served() {
        return served;
    }

    /** Tells whoever serves the request to answer it after a fault of ours; false when nobody does. */
    public boolean failed() {
        ServerTransactionUser transactionUser = user;
        if (transactionUser != null) {
            transactionUser.failed();
        }
        return transactionUser != null;
    }

    /** An ACK arrived; true when it belongs to a 2xx and is to be forwarded (RFC 6026 §7.1). */
    boolean acknowledged() {
        boolean toSuccess = state == State.ACCEPTED;
        go(step(state, Input.ACK), null);
        return toSuccess;
    }

    @Override
    void requestAgain() {
        go(step(state, Input.INVITE_AGAIN), null);
    }

    /**
     * A 2xx goes to the caller after another final response too (RFC 3261 §16.7 step 5): it is no retransmission, and changes nothing of what
     * is sent again until the ACK comes.
     */
    @Override
    void take(int status, ByteBuf response) {
        boolean late = state != State.PROCEEDING && state != State.ACCEPTED;
        if (late && status >= 200 && status < 300) {
            layer.send(response, peer());
            return;
        }
        go(step(state, status < 200 ? Input.PROVISIONAL : status < 300 ? Input.SUCCESS : Input.FAILURE), response);
    }

    /** A caller waits for the answer, not for the ringing. */
    @Override
    boolean hurried() {
        return state != State.PROCEEDING;
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
            case TIMER_G -> Input.TIMER_G;
            case TIMER_H -> Input.TIMER_H;
            case TIMER_I -> Input.TIMER_I;
            case TIMER_L -> Input.TIMER_L;
            case TIMER_A, TIMER_B, TIMER_D, TIMER_E, TIMER_F, TIMER_J, TIMER_K, TIMER_M ->
                throw new IllegalStateException(timer + " is no timer of an INVITE server transaction");
        };
        go(step(state, input), null);
    }

    @Override
    void timedOut() {
        layer.counters().add(Count.ACKS_MISSING);
    }

    @Override
    void transportFailed() {
        layer.counters().add(Count.TRANSPORT_ERRORS);
    }

    private void go(Step<State> step, @Nullable ByteBuf out) {
        state = step.next();
        carryOut(step.actions(), out, null);
        if (state != State.PROCEEDING) {
            user = null;
        }
        switch (state) {
            // The UAS sends its 2xx again, and nothing is sent once the ACK is there.
            case ACCEPTED, CONFIRMED -> letGo();
            case TERMINATED -> end();
            case PROCEEDING, COMPLETED -> {}
        }
    }

    public static Step<State> step(State now, Input input) {
        return switch (now) {
            case PROCEEDING -> proceeding(input);
            case ACCEPTED -> accepted(input);
            case COMPLETED -> completed(input);
            case CONFIRMED -> confirmed(input);
            case TERMINATED -> END;
        };
    }

    private static Step<State> proceeding(Input input) {
        return switch (input) {
            case INVITE_AGAIN -> LAST_PROVISIONAL_AGAIN;
            case PROVISIONAL -> PROVISIONAL_OUT;
            // The UAS retransmits its 2xx, not we; we stay to absorb INVITEs (RFC 6026 §7.1).
            case SUCCESS -> ACCEPT;
            case FAILURE -> COMPLETE;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case ACK, TIMER_G, TIMER_H, TIMER_I, TIMER_L -> STAY_PROCEEDING;
        };
    }

    private static Step<State> accepted(Input input) {
        return switch (input) {
            case SUCCESS -> SUCCESS_OUT;
            case ACK -> ACK_TO_SUCCESS;
            case TIMER_L -> END;
            case TRANSPORT_ERROR -> CANNOT_SEND_SUCCESS;
            case INVITE_AGAIN, PROVISIONAL, FAILURE, TIMER_G, TIMER_H, TIMER_I -> STAY_ACCEPTED;
        };
    }

    private static Step<State> completed(Input input) {
        return switch (input) {
            case INVITE_AGAIN -> FINAL_AGAIN;
            case ACK -> CONFIRM;
            case TIMER_G -> FINAL_AGAIN_BY_TIMER;
            case TIMER_H -> NO_ACK;
            case TRANSPORT_ERROR -> CANNOT_SEND_FINAL;
            case PROVISIONAL, SUCCESS, FAILURE, TIMER_I, TIMER_L -> STAY_COMPLETED;
        };
    }

    private static Step<State> confirmed(Input input) {
        return switch (input) {
            case TIMER_I -> END;
            case INVITE_AGAIN, PROVISIONAL, SUCCESS, FAILURE, ACK, TIMER_G, TIMER_H, TIMER_L, TRANSPORT_ERROR ->
                STAY_CONFIRMED;
        };
    }
}

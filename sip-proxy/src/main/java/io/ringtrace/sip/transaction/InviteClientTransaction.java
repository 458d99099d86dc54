package io.ringtrace.sip.transaction;

import static io.ringtrace.sip.transaction.Action.ACKNOWLEDGE;
import static io.ringtrace.sip.transaction.Action.PASS_UP;
import static io.ringtrace.sip.transaction.Action.SEND_AGAIN;
import static io.ringtrace.sip.transaction.Action.STOP_RETRANSMITTING;
import static io.ringtrace.sip.transaction.Action.STOP_WAITING;
import static io.ringtrace.sip.transaction.Action.TELL_TIMEOUT;
import static io.ringtrace.sip.transaction.Action.TELL_TRANSPORT_ERROR;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/**
 * The INVITE client transaction, RFC 3261 §17.1.1 (figure 5) as amended by RFC 6026 §7.2. It begins in CALLING when its INVITE is sent, with
 * timers A and B. No clock, no socket: the shard carries the actions out.
 * <pre>
 * CALLING --1xx--> PROCEEDING --2xx--> ACCEPTED --M--> TERMINATED
 *    | B                +--300-699--> COMPLETED --D--> TERMINATED
 *    v
 * TERMINATED          (2xx and 300-699 lead from CALLING to the same states)
 * </pre>
 */
public final class InviteClientTransaction extends ClientTransaction {
    public enum State {
        CALLING,
        PROCEEDING,
        ACCEPTED,
        COMPLETED,
        TERMINATED
    }

    public enum Input {
        PROVISIONAL,
        SUCCESS,
        FAILURE,
        TIMER_A,
        TIMER_B,
        TIMER_D,
        TIMER_M,
        TRANSPORT_ERROR
    }

    private static final Step<State> INVITE_AGAIN = Step.to(State.CALLING, SEND_AGAIN, Action.start(Timer.TIMER_A));
    private static final Step<State> NOTHING_HEARD = Step.to(State.TERMINATED, TELL_TIMEOUT);
    private static final Step<State> PROCEED = Step.to(State.PROCEEDING, STOP_RETRANSMITTING, STOP_WAITING, PASS_UP);
    private static final Step<State> ACCEPT =
            Step.to(State.ACCEPTED, STOP_RETRANSMITTING, Action.start(Timer.TIMER_M), PASS_UP);
    private static final Step<State> COMPLETE =
            Step.to(State.COMPLETED, STOP_RETRANSMITTING, ACKNOWLEDGE, Action.start(Timer.TIMER_D), PASS_UP);
    private static final Step<State> CANNOT_SEND = Step.to(State.TERMINATED, TELL_TRANSPORT_ERROR);
    private static final Step<State> STAY_CALLING = Step.to(State.CALLING);
    private static final Step<State> PROVISIONAL_UP = Step.to(State.PROCEEDING, PASS_UP);
    private static final Step<State> STAY_PROCEEDING = Step.to(State.PROCEEDING);
    private static final Step<State> SUCCESS_UP = Step.to(State.ACCEPTED, PASS_UP);
    private static final Step<State> STAY_ACCEPTED = Step.to(State.ACCEPTED);
    private static final Step<State> ACK_AGAIN = Step.to(State.COMPLETED, ACKNOWLEDGE);
    private static final Step<State> STAY_COMPLETED = Step.to(State.COMPLETED);
    private static final Step<State> END = Step.to(State.TERMINATED);

    private State state = State.CALLING;
    private @Nullable NonInviteClientTransaction cancel;
    private boolean acknowledged;

    InviteClientTransaction(TransactionLayer layer, Hop peer, int slot, ClientTransactionUser user) {
        super(layer, peer, slot, user);
    }

    public State state() {
        return state;
    }

    @Override
    SipMethod method() {
        return SipMethod.INVITE;
    }

    /** Sends the INVITE. Takes over one reference of the buffer. */
    public void begin(ByteBuf invite) {
        layer.counters().requestSent(SipMethod.INVITE);
        start(Timer.TIMER_A);
        start(Timer.TIMER_B);
        keepAndSend(invite);
    }

    /**
     * Sends a CANCEL (§9.1): only after a provisional response and before a final one, else it does nothing.
     *
     * @param reason the value of its Reason field (RFC 3326); null for none
     */
    public void cancel(@Nullable String reason) {
        ByteBuf invite = kept();
        if (state == State.PROCEEDING && cancel == null && invite != null) {
            // Its own response changes nothing: what becomes of the INVITE is told by the INVITE's.
            NonInviteClientTransaction started =
                    new NonInviteClientTransaction(layer, peer(), NO_SLOT, SipMethod.CANCEL, Nobody.LISTENS);
            cancel = started;
            started.begin(layer.cancelOf(invite, peer(), reason));
        }
    }

    /** Ends it when no final response is awaited any more (§9.1: 64 T1 after the CANCEL); does nothing once there was one. */
    public void giveUp() {
        if (state == State.CALLING || state == State.PROCEEDING) {
            state = State.TERMINATED;
            end();
        }
    }

    @Override
    void end() {
        super.end();
        NonInviteClientTransaction cancelling = cancel;
        cancel = null;
        if (cancelling != null) {
            cancelling.forget();
        }
    }

    @Override
    void responded(SipMessage response) {
        NonInviteClientTransaction cancelling = cancel;
        if (response.cseqMethod() == SipMethod.CANCEL && cancelling != null) {
            cancelling.responded(response);
            return;
        }
        if (response.cseqMethod() != SipMethod.INVITE) {
            layer.counters().add(Count.STRAY_RESPONSES);
            return;
        }
        int status = response.status();
        Input input = status < 200 ? Input.PROVISIONAL : status < 300 ? Input.SUCCESS : Input.FAILURE;
        go(step(state, input), response);
    }

    /** A provisional response shows that the INVITE has arrived; the final one may come by another connection (§18.2.2). */
    @Override
    public boolean awaitsAnswer() {
        return state == State.CALLING;
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
            case TIMER_A -> Input.TIMER_A;
            case TIMER_B -> Input.TIMER_B;
            case TIMER_D -> Input.TIMER_D;
            case TIMER_M -> Input.TIMER_M;
            case TIMER_E, TIMER_F, TIMER_G, TIMER_H, TIMER_I, TIMER_J, TIMER_K, TIMER_L ->
                throw new IllegalStateException(timer + " is no timer of an INVITE client transaction");
        };
        go(step(state, input), null);
    }

    /** The first time the ACK is made from the INVITE and takes its place as what is kept; later it is sent again. */
    @Override
    void acknowledge(SipMessage response) {
        ByteBuf message = kept();
        if (message == null) {
            return;
        }
        if (acknowledged) {
            layer.send(message.retain(), peer(), this, true);
        } else {
            acknowledged = true;
            layer.counters().requestSent(SipMethod.ACK);
            keepAndSend(layer.ackOf(message, response, peer()));
        }
    }

    private void go(Step<State> step, @Nullable SipMessage in) {
        state = step.next();
        if (state == State.ACCEPTED) {
            letGo();
        } else if (state == State.TERMINATED) {
            end();
        }
        carryOut(step.actions(), null, in);
        if (state == State.ACCEPTED) {
            succeeded();
        }
    }

    public static Step<State> step(State now, Input input) {
        return switch (now) {
            case CALLING -> calling(input);
            case PROCEEDING -> proceeding(input);
            case ACCEPTED -> accepted(input);
            case COMPLETED -> completed(input);
            case TERMINATED -> END;
        };
    }

    private static Step<State> calling(Input input) {
        return switch (input) {
            case TIMER_A -> INVITE_AGAIN;
            case TIMER_B -> NOTHING_HEARD;
            case PROVISIONAL -> PROCEED;
            case SUCCESS -> ACCEPT;
            case FAILURE -> COMPLETE;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case TIMER_D, TIMER_M -> STAY_CALLING;
        };
    }

    private static Step<State> proceeding(Input input) {
        return switch (input) {
            case PROVISIONAL -> PROVISIONAL_UP;
            case SUCCESS -> ACCEPT;
            case FAILURE -> COMPLETE;
            case TIMER_A, TIMER_B, TIMER_D, TIMER_M, TRANSPORT_ERROR -> STAY_PROCEEDING;
        };
    }

    private static Step<State> accepted(Input input) {
        return switch (input) {
            // Each 2xx, a retransmission or another branch's beyond us, goes to the UAC, who acknowledges it (RFC 6026
            // §7.2).
            case SUCCESS -> SUCCESS_UP;
            case TIMER_M -> END;
            case PROVISIONAL, FAILURE, TIMER_A, TIMER_B, TIMER_D, TRANSPORT_ERROR -> STAY_ACCEPTED;
        };
    }

    private static Step<State> completed(Input input) {
        return switch (input) {
            case FAILURE -> ACK_AGAIN;
            case TIMER_D -> END;
            case TRANSPORT_ERROR -> CANNOT_SEND;
            case PROVISIONAL, SUCCESS, TIMER_A, TIMER_B, TIMER_M -> STAY_COMPLETED;
        };
    }
}

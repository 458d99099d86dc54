package io.ringtrace.sip.transaction;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Sender;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the four transactions have in common: their peer, the message kept for retransmission, and two timers. The one that waits is the
 * transaction itself: what is over lives on for half a minute, there are many of those, and the collector copies each object. Used on the
 * shard's thread.
 */
public abstract sealed class Transaction extends TimerWheel.Entry implements Sender
        permits ServerTransaction, ClientTransaction {
    final TransactionLayer layer;
    private final Hop peer;
    private Timer waitsFor = Timer.TIMER_B;
    /** Only while a message is sent again. */
    private @Nullable Retransmitting retransmitting;

    private @Nullable ByteBuf kept;

    /** Over UDP alone (RFC 3261 §17). */
    private final class Retransmitting extends TimerWheel.Entry {
        private Timer timer = Timer.TIMER_A;
        private long intervalMillis;

        void start(Timer started) {
            boolean again = timer == started && intervalMillis > 0;
            intervalMillis = again
                    ? nextInterval(started, intervalMillis)
                    : layer.timers().first(started);
            timer = started;
            layer.wheel().start(this, intervalMillis);
        }

        @Override
        protected void fired() {
            Transaction.this.fired(timer);
        }
    }

    Transaction(TransactionLayer layer, Hop peer) {
        this.layer = layer;
        this.peer = peer;
    }

    /** Where its messages go. */
    public final Hop peer() {
        return peer;
    }

    /** The message last sent; null when there is none or it is no longer needed. */
    final @Nullable ByteBuf kept() {
        return kept;
    }

    abstract void fired(Timer timer);

    @Override
    protected final void fired() {
        fired(waitsFor);
    }

    /** How long a retransmission timer runs after an interval of that length. */
    long nextInterval(Timer timer, long intervalMillis) {
        return layer.timers().afterInterval(timer, intervalMillis);
    }

    /** What was to be sent could not be. */
    abstract void notSent();

    abstract boolean terminated();

    /** Whether anybody waits for what it sends now. */
    boolean hurried() {
        return true;
    }

    @Override
    public final void sendFailed() {
        if (!terminated()) {
            notSent();
        }
    }

    abstract void passUp(SipMessage message);

    abstract void acknowledge(SipMessage response);

    abstract void timedOut();

    abstract void transportFailed();

    /**
     * Carries out the actions of a step.
     *
     * @param out what {@link Action.Send} sends; one reference is taken over, sent or not
     * @param in what {@link Action.PassUp} and {@link Action.Acknowledge} are about
     */
    final void carryOut(List<Action> actions, @Nullable ByteBuf out, @Nullable SipMessage in) {
        ByteBuf unsent = out;
        for (int i = 0; i < actions.size(); i++) {
            switch (actions.get(i)) {
                case Action.Send _ -> {
                    if (unsent != null) {
                        ByteBuf sending = unsent;
                        unsent = null;
                        keepAndSend(sending);
                    }
                }
                case Action.SendAgain _ -> sendAgain();
                case Action.Acknowledge _ -> {
                    if (in != null) {
                        acknowledge(in);
                    }
                }
                case Action.PassUp _ -> {
                    if (in != null) {
                        passUp(in);
                    }
                }
                case Action.TellTimeout _ -> timedOut();
                case Action.TellTransportError _ -> transportFailed();
                case Action.Start(Timer timer) -> start(timer);
                case Action.StopRetransmitting _ -> stopRetransmitting();
                case Action.StopWaiting _ -> stop();
            }
        }
        if (unsent != null) {
            unsent.release();
        }
    }

    final void start(Timer timer) {
        if (!timer.retransmits()) {
            waitsFor = timer;
            layer.wheel()
                    .start(
                            this,
                            peer.reliable() && timer.absorbs()
                                    ? 0
                                    : layer.timers().first(timer));
        } else if (!peer.reliable()) {
            Retransmitting running = retransmitting;
            if (running == null) {
                running = new Retransmitting();
                retransmitting = running;
            }
            running.start(timer);
        }
    }

    final void keepAndSend(ByteBuf message) {
        ByteBuf former = kept;
        kept = message;
        if (former != null) {
            former.release();
        }
        if (!layer.send(message.retain(), peer, this, hurried())) {
            notSent();
        }
    }

    final void letGo() {
        ByteBuf former = kept;
        kept = null;
        if (former != null) {
            former.release();
        }
    }

    final void stopTimers() {
        stopRetransmitting();
        stop();
    }

    private void stopRetransmitting() {
        Retransmitting running = retransmitting;
        retransmitting = null;
        if (running != null) {
            running.stop();
        }
    }

    private void sendAgain() {
        ByteBuf message = kept;
        if (message != null) {
            layer.counters().add(Count.RETRANSMISSIONS_SENT);
            layer.send(message.retain(), peer, this, true);
        }
    }
}

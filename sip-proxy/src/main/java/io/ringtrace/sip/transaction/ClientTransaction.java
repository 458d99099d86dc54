package io.ringtrace.sip.transaction;

import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transport.Hop;

/** A request that we have sent, RFC 3261 §17.1. Found by its branch, which names its slot. Used on the shard's thread. */
public abstract sealed class ClientTransaction extends Transaction
        permits InviteClientTransaction, NonInviteClientTransaction {
    /** For whom a transaction has nothing to tell. */
    enum Nobody implements ClientTransactionUser {
        LISTENS;

        @Override
        public boolean forwards() {
            return false;
        }

        @Override
        public void responded(SipMessage response) {}

        @Override
        public void timedOut() {}

        @Override
        public void transportFailed() {}
    }

    /** A CANCEL has its INVITE's branch, so it is found by way of the INVITE's transaction. */
    static final int NO_SLOT = -1;

    private final int slot;
    private ClientTransactionUser user;

    ClientTransaction(TransactionLayer layer, Hop peer, int slot, ClientTransactionUser user) {
        super(layer, peer);
        this.slot = slot;
        this.user = user;
    }

    /** Where it stands in its shard's table; part of its branch. */
    public final int slot() {
        return slot;
    }

    abstract SipMethod method();

    /** A 2xx was passed on. */
    final void succeeded() {
        user = user.afterSuccess();
    }

    /** Nothing is told to anybody any more. */
    final void toldAll() {
        user = Nobody.LISTENS;
    }

    /** False for a response that is to be passed on, and has no Via of whom to pass it to (§16.7 step 3). That to our own CANCEL has none. */
    final boolean takes(SipMessage response) {
        return !user.forwards() || response.cseqMethod() == SipMethod.CANCEL || response.entryCount(SipHeader.VIA) > 1;
    }

    abstract void responded(SipMessage response);

    @Override
    final void passUp(SipMessage response) {
        user.responded(response);
    }

    @Override
    final void timedOut() {
        layer.counters().add(Count.TIMEOUTS);
        user.timedOut();
    }

    @Override
    final void transportFailed() {
        layer.counters().add(Count.TRANSPORT_ERRORS);
        user.transportFailed();
    }

    /** Gives the slot back when nothing will be sent after all; only before it has begun. */
    public final void abandon() {
        end();
    }

    void end() {
        stopTimers();
        letGo();
        if (slot != NO_SLOT) {
            layer.release(slot);
        }
    }
}

package io.ringtrace.sip.transaction;

import io.ringtrace.sip.message.SipMessage;

/** The proxy core as a client transaction sees it, on the shard's thread. */
public interface ClientTransactionUser {
    /** A response that is not a retransmission. It is valid during this call only. */
    void responded(SipMessage response);

    /**
     * True when the request is somebody else's: a response without his Via below ours is none of his, and is dropped (RFC 3261 §16.7 step 3).
     */
    default boolean forwards() {
        return true;
    }

    /**
     * Who hears, from now on, of the INVITE's further 2xx (RFC 6026 §7.2), and of nothing else: one was passed on, and the transaction lives on
     * for half a minute, so that what it keeps should be little.
     */
    default ClientTransactionUser afterSuccess() {
        return this;
    }

    /** Nothing was heard in time (timer B or F). */
    void timedOut();

    /** The request could not be sent. */
    void transportFailed();
}

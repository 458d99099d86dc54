package io.ringtrace.sip.transaction;

import io.ringtrace.sip.message.SipMessage;

/** The proxy core as a client transaction sees it, on the shard's thread. */
public interface ClientTransactionUser {
    /** A response that is not a retransmission. It is valid during this call only. */
    void responded(SipMessage response);

    /** Nothing was heard in time (timer B or F). */
    void timedOut();

    /** The request could not be sent. */
    void transportFailed();
}

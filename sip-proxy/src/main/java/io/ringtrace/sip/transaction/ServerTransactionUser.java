package io.ringtrace.sip.transaction;

/** The proxy core as an INVITE server transaction sees it, on the shard's thread. */
public interface ServerTransactionUser {
    /** A CANCEL for the request arrived; it has been answered. */
    void cancelled();

    /** A fault of ours while working for the request: give it a final answer now, if it has none. */
    void failed();
}

package io.ringtrace.sip.transaction;

import org.jspecify.annotations.Nullable;

/** The proxy core as an INVITE server transaction sees it, on the shard's thread. */
public interface ServerTransactionUser {
    /**
     * A CANCEL for the request arrived; it has been answered.
     *
     * @param reason the value of its Reason field (RFC 3326); null when it has none
     */
    void cancelled(@Nullable String reason);

    /** A fault of ours while working for the request: give it a final answer now, if it has none. */
    void failed();
}

package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Requests we make ourselves, written straight into a buffer. CANCEL and ACK are made from the INVITE <em>as sent</em> (our Via on top):
 * {@link SipParser#parseCopy} indexes the bytes kept for retransmission. Stateless; any thread.
 */
public final class LocalRequests {
    private LocalRequests() {}

    /**
     * The CANCEL of a sent INVITE (§9.1): same Request-URI, Call-ID, From, To, CSeq number, Route and topmost Via.
     *
     * @param reason the value of a Reason field (RFC 3326), such as {@code SIP;cause=200;text="Call completed elsewhere"}; null for none
     */
    public static void cancel(SipMessage sentInvite, @Nullable CharSequence reason, ByteBuf out) {
        throw new UnsupportedOperationException("in work");
    }

    /** The ACK of a 300 to 699 response to a sent INVITE (§17.1.1.3): as the INVITE, with the response's To. */
    public static void ack(SipMessage sentInvite, SipMessage response, ByteBuf out) {
        throw new UnsupportedOperationException("in work");
    }

    /**
     * An OPTIONS that asks a gateway whether it lives (§11.1); a proxy behind it stops it at {@code maxForwards}.
     *
     * @param requestUri the gateway's URI, also its To
     * @param from our own URI
     * @param fromTag, callId unique to this ping
     * @param cseq below 2^31
     */
    public static void options(
            SentBy sentBy,
            CharSequence branch,
            CharSequence requestUri,
            CharSequence from,
            CharSequence fromTag,
            CharSequence callId,
            long cseq,
            int maxForwards,
            ByteBuf out) {
        throw new UnsupportedOperationException("in work");
    }
}

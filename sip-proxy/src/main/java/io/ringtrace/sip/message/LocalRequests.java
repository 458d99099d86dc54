package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Requests we make ourselves, written straight into a buffer. CANCEL and ACK are made from the INVITE <em>as sent</em> (our Via on top):
 * {@link SipParser#parseCopy} indexes the bytes kept for retransmission. Stateless; any thread.
 */
public final class LocalRequests {
    private static final int MAX_FORWARDS = 70;

    private LocalRequests() {}

    /**
     * The CANCEL of a sent INVITE (§9.1): same Request-URI, Call-ID, From, To, CSeq number, Route and topmost Via.
     *
     * @param reason the value of a Reason field (RFC 3326), such as {@code SIP;cause=200;text="Call completed elsewhere"}; null for none
     */
    public static void cancel(SipMessage sentInvite, @Nullable CharSequence reason, ByteBuf out) {
        fromInvite(SipMethod.CANCEL, sentInvite, sentInvite, out);
        if (reason != null) {
            Wire.requireOneLine(reason);
            Wire.field(out, SipHeader.REASON.fieldName(), reason);
        }
        out.writeBytes(Wire.NO_BODY);
    }

    /** The ACK of a 300 to 699 response to a sent INVITE (§17.1.1.3): as the INVITE, with the response's To. */
    public static void ack(SipMessage sentInvite, SipMessage response, ByteBuf out) {
        fromInvite(SipMethod.ACK, sentInvite, response, out);
        out.writeBytes(Wire.NO_BODY);
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
        startLine(out, SipMethod.OPTIONS, requestUri);
        sentBy.writeVia(out, branch);
        maxForwards(out, maxForwards);
        Wire.text(out, "From: <");
        Wire.text(out, from);
        Wire.text(out, ">;tag=");
        Wire.text(out, fromTag);
        Wire.text(out, "\r\nTo: <");
        Wire.text(out, requestUri);
        Wire.text(out, ">\r\nContact: <");
        Wire.text(out, from);
        Wire.text(out, ">\r\n");
        Wire.field(out, SipHeader.CALL_ID.fieldName(), callId);
        cseq(out, cseq, SipMethod.OPTIONS);
        out.writeBytes(Wire.NO_BODY);
    }

    /**
     * A request within a dialog that others made (RFC 3261 §12.2.1.1), as if its one side sent it to the other.
     *
     * @param branch our branch, whole
     * @param bytes where the spans after it stand
     * @param requestUri the remote target
     * @param routes the route set as one Route value; an empty span for none
     * @param cseq below 2^31
     * @param reason the value of a Reason field (RFC 3326); null for none
     */
    public static void inDialog(
            SipMethod method,
            SentBy sentBy,
            byte[] branch,
            byte[] bytes,
            int requestUri,
            int routes,
            int from,
            int to,
            int callId,
            long cseq,
            @Nullable String reason,
            ByteBuf out) {
        Wire.text(out, method.name());
        out.writeByte(' ');
        out.writeBytes(bytes, Span.start(requestUri), Span.length(requestUri));
        endStartLine(out);
        sentBy.writeVia(out, new ByteText().of(branch, 0, branch.length));
        maxForwards(out, MAX_FORWARDS);
        if (Span.length(routes) > 0) {
            Wire.field(out, SipHeader.ROUTE, bytes, routes);
        }
        Wire.field(out, SipHeader.FROM, bytes, from);
        Wire.field(out, SipHeader.TO, bytes, to);
        Wire.field(out, SipHeader.CALL_ID, bytes, callId);
        cseq(out, cseq, method);
        if (reason != null) {
            Wire.requireOneLine(reason);
            Wire.field(out, SipHeader.REASON.fieldName(), reason);
        }
        out.writeBytes(Wire.NO_BODY);
    }

    /** What CANCEL and ACK share; To is the INVITE's own or the response's. */
    private static void fromInvite(SipMethod method, SipMessage invite, SipMessage to, ByteBuf out) {
        Wire.text(out, method.name());
        out.writeByte(' ');
        Wire.span(out, invite, invite.requestUriSpan());
        endStartLine(out);
        Wire.field(out, SipHeader.VIA, invite, invite.topVia().span());
        maxForwards(out, MAX_FORWARDS);
        Wire.fields(out, SipHeader.ROUTE, invite);
        Wire.field(out, SipHeader.FROM, invite, invite.value(SipHeader.FROM));
        Wire.field(out, SipHeader.TO, to, to.value(SipHeader.TO));
        Wire.field(out, SipHeader.CALL_ID, invite, invite.value(SipHeader.CALL_ID));
        cseq(out, invite.cseqNumber(), method);
    }

    private static void startLine(ByteBuf out, SipMethod method, CharSequence requestUri) {
        Wire.text(out, method.name());
        out.writeByte(' ');
        Wire.text(out, requestUri);
        endStartLine(out);
    }

    private static void endStartLine(ByteBuf out) {
        out.writeByte(' ');
        out.writeBytes(Wire.VERSION);
        out.writeBytes(Wire.CRLF);
    }

    private static void maxForwards(ByteBuf out, int hops) {
        Wire.text(out, "Max-Forwards: ");
        Wire.number(out, hops);
        out.writeBytes(Wire.CRLF);
    }

    private static void cseq(ByteBuf out, long number, SipMethod method) {
        Wire.text(out, "CSeq: ");
        Wire.number(out, number);
        out.writeByte(' ');
        Wire.text(out, method.name());
        out.writeBytes(Wire.CRLF);
    }
}

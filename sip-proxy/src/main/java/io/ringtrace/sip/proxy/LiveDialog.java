package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.DialogFacts;
import io.ringtrace.sip.message.ByteHash;
import io.ringtrace.sip.message.LocalRequests;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The dialog of an answered call (RFC 3261 §12) as a proxy must know it to send a request of its own to either side: one array of bytes, for
 * there are many. It is read from the INVITE and its 2xx by {@link DialogReader}, written to the journal as it is, and follows the dialog's
 * CSeqs and targets. Its shard's thread alone.
 */
final class LiveDialog {
    /** Either side of the call, as the one that a request goes to. */
    enum Side {
        CALLER,
        DESTINATION
    }

    private static final byte VERSION = 1;
    private static final int TRUNK_AT = 1;
    private static final int GATEWAY_AT = 5;
    private static final int CALLER_LISTENER_AT = 9;
    private static final int DESTINATION_LISTENER_AT = 10;
    private static final int LEG_AT = 11;
    private static final int CALLER_CSEQ_AT = 19;
    private static final int DESTINATION_CSEQ_AT = 27;
    private static final int TEXTS_AT = 35;

    /** Its texts, in the order in which they stand; each after its length. */
    enum Text {
        CALL_ID,
        /** From of the INVITE, and From of the 2xx where the gateway was shown another one. */
        CALLER,
        CALLER_AS_SENT,
        /** To of the 2xx. */
        DESTINATION,
        CALLER_TARGET,
        CALLER_ROUTES,
        DESTINATION_TARGET,
        DESTINATION_ROUTES,
        /** Where requests to that side go, when its route set is not empty: the URI of its first route. */
        CALLER_FIRST_ROUTE,
        DESTINATION_FIRST_ROUTE;

        static final int COUNT = values().length;
    }

    /** Of another leg of the same call. */
    @Nullable
    LiveDialog next;

    private byte[] bytes;
    private long callerCseq;
    private long destinationCseq;

    private LiveDialog(byte[] bytes) {
        this.bytes = bytes;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        this.callerCseq = in.getLong(CALLER_CSEQ_AT);
        this.destinationCseq = in.getLong(DESTINATION_CSEQ_AT);
    }

    /** From the journal; null for what this version does not know. */
    static @Nullable LiveDialog of(DialogFacts facts) {
        byte[] bytes = facts.bytes();
        if (bytes.length < TEXTS_AT || bytes[0] != VERSION) {
            return null;
        }
        int at = TEXTS_AT;
        for (int i = 0; i < Text.COUNT; i++) {
            if (at + 2 > bytes.length) {
                return null;
            }
            at += 2 + length(bytes, at);
        }
        return at == bytes.length ? new LiveDialog(bytes) : null;
    }

    /** Of bytes that begin with {@link #writeHead}, followed by all its texts, each after its length in two bytes. */
    static LiveDialog of(byte[] bytes) {
        return new LiveDialog(bytes);
    }

    static void writeHead(
            int trunk, int gateway, int callerListener, int destinationListener, long leg, long cseq, ByteBuffer out) {
        out.put(VERSION)
                .putInt(trunk)
                .putInt(gateway)
                .put((byte) callerListener)
                .put((byte) destinationListener)
                .putLong(leg)
                .putLong(cseq)
                .putLong(0);
    }

    /** Ends the bytes of a dialog of which nothing but its Call-ID is known. */
    static void writeNothingMore(ByteBuffer out) {
        for (int i = 1; i < Text.COUNT; i++) {
            out.putShort((short) 0);
        }
    }

    /** As it stands now. */
    DialogFacts facts() {
        ByteBuffer now = ByteBuffer.wrap(bytes);
        if (now.getLong(CALLER_CSEQ_AT) == callerCseq && now.getLong(DESTINATION_CSEQ_AT) == destinationCseq) {
            return new DialogFacts(bytes);
        }
        byte[] copy = bytes.clone();
        ByteBuffer.wrap(copy).putLong(CALLER_CSEQ_AT, callerCseq).putLong(DESTINATION_CSEQ_AT, destinationCseq);
        bytes = copy;
        return new DialogFacts(copy);
    }

    /** Hash of the trunk's name. */
    int trunk() {
        return ByteBuffer.wrap(bytes).getInt(TRUNK_AT);
    }

    /** Hash of the gateway's name. */
    int gateway() {
        return ByteBuffer.wrap(bytes).getInt(GATEWAY_AT);
    }

    /** Hash of the destination's tag. */
    long leg() {
        return ByteBuffer.wrap(bytes).getLong(LEG_AT);
    }

    /** Index of the listener that this side's messages come by. */
    int listener(Side to) {
        return bytes[to == Side.CALLER ? CALLER_LISTENER_AT : DESTINATION_LISTENER_AT] & 0xFF;
    }

    /** A request passes: the other side will want a higher number from us. */
    void requested(boolean byCaller, long cseq) {
        if (byCaller) {
            callerCseq = Math.max(callerCseq, cseq);
        } else {
            destinationCseq = Math.max(destinationCseq, cseq);
        }
    }

    /** True when something can be sent to either side: its target is known and its route set is a loose router's. */
    boolean reachable() {
        return reachable(Side.CALLER) && reachable(Side.DESTINATION);
    }

    private boolean reachable(Side side) {
        return Span.length(target(side)) > 0;
    }

    /** A target refresh (§12.2.1.2): this side gave another Contact. True when that was news. */
    boolean movedTo(Side side, byte[] source, int from, int to) {
        int known = target(side);
        int length = to - from;
        if (Span.length(known) == length
                && Arrays.equals(bytes, Span.start(known), Span.end(known), source, from, to)) {
            return false;
        }
        int more = length - Span.length(known);
        if (length == 0 || Span.length(known) == 0 || bytes.length + more > DialogFacts.MOST_BYTES) {
            return false;
        }
        byte[] moved = new byte[bytes.length + more];
        int start = Span.start(known);
        System.arraycopy(bytes, 0, moved, 0, start);
        moved[start - 2] = (byte) (length >>> 8);
        moved[start - 1] = (byte) length;
        System.arraycopy(source, from, moved, start, length);
        System.arraycopy(bytes, Span.end(known), moved, start + length, bytes.length - Span.end(known));
        bytes = moved;
        return true;
    }

    /** Where a request to that side goes in the end: the URI of its Contact, empty when that is not known. */
    String targetText(Side side) {
        return text(target(side));
    }

    boolean hasCallIdOf(SipMessage request) {
        return is(Text.CALL_ID, request, request.callId());
    }

    boolean is(Text text, SipMessage message, int theirs) {
        int ours = span(text);
        int from = message.offset() + Span.start(theirs);
        return Arrays.equals(
                bytes, Span.start(ours), Span.end(ours), message.bytes(), from, from + Span.length(theirs));
    }

    /** As {@link SipMessage#hash(int, long)} has it of a message with this Call-ID. */
    long callIdHash(long seed) {
        int callId = span(Text.CALL_ID);
        return ByteHash.hash(seed, bytes, Span.start(callId), Span.end(callId));
    }

    /**
     * The side that a request with these tags comes from, by their hashes; null for neither, and where the two sides know the caller by
     * another From.
     *
     * @param reader to read an address by
     */
    @Nullable
    Side sender(long fromTag, long toTag, NameAddress reader) {
        if (Span.length(span(Text.CALLER_AS_SENT)) > 0 || !reader.read(bytes, span(Text.CALLER))) {
            return null;
        }
        int tag = reader.tag();
        long callerTag = ByteHash.hash(0, bytes, Span.start(tag), Span.end(tag));
        if (fromTag == callerTag && toTag == leg()) {
            return Side.CALLER;
        }
        return fromTag == leg() && toTag == callerTag ? Side.DESTINATION : null;
    }

    /** Reads where a request to that side goes next. */
    boolean readNext(Side to, SipUri into) {
        int first = span(to == Side.CALLER ? Text.CALLER_FIRST_ROUTE : Text.DESTINATION_FIRST_ROUTE);
        return into.read(bytes, 0, Span.length(first) > 0 ? first : target(to));
    }

    String text(int span) {
        return new String(bytes, Span.start(span), Span.length(span), StandardCharsets.UTF_8);
    }

    byte[] bytes(Text text) {
        int span = span(text);
        return Arrays.copyOfRange(bytes, Span.start(span), Span.end(span));
    }

    /** Asks that side whether it lives, with the last number of the other one, so that neither loses count (§12.2.1.1). */
    void writeOptions(Side to, SentBy sentBy, byte[] branch, ByteBuf out) {
        write(SipMethod.OPTIONS, to, cseq(to), sentBy, branch, null, out);
    }

    /** Ends the dialog, as if the other side did. */
    void writeBye(Side to, SentBy sentBy, byte[] branch, String reason, ByteBuf out) {
        write(SipMethod.BYE, to, cseq(to) + 1, sentBy, branch, reason, out);
    }

    /** Most bytes that a request of these takes besides what it says of us. */
    int length() {
        return bytes.length;
    }

    private void write(
            SipMethod method, Side to, long cseq, SentBy sentBy, byte[] branch, @Nullable String reason, ByteBuf out) {
        int asSent = span(Text.CALLER_AS_SENT);
        boolean toCaller = to == Side.CALLER;
        int caller = toCaller || Span.length(asSent) == 0 ? span(Text.CALLER) : asSent;
        int destination = span(Text.DESTINATION);
        LocalRequests.inDialog(
                method,
                sentBy,
                branch,
                bytes,
                target(to),
                span(toCaller ? Text.CALLER_ROUTES : Text.DESTINATION_ROUTES),
                toCaller ? destination : caller,
                toCaller ? caller : destination,
                span(Text.CALL_ID),
                cseq,
                reason,
                out);
    }

    /** The last number of the side that a request to this one is to come from; at least 1. */
    private long cseq(Side to) {
        return Math.max(to == Side.CALLER ? destinationCseq : callerCseq, 1);
    }

    private int target(Side side) {
        return span(side == Side.CALLER ? Text.CALLER_TARGET : Text.DESTINATION_TARGET);
    }

    @SuppressWarnings("EnumOrdinal") // The order of the texts is what the version stands for.
    private int span(Text text) {
        int at = TEXTS_AT;
        for (int i = 0; i < text.ordinal(); i++) {
            at += 2 + length(bytes, at);
        }
        return Span.of(at + 2, at + 2 + length(bytes, at));
    }

    private static int length(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }
}

package io.ringtrace.sip.transaction;

import io.ringtrace.sip.message.ByteHash;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.message.Via;
import java.util.Arrays;

/**
 * The bytes in which a request equals the transaction it belongs to, RFC 3261 §17.2.3: branch, sent-by and method; or for a branch
 * without the magic cookie (RFC 2543) Request-URI, From tag, Call-ID, CSeq number and topmost Via. An ACK has its INVITE's identity. Two
 * requests belong together when these bytes are equal. A transaction keeps 128 bits of them, two hashes by secret seeds, and not the bytes:
 * there are as many of these as calls in half a minute, and the collector copies what is kept. That two of a million transactions have the
 * same 128 bits by chance is less likely than 1 in 10^26, and nobody who does not know the seeds can bring it about. One per shard, reused.
 */
final class TransactionIdentity {
    private static final byte UNIQUE_BRANCH = 'b';
    private static final byte RFC_2543 = 'o';
    private static final int METHOD_AT = 1;
    private final long seed;
    private final long secondSeed;
    private byte[] bytes = new byte[256];
    private int length;

    /**
     * @param seed secret, so that nobody can fill one bucket of the table
     * @param secondSeed as secret, and drawn apart from it
     */
    TransactionIdentity(long seed, long secondSeed) {
        this.seed = seed;
        this.secondSeed = secondSeed;
    }

    /** Reads the identity of the request. */
    void of(SipMessage request) {
        of(request, request.method() == SipMethod.ACK ? SipMethod.INVITE : request.method());
    }

    /** Reads the identity of the request as if it had that method: of the INVITE that a CANCEL is for (§9.2). */
    void of(SipMessage request, SipMethod method) {
        length = 0;
        Via via = request.topVia();
        boolean unique = Span.present(via.branch()) && via.hasMagicCookie(request);
        put(unique ? UNIQUE_BRANCH : RFC_2543);
        put(method);
        if (method == SipMethod.OTHER) {
            put(request, request.methodSpan());
        }
        if (unique) {
            put(request, via.branch());
            put(request, via.host());
            put((byte) (via.port() >>> 8));
            put((byte) via.port());
        } else {
            put(request, request.requestUriSpan());
            put(request, request.fromTag());
            put(request, request.callId());
            put(request, request.value(SipHeader.CSEQ), digits(request));
            put(request, via.span());
        }
    }

    /** Where the transaction stands in the table. */
    long key() {
        return ByteHash.hash(seed, bytes, 0, length);
    }

    /** By which transactions of one key are told apart. */
    long check() {
        return ByteHash.hash(secondSeed, bytes, 0, length);
    }

    /** As {@link #key}, with a seed that every run of the program has; the method, which is numbered as it comes, is left out. */
    long lastingKey() {
        return ByteHash.hash(bytes[0], bytes, METHOD_AT + 1, length);
    }

    @SuppressWarnings("EnumOrdinal") // compared within this process only
    private void put(SipMethod method) {
        put((byte) method.ordinal());
    }

    private static int digits(SipMessage request) {
        int digits = 1;
        for (long rest = request.cseqNumber() / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void put(SipMessage request, int span) {
        put(request, span, Span.length(span));
    }

    private void put(SipMessage request, int span, int size) {
        if (bytes.length < length + size + 1) {
            bytes = Arrays.copyOf(bytes, 2 * (length + size + 1));
        }
        int from = request.offset() + Span.start(span);
        for (int i = 0; i < size; i++) {
            byte b = request.bytes()[from + i];
            // Branches are tokens and hosts are names: neither case counts.
            bytes[length++] = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
        }
        put((byte) 0);
    }

    private void put(byte b) {
        if (bytes.length == length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = b;
    }
}

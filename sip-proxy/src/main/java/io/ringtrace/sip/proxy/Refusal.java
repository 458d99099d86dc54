package io.ringtrace.sip.proxy;

import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.RefusalReason;
import org.jspecify.annotations.Nullable;

/**
 * A final answer that we give ourselves.
 *
 * @param field a header field that belongs to it, such as Retry-After; null for none
 * @param counted what it counts as
 * @param why what it counts as at its trunk
 */
record Refusal(
        int status,
        String reason,
        @Nullable String field,
        @Nullable String value,
        Count counted,
        RefusalReason why) {
    static final String ALLOWED_METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS";
    static final Refusal STRANGER = new Refusal(403, "Forbidden", Count.STRANGERS, RefusalReason.STRANGER);
    static final Refusal FORBIDDEN = refused(403, "Forbidden", RefusalReason.FOREIGN);
    static final Refusal NOT_ALLOWED =
            new Refusal(405, "Method Not Allowed", "Allow", ALLOWED_METHODS, Count.REFUSED, RefusalReason.METHOD);
    static final Refusal UNKNOWN_SCHEME = refused(416, "Unsupported URI Scheme", RefusalReason.SCHEME);
    /** Every option of its Proxy-Require is unsupported; they are named in Unsupported. */
    static final Refusal BAD_EXTENSION = refused(420, "Bad Extension", RefusalReason.EXTENSION);

    static final Refusal NO_DIALOG =
            new Refusal(481, "Call/Transaction Does Not Exist", Count.COOKIE_REFUSED, RefusalReason.NO_DIALOG);
    static final Refusal NO_TRANSACTION = refused(481, "Call/Transaction Does Not Exist", RefusalReason.NO_TRANSACTION);
    static final Refusal LOOP = refused(482, "Loop Detected", RefusalReason.LOOP);
    static final Refusal MERGED = refused(482, "Merged Request", RefusalReason.MERGED);
    static final Refusal TOO_MANY_HOPS = refused(483, "Too Many Hops", RefusalReason.TOO_MANY_HOPS);
    static final Refusal MAX_BREADTH = refused(440, "Max-Breadth Exceeded", RefusalReason.MAX_BREADTH);
    static final Refusal TABLE_FULL = later("5", Count.SHED, RefusalReason.TABLE_FULL);
    static final Refusal JOURNAL_FULL = later("5", Count.SHED, RefusalReason.JOURNAL_FULL);
    static final Refusal RING_FULL = later("5", Count.SHED, RefusalReason.RING_FULL);
    static final Refusal OVERLOAD = later("5", Count.SHED, RefusalReason.OVERLOAD);
    static final Refusal TRUNK_RATE = later("5", Count.TRUNK_LIMITED, RefusalReason.TRUNK_RATE);
    static final Refusal TRUNK_CALLS = later("5", Count.TRUNK_LIMITED, RefusalReason.TRUNK_CALLS);
    /** We are about to stop. */
    static final Refusal STOPPING = later("30", Count.SHED, RefusalReason.STOPPING);

    static final Refusal FAULT = refused(500, "Server Internal Error", RefusalReason.FAULT);

    /** The parser's refusal. */
    static Refusal malformed(int status, String reason) {
        return new Refusal(status, reason, Count.MALFORMED, RefusalReason.MALFORMED);
    }

    private static Refusal refused(int status, String reason, RefusalReason why) {
        return new Refusal(status, reason, Count.REFUSED, why);
    }

    private static Refusal later(String seconds, Count counted, RefusalReason why) {
        return new Refusal(503, "Service Unavailable", "Retry-After", seconds, counted, why);
    }

    private Refusal(int status, String reason, Count counted, RefusalReason why) {
        this(status, reason, null, null, counted, why);
    }
}

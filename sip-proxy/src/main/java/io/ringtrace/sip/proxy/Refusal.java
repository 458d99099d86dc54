package io.ringtrace.sip.proxy;

import io.ringtrace.sip.counters.Count;
import org.jspecify.annotations.Nullable;

/**
 * A final answer that we give ourselves.
 *
 * @param field a header field that belongs to it, such as Retry-After; null for none
 * @param counted what it counts as
 */
record Refusal(
        int status,
        String reason,
        @Nullable String field,
        @Nullable String value,
        Count counted) {
    static final String ALLOWED_METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS";
    static final Refusal STRANGER = new Refusal(403, "Forbidden", Count.STRANGERS);
    static final Refusal FORBIDDEN = new Refusal(403, "Forbidden", Count.REFUSED);
    static final Refusal NOT_ALLOWED = new Refusal(405, "Method Not Allowed", "Allow", ALLOWED_METHODS, Count.REFUSED);
    static final Refusal UNKNOWN_SCHEME = new Refusal(416, "Unsupported URI Scheme", Count.REFUSED);
    /** Every option of its Proxy-Require is unsupported; they are named in Unsupported. */
    static final Refusal BAD_EXTENSION = new Refusal(420, "Bad Extension", Count.REFUSED);

    static final Refusal NO_DIALOG = new Refusal(481, "Call/Transaction Does Not Exist", Count.COOKIE_REFUSED);
    static final Refusal NO_TRANSACTION = new Refusal(481, "Call/Transaction Does Not Exist", Count.REFUSED);
    static final Refusal LOOP = new Refusal(482, "Loop Detected", Count.REFUSED);
    static final Refusal MERGED = new Refusal(482, "Merged Request", Count.REFUSED);
    static final Refusal TOO_MANY_HOPS = new Refusal(483, "Too Many Hops", Count.REFUSED);
    static final Refusal MAX_BREADTH = new Refusal(440, "Max-Breadth Exceeded", Count.REFUSED);
    static final Refusal FULL = new Refusal(503, "Service Unavailable", "Retry-After", "5", Count.SHED);
    static final Refusal TRUNK_LIMIT = new Refusal(503, "Service Unavailable", "Retry-After", "5", Count.TRUNK_LIMITED);
    /** We are about to stop. */
    static final Refusal STOPPING = new Refusal(503, "Service Unavailable", "Retry-After", "30", Count.SHED);

    static final Refusal FAULT = new Refusal(500, "Server Internal Error", Count.REFUSED);

    Refusal(int status, String reason, Count counted) {
        this(status, reason, null, null, counted);
    }
}

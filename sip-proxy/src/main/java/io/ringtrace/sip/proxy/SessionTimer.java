package io.ringtrace.sip.proxy;

import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;

/**
 * The session timer (RFC 4028) as a proxy watches it that asks for none itself: the two sides agree in the 2xx to an INVITE or UPDATE, and
 * without a refresh in that time both hang up.
 */
final class SessionTimer {
    /** RFC 4028 §4: the shortest interval there is. */
    private static final long SHORTEST_SECONDS = 90;

    private static final long LONGEST_SECONDS = 0xFFFF_FFFFL;

    private SessionTimer() {}

    /** How long the session lasts without a refresh; 0 when the response says nothing that can be read. */
    static long intervalMillis(SipMessage response) {
        int value = response.value(SipHeader.SESSION_EXPIRES);
        if (!Span.present(value)) {
            return 0;
        }
        long seconds = 0;
        int at = response.offset() + Span.start(value);
        int end = response.offset() + Span.end(value);
        int digits = at;
        while (digits < end && response.bytes()[digits] >= '0' && response.bytes()[digits] <= '9') {
            seconds = Math.min(seconds * 10 + response.bytes()[digits] - '0', LONGEST_SECONDS);
            digits++;
        }
        return digits == at ? 0 : Math.max(seconds, SHORTEST_SECONDS) * 1000;
    }
}

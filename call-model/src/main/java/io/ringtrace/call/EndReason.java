package io.ringtrace.call;

import java.util.Locale;

/** Why a call ended, as it stands in its record. */
public enum EndReason {
    CALLER_HANGUP,
    DESTINATION_HANGUP,
    /** 486, 600. */
    DESTINATION_BUSY,
    /** 408, 480, ring timer. */
    DESTINATION_NO_ANSWER,
    /** 404, 410, 484, 604. */
    DESTINATION_NOT_IN_SERVICE,
    /** 603, 607, 608. */
    DESTINATION_DECLINED,
    /** Every other final response, a transport error, nothing reachable. */
    DESTINATION_ERROR,
    /** A 3xx was passed to the caller. */
    REDIRECTED,
    /** CANCEL, unless a 2xx was forwarded. */
    CALLER_CANCELLED,
    UNKNOWN_PROMO_NUMBER,
    BLOCKED_CALLER,
    /** No route, number limit, loop, or no store. */
    REFUSED,
    MAX_DURATION,
    /** No proof of life in the last interval. */
    LOST,
    /** We died before an answer. */
    INTERRUPTED;

    /** As written in records and answers: {@code caller_hangup}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The reason for a final response that came from the destination's gateway. */
    public static EndReason ofGatewayFinal(int status) {
        return switch (status) {
            case 486, 600 -> DESTINATION_BUSY;
            case 408, 480 -> DESTINATION_NO_ANSWER;
            case 404, 410, 484, 604 -> DESTINATION_NOT_IN_SERVICE;
            case 603, 607, 608 -> DESTINATION_DECLINED;
            default -> status >= 300 && status < 400 ? REDIRECTED : DESTINATION_ERROR;
        };
    }
}

package io.ringtrace.server.fault;

import java.util.List;

/** How a call of the bench is meant to go. It travels in the INVITE's {@code X-Ending}, so that the gateway plays its part. */
enum Ending {
    CALLER_HANGS_UP,
    DESTINATION_HANGS_UP,
    /** A re-INVITE in the middle, then the caller hangs up. */
    REINVITED,
    /** The first gateway says 503, the second answers; the caller hangs up. */
    FAILED_OVER,
    /** Two 2xx with two To tags; the caller ends one leg at once and the other later. */
    FORKED,
    /** CANCEL leaves with the INVITE, before any response. */
    CANCELLED_AT_ONCE,
    /** The gateway says 100 at once, or only after the CANCEL, and never rings. */
    CANCELLED_BEFORE_RINGING,
    /** The first gateway says 503; the CANCEL crosses the ringing of the second. */
    CANCELLED_WHILE_FAILING_OVER,
    CANCELLED_WHILE_RINGING,
    /** CANCEL leaves when the 200 arrives; the caller then hangs up. */
    CANCELLED_TOO_LATE,
    BUSY,
    DECLINED,
    NOT_FOUND,
    TIMED_OUT,
    UNKNOWN_NUMBER,
    BLOCKED,
    /** From an address that is no trunk's. */
    STRANGER,
    /** Rings until the server gives it up. */
    NEVER_ANSWERED,
    /** The gateway says 100, and nothing more. */
    NEVER_RINGS,
    /** Both sides vanish after the answer. */
    ABANDONED,
    /** Neither side hangs up; both say that they live. */
    TALKS_FOR_EVER,
    /** Both sides talk and do not say that they live; the caller hangs up when the call was given up long ago. */
    HANGS_UP_TOO_LATE;

    /** Those that take seconds. */
    static final List<Ending> QUICK = List.of(
            CALLER_HANGS_UP,
            DESTINATION_HANGS_UP,
            REINVITED,
            FAILED_OVER,
            FORKED,
            CANCELLED_AT_ONCE,
            CANCELLED_BEFORE_RINGING,
            CANCELLED_WHILE_FAILING_OVER,
            CANCELLED_WHILE_RINGING,
            CANCELLED_TOO_LATE,
            BUSY,
            DECLINED,
            NOT_FOUND,
            TIMED_OUT,
            UNKNOWN_NUMBER,
            BLOCKED,
            STRANGER);

    /** Whether the sides of such a call, once it is answered, do not hear such a request. */
    boolean silent(String method) {
        return switch (this) {
            case ABANDONED -> !method.equals("ACK");
            case HANGS_UP_TOO_LATE -> method.equals("OPTIONS");
            default -> false;
        };
    }

    /** Whether the first gateway says 503, and the second goes on. */
    boolean failsOver() {
        return this == FAILED_OVER || this == CANCELLED_WHILE_FAILING_OVER;
    }

    /** Whether the caller is to hear a 2xx. */
    boolean isAnswered() {
        return switch (this) {
            case CALLER_HANGS_UP,
                    DESTINATION_HANGS_UP,
                    REINVITED,
                    FAILED_OVER,
                    FORKED,
                    CANCELLED_TOO_LATE,
                    ABANDONED,
                    TALKS_FOR_EVER,
                    HANGS_UP_TOO_LATE -> true;
            case CANCELLED_AT_ONCE,
                    CANCELLED_BEFORE_RINGING,
                    CANCELLED_WHILE_FAILING_OVER,
                    CANCELLED_WHILE_RINGING,
                    BUSY,
                    DECLINED,
                    NOT_FOUND,
                    TIMED_OUT,
                    UNKNOWN_NUMBER,
                    BLOCKED,
                    STRANGER,
                    NEVER_ANSWERED,
                    NEVER_RINGS -> false;
        };
    }

    /** The final status that the gateway is to give; 200 where it answers. */
    int gatewayStatus() {
        return switch (this) {
            case BUSY -> 486;
            case DECLINED -> 603;
            case NOT_FOUND -> 404;
            case TIMED_OUT -> 408;
            case CALLER_HANGS_UP,
                    DESTINATION_HANGS_UP,
                    REINVITED,
                    FAILED_OVER,
                    FORKED,
                    CANCELLED_AT_ONCE,
                    CANCELLED_BEFORE_RINGING,
                    CANCELLED_WHILE_FAILING_OVER,
                    CANCELLED_WHILE_RINGING,
                    CANCELLED_TOO_LATE,
                    UNKNOWN_NUMBER,
                    BLOCKED,
                    STRANGER,
                    NEVER_ANSWERED,
                    NEVER_RINGS,
                    ABANDONED,
                    TALKS_FOR_EVER,
                    HANGS_UP_TOO_LATE -> 200;
        };
    }

    /** What the record of an unanswered call must say when the caller heard the end. */
    String endReason() {
        return switch (this) {
            case BUSY -> "destination_busy";
            case DECLINED -> "destination_declined";
            case NOT_FOUND -> "destination_not_in_service";
            case TIMED_OUT, NEVER_ANSWERED, NEVER_RINGS -> "destination_no_answer";
            case UNKNOWN_NUMBER -> "unknown_promo_number";
            case BLOCKED -> "blocked_caller";
            case CANCELLED_AT_ONCE,
                    CANCELLED_BEFORE_RINGING,
                    CANCELLED_WHILE_FAILING_OVER,
                    CANCELLED_WHILE_RINGING,
                    CANCELLED_TOO_LATE -> "caller_cancelled";
            case ABANDONED -> "lost";
            case TALKS_FOR_EVER -> "max_duration";
            case CALLER_HANGS_UP, DESTINATION_HANGS_UP, REINVITED, FAILED_OVER, FORKED, STRANGER, HANGS_UP_TOO_LATE ->
                "";
        };
    }
}

package io.ringtrace.call;

import org.jspecify.annotations.Nullable;

/**
 * One gateway that an INVITE was sent to.
 *
 * @param sentAtMillis Unix milliseconds
 * @param first18xAtMillis Unix milliseconds of the first 18x; 0 when there was none
 * @param status the gateway's final status; 0 when it gave none
 * @param reason the text of its Reason header (RFC 3326)
 * @param abandoned why we went on to the next gateway, such as {@code "no answer within 3 s"}; null when we did not
 */
public record GatewayAttempt(
        String gateway,
        long sentAtMillis,
        long first18xAtMillis,
        int status,
        @Nullable String reason,
        @Nullable String abandoned) {}

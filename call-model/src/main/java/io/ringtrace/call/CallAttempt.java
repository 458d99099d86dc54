package io.ringtrace.call;

import io.ringtrace.routing.Trunk;
import org.jspecify.annotations.Nullable;

/**
 * An INVITE that asks for a call, as the router sees it.
 *
 * @param dialed the dialed number, normalised by the trunk's rules; null when it is no phone number
 * @param dialedText what stood in the Request-URI's user, or in the header that the trunk names
 * @param caller the caller number; null when absent, withheld or no phone number
 * @param callerWithheld the caller asked for privacy (RFC 3323, Privacy: id)
 */
public record CallAttempt(
        CallId callId,
        Trunk trunk,
        @Nullable PhoneNumber dialed,
        String dialedText,
        @Nullable PhoneNumber caller,
        boolean callerWithheld) {}

package io.ringtrace.call;

import io.ringtrace.routing.Trunk;
import org.jspecify.annotations.Nullable;

/**
 * An INVITE that asks for a call, as the router sees it.
 *
 * @param dialed the dialed number, normalised by the trunk's rules; null when it is no phone number
 * @param dialedText what stood in the Request-URI's user, or in the header that the trunk names
 * @param caller the caller number; null when absent, withheld or no phone number
 * @param callerWithheld the caller asked for privacy (RFC 3325 §9.3, Privacy: id)
 * @param screened the number that blocked callers are looked up by: the caller number, and that of a caller who withholds it as well. It must
 *     not be recorded or shown.
 */
public record CallAttempt(
        CallId callId,
        Trunk trunk,
        @Nullable PhoneNumber dialed,
        String dialedText,
        @Nullable PhoneNumber caller,
        boolean callerWithheld,
        @Nullable PhoneNumber screened) {
    /** A call whose caller's number is known only as far as it may be shown. */
    public CallAttempt(
            CallId callId,
            Trunk trunk,
            @Nullable PhoneNumber dialed,
            String dialedText,
            @Nullable PhoneNumber caller,
            boolean callerWithheld) {
        this(callId, trunk, dialed, dialedText, caller, callerWithheld, caller);
    }

    /** Prints nothing of a caller who withholds the number. */
    @Override
    public String toString() {
        return "call " + callId + " by trunk " + trunk.name() + " from " + (callerWithheld ? "withheld" : caller)
                + " to " + dialedText;
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import org.jspecify.annotations.Nullable;

/**
 * A running call as an operator sees it. Moments are Unix milliseconds by the lease clock.
 *
 * @param trunk empty when the plan does not have it any more
 * @param gateway where it rang or was answered last; empty before that
 * @param caller null when withheld, or for a call of an earlier run
 * @param dialed null when it is no number, or for a call of an earlier run
 * @param answeredAtMillis 0 before the answer
 * @param aliveAtMillis its last proof of life; 0 before the answer
 */
public record LiveCallView(
        CallId callId,
        State state,
        String trunk,
        String gateway,
        @Nullable PhoneNumber caller,
        @Nullable PhoneNumber dialed,
        long beganAtMillis,
        long answeredAtMillis,
        long aliveAtMillis) {
    public enum State {
        /** Nobody rings yet. */
        TRYING,
        RINGING,
        ANSWERED,
        /** Its longest time is over; both sides have been asked whether they live. */
        ASKED
    }
}

package io.ringtrace.call;

import io.ringtrace.attribution.AttributionResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a call, in the order in which it is journaled. Events of one call may reach the store in any order and more than once,
 * from several nodes; the record they make is the same.
 */
public sealed interface CallEvent {
    CallId callId();

    /** Unix milliseconds by the lease clock. */
    long atMillis();

    /**
     * The INVITE was admitted. Journaled before anything leaves for a gateway.
     *
     * @param atMillis when the INVITE arrived; the moment that attribution is judged by
     * @param destination where the call is to go; null when it is refused
     * @param configVersion version of the routing plan
     * @param attributionStaleMillis how far the directory's feed was behind; 0 while it is live
     * @param inviteKey by which a retransmission of the INVITE finds this record after a restart; null where it is not known
     */
    record Began(
            CallId callId,
            long atMillis,
            String sipCallId,
            String trunk,
            @Nullable PhoneNumber caller,
            boolean callerWithheld,
            String dialedText,
            @Nullable PhoneNumber dialed,
            AttributionResult attribution,
            @Nullable PhoneNumber destination,
            String configVersion,
            long attributionStaleMillis,
            @Nullable InviteKey inviteKey)
            implements CallEvent {}

    /**
     * The first 18x went to the caller.
     *
     * @param sentToGatewayAtMillis when the INVITE that brought it was sent
     */
    record Progressed(CallId callId, long atMillis, String gateway, int status, long sentToGatewayAtMillis)
            implements CallEvent {}

    /**
     * The first 2xx was forwarded to the caller: talk starts.
     *
     * @param ringMillis first 18x to 2xx by the monotonic clock; 0 without an 18x
     * @param dialog by which the call is watched after a restart; null where it is too large, or not known
     */
    record Answered(
            CallId callId,
            long atMillis,
            String gateway,
            int status,
            long ringMillis,
            List<GatewayAttempt> attempts,
            @Nullable DialogFacts dialog)
            implements CallEvent {
        public Answered {
            attempts = List.copyOf(attempts);
        }
    }

    /**
     * The answered call goes on. Journaled now and then, so that a call may last longer than the journal keeps its answer, and so that whoever
     * closes its record in this node's place knows how long it lived at least.
     *
     * @param aliveAtMillis the last proof of life
     * @param dialogs of its legs, as many of them as are not over; at least one
     */
    record Continued(CallId callId, long atMillis, long answeredAtMillis, long aliveAtMillis, List<DialogFacts> dialogs)
            implements CallEvent {
        /** Further answered branches of one call are not told apart. */
        public static final int MOST_DIALOGS = 8;

        public Continued {
            dialogs = List.copyOf(dialogs);
            if (dialogs.isEmpty() || dialogs.size() > MOST_DIALOGS) {
                throw new IllegalArgumentException(
                        "a call goes on in 1 to " + MOST_DIALOGS + " dialogs, not " + dialogs.size());
            }
        }
    }

    /**
     * The call is over, answered or not.
     *
     * @param statusSent the final status sent to the caller for the INVITE; 0 when the call had been answered or nothing was sent
     * @param statusGateway the gateway's final status that led to it; 0 without one
     * @param reasonHeader text of the Reason header (RFC 3326) that came with the end
     * @param talkMillis answer to end by the monotonic clock; -1 when this process did not see the answer
     * @param durationExact false when the end was inferred
     * @param attempts the gateways tried; empty for the end of an answered call
     */
    record Ended(
            CallId callId,
            long atMillis,
            EndReason reason,
            EndedBy by,
            int statusSent,
            int statusGateway,
            @Nullable String reasonHeader,
            long talkMillis,
            boolean durationExact,
            List<GatewayAttempt> attempts)
            implements CallEvent {
        public Ended {
            attempts = List.copyOf(attempts);
        }

        /** An end that no message brought: we hung up, or nobody watches the call any more. */
        public static Ended byRingtrace(
                CallId callId, long atMillis, EndReason reason, long talkMillis, boolean durationExact) {
            return new Ended(
                    callId, atMillis, reason, EndedBy.RINGTRACE, 0, 0, null, talkMillis, durationExact, List.of());
        }
    }

    /**
     * An end that we had inferred was wrong: the call ended now. Journaled when a BYE comes for a call that was given up as lost or hung up
     * at its longest time.
     *
     * @param instead the reason that was recorded before
     * @param talkMillis answer to end by the monotonic clock; -1 when this process did not see the answer
     */
    record Corrected(
            CallId callId,
            long atMillis,
            EndReason instead,
            EndReason reason,
            EndedBy by,
            @Nullable String reasonHeader,
            long talkMillis)
            implements CallEvent {
        /** The end as it would have been recorded in the first place. */
        public Ended end() {
            return new Ended(callId, atMillis, reason, by, 0, 0, reasonHeader, talkMillis, true, List.of());
        }
    }
}

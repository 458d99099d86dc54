package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;

/** What a visitor who asked for a number gets. */
public sealed interface LeaseAnswer {
    /**
     * The number is the visitor's, and durable.
     *
     * @param visitorId the visitor's, or the one made for a request without
     * @param renewed the visitor had this number already
     * @param changed the visitor had another number before, which went to somebody else
     */
    record Granted(
            Lease lease,
            String visitorId,
            boolean renewed,
            boolean changed,
            long guaranteedForMillis,
            long heldForMillis,
            long renewAfterMillis)
            implements LeaseAnswer {}

    /** The pool's overflow number: routes, but carries no visitor's data. */
    record Overflowed(PhoneNumber number, String visitorId, long renewAfterMillis) implements LeaseAnswer {}

    /** No number: the page keeps its destination number. */
    record NoNumber(String visitorId, long renewAfterMillis) implements LeaseAnswer {}

    /** The request itself is wrong; asking again brings the same. */
    record Refused(Reason reason, String message) implements LeaseAnswer {}

    /** Not now: too many are waiting, the store is away, or the clock is off. Nothing was lent. */
    record Unavailable(String message, long retryAfterMillis) implements LeaseAnswer {}

    enum Reason {
        UNKNOWN_POOL,
        INVALID_VISITOR,
        INVALID_DESTINATION,
        INVALID_MARKETING_DATA
    }
}

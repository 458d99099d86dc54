package io.ringtrace.store.journal;

import io.ringtrace.call.CallId;

/**
 * What the first bytes of an entry say: whose it is, and what it means for whether the call is open.
 *
 * @param atMillis Unix milliseconds
 */
record EntryHead(CallId callId, long atMillis, Kind kind) {
    enum Kind {
        BEGAN,
        PROGRESSED,
        /** Answered, or known to run on. */
        RUNS,
        ENDED,
        /** Ended by a start that found it unanswered. */
        INTERRUPTED
    }
}

package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;

/** Finds whose call a dialed number is. Answers from memory and never waits, so a shard may call it. Thread-safe. */
public interface AttributionLookup {
    /**
     * @param atMillis when the INVITE arrived, Unix milliseconds by the lease clock
     */
    AttributionResult lookUp(PhoneNumber dialed, long atMillis);

    /** How far behind the store the answers are, in milliseconds; 0 while the feed is live. */
    long staleMillis();
}

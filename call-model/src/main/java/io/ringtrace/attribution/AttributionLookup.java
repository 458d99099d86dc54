package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import java.util.Map;

/** Finds whose call a dialed number is. Answers from memory and never waits, so a shard may call it. Thread-safe. */
public interface AttributionLookup {
    /**
     * @param atMillis when the INVITE arrived, Unix milliseconds by the lease clock
     */
    AttributionResult lookUp(PhoneNumber dialed, long atMillis);

    /** Of the lease's marketing data the fields that trunks forward, by name; none of one whose hold is over. From memory, too. */
    default Map<String, String> forwardedFields(Lease lease) {
        return Map.of();
    }

    /** How far behind the store the answers are, in milliseconds; 0 while the feed is live. */
    long staleMillis();
}

package io.ringtrace.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads call records from the store. Thread-safe; calls wait for the database. */
public interface CallRecords {
    /**
     * @param network only calls of this network's numbers; null asks for all, as the operator may
     * @param fromMillis earliest start, inclusive, Unix milliseconds
     * @param toMillis latest start, exclusive
     * @param before only calls older than this one; null starts with the newest
     * @param limit 1 to 1000
     */
    record Query(
            @Nullable String network,
            long fromMillis,
            long toMillis,
            @Nullable PhoneNumber promoNumber,
            @Nullable String visitorId,
            @Nullable String attributionStatus,
            @Nullable String trunk,
            @Nullable CallId before,
            int limit) {
        public Query {
            if (limit < 1 || limit > 1000) {
                throw new IllegalArgumentException("limit must be 1 to 1000, not " + limit);
            }
        }
    }

    /** Newest first. Throws {@link StoreUnavailableException} when the database is away. */
    List<CallRecord> find(Query query) throws StoreUnavailableException;

    /**
     * @param calls in the order in which they were published
     * @param lastId the transaction id to ask for next; nothing is missed by it, and nothing comes twice
     */
    record Finished(List<CallRecord> calls, long lastId) {
        public Finished {
            calls = List.copyOf(calls);
        }
    }

    /**
     * The calls that are over since another one, each once, as their records are now; corrections are none.
     *
     * @param query its {@code before} is not regarded
     * @param transactionId of the last one that was seen; null asks for no calls, and for the id to begin with
     */
    Finished finishedAfter(Query query, @Nullable Long transactionId) throws StoreUnavailableException;

    /** Null when there is none, or it belongs to another network. */
    @Nullable
    CallRecord get(CallId callId, @Nullable String network) throws StoreUnavailableException;
}

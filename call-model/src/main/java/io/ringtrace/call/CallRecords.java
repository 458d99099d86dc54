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

    /** Null when there is none, or it belongs to another network. */
    @Nullable
    CallRecord get(CallId callId, @Nullable String network) throws StoreUnavailableException;
}

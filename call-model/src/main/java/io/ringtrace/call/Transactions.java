package io.ringtrace.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Call records in the order in which they were published: a finished call once, and once more each time that what was published is corrected.
 * Ids rise in the order of visibility, on all nodes, so whoever goes on after the last id he saw misses none and gets none twice.
 * Thread-safe; calls wait for the database.
 */
public interface Transactions {
    /**
     * @param corrects the call's transaction that this one takes the place of; null for its first
     * @param record as it is now: one that was corrected shows what corrects it
     */
    record Transaction(long id, @Nullable Long corrects, long publishedAtMillis, CallRecord record) {}

    /**
     * Whose calls.
     *
     * @param advertiser null for all of the network's
     */
    record Scope(String network, @Nullable String advertiser) {}

    /** The oldest ones after that id; 0 begins with the first. At most {@code limit}. */
    List<Transaction> after(Scope scope, long id, int limit) throws StoreUnavailableException;

    /**
     * Of the calls that began then, what {@link #after} gives: calls that are published late, and corrections, come with their own ids.
     *
     * @param fromMillis inclusive
     * @param toMillis exclusive
     * @param afterId 0 begins with the first; whether such a transaction is there does not matter
     */
    List<Transaction> startedBetween(Scope scope, long fromMillis, long toMillis, long afterId, int limit)
            throws StoreUnavailableException;

    /** Null when there is none such in the scope. */
    @Nullable
    Transaction get(Scope scope, long id) throws StoreUnavailableException;

    /** Of one call, the oldest first. */
    List<Transaction> ofCall(Scope scope, CallId call) throws StoreUnavailableException;

    /** The network's last id; 0 without any. */
    long newest(String network) throws StoreUnavailableException;

    /** Answered calls that have not ended, those that began last first. */
    List<CallRecord> inProgress(Scope scope, int limit) throws StoreUnavailableException;
}

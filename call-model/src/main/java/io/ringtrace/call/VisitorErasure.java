package io.ringtrace.call;

/** Takes a visitor out of what is kept of him. Thread-safe; waits for the database. */
public interface VisitorErasure {
    /**
     * @param leases rows of the lease history that were his
     * @param numbers promo numbers that were lent to him at that moment; they keep their destination and are nobody's
     * @param callRecords that had his data
     */
    record Erased(int leases, int numbers, int callRecords) {}

    /**
     * Blanks the visitor's id and marketing data in leases, numbers and call records, and from now on in records that are still in some
     * node's journal. The rows stay, without them. Older records that no lease leads to any more follow within the hour. Doing it again is safe.
     */
    Erased erase(String network, String visitorId) throws StoreUnavailableException;
}

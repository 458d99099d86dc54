package io.ringtrace.call;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where networks want to be told of each finished call, and how far that has come: one webhook for a network, in the order of transaction ids.
 * Thread-safe; calls wait for the database.
 */
public interface Webhooks {
    /**
     * @param cursor the last transaction that was delivered or set aside
     * @param attempts that failed for the one after it
     * @param nextAttemptAtMillis when it is tried again; 0 when nothing failed
     * @param lastError of the last failed attempt; null when the last one was good
     */
    record Webhook(
            String network,
            URI url,
            long madeAtMillis,
            long cursor,
            int attempts,
            long nextAttemptAtMillis,
            @Nullable String lastError,
            int deadLetters) {}

    /** A transaction that was given up. */
    record DeadLetter(long transactionId, String reason, int attempts, long setAsideAtMillis, boolean again) {}

    /**
     * Sets or changes the network's webhook; the network must exist. A new one begins with what is published from now on, a changed one goes on.
     *
     * @return the secret that requests are signed with, told once; a new one each time
     */
    String set(String network, URI url) throws StoreUnavailableException;

    /** Null when the network has none. */
    @Nullable
    Webhook get(String network) throws StoreUnavailableException;

    /** Its dead letters go with it. False when the network has none. */
    boolean remove(String network) throws StoreUnavailableException;

    /** Those after this transaction, by their ids; at most {@code limit}. */
    List<DeadLetter> deadLetters(String network, long after, int limit) throws StoreUnavailableException;

    /**
     * Has dead letters tried once more.
     *
     * @param transactionId null for all
     * @return how many that are
     */
    int retry(String network, @Nullable Long transactionId) throws StoreUnavailableException;

    // What follows is for whoever delivers.

    /**
     * What one webhook is to be told.
     *
     * @param again dead letters that are to be tried once more, by their ids; before the others
     * @param next not delivered yet, in their order
     * @param attempts that failed for the first of them
     * @param full true when there are so many dead letters that no further one is set aside
     */
    record Due(
            String network,
            URI url,
            String secret,
            List<Transactions.Transaction> again,
            List<Transactions.Transaction> next,
            int attempts,
            boolean full) {
        public Due {
            again = List.copyOf(again);
            next = List.copyOf(next);
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "webhook of network " + network + " to " + url.getHost() + ": " + again.size() + " again, "
                    + next.size() + " next";
        }
    }

    /** The networks with something to deliver at this moment. */
    List<String> waiting() throws StoreUnavailableException;

    /**
     * Takes a network's webhook for this node, for 30 s from now; the same node may take it again. Null when another node has it, there is nothing
     * to deliver, or it is not time yet.
     */
    @Nullable
    Due take(String network, int most) throws StoreUnavailableException;

    /** Everything up to this transaction was delivered. False when another node has the webhook by now: then nothing is changed. */
    boolean delivered(String network, long transactionId) throws StoreUnavailableException;

    /** The first one was not delivered, and is tried again then. */
    void failed(String network, String reason, long nextAttemptAtMillis) throws StoreUnavailableException;

    /** The first one is given up: it is a dead letter from now on, and the next one's turn comes then. */
    void setAside(String network, long transactionId, String reason, int attempts, long nextAttemptAtMillis)
            throws StoreUnavailableException;

    /**
     * What became of a dead letter that was tried once more.
     *
     * @param reason null when it was delivered
     */
    void triedAgain(String network, long transactionId, @Nullable String reason) throws StoreUnavailableException;
}

package io.ringtrace.sip.transaction;

import org.jspecify.annotations.Nullable;

/**
 * A shard's server transactions: a 64-bit hash finds the bucket, and 64 bits more the transaction ({@link TransactionIdentity}). Bounded; its
 * shard's thread alone.
 */
final class TransactionTable {
    private final HashChains<ServerTransaction> all = new HashChains<>() {
        @Override
        protected long hash(ServerTransaction transaction) {
            return transaction.key;
        }

        @Override
        protected @Nullable ServerTransaction next(ServerTransaction transaction) {
            return transaction.nextInBucket;
        }

        @Override
        protected void link(ServerTransaction transaction, @Nullable ServerTransaction next) {
            transaction.nextInBucket = next;
        }
    };
    private final int most;

    TransactionTable(int most) {
        this.most = most;
    }

    int size() {
        return all.size();
    }

    boolean nearlyFull() {
        return size() >= most - most / 8;
    }

    boolean full() {
        return size() >= most;
    }

    @Nullable
    ServerTransaction find(TransactionIdentity identity) {
        long key = identity.key();
        ServerTransaction at = all.first(key);
        while (at != null && !(at.key == key && at.check == identity.check())) {
            at = at.nextInBucket;
        }
        return at;
    }

    void add(ServerTransaction transaction) {
        all.add(transaction);
    }

    /** Does nothing when it is not there. */
    void remove(ServerTransaction transaction) {
        boolean _ = all.remove(transaction);
    }

    /** Ends every transaction. */
    void endAll() {
        all.some(size(), _ -> true).forEach(ServerTransaction::end);
    }
}

package io.ringtrace.sip.transaction;

import org.jspecify.annotations.Nullable;

/** A shard's server transactions: a 64-bit hash finds the bucket, then identities are compared exactly. Bounded; its shard's thread alone. */
final class TransactionTable {
    private static final int FEWEST_BUCKETS = 1024;
    private @Nullable ServerTransaction[] buckets = new ServerTransaction[FEWEST_BUCKETS];
    private final int most;
    private int size;

    TransactionTable(int most) {
        this.most = most;
    }

    int size() {
        return size;
    }

    boolean nearlyFull() {
        return size >= most - most / 8;
    }

    boolean full() {
        return size >= most;
    }

    @Nullable
    ServerTransaction find(TransactionIdentity identity, long key) {
        ServerTransaction at = buckets[bucket(key)];
        while (at != null && !(at.key == key && identity.matches(at.identity))) {
            at = at.nextInBucket;
        }
        return at;
    }

    void add(ServerTransaction transaction) {
        if (size >= buckets.length) {
            grow();
        }
        int bucket = bucket(transaction.key);
        transaction.nextInBucket = buckets[bucket];
        buckets[bucket] = transaction;
        size++;
    }

    /** Does nothing when it is not there. */
    void remove(ServerTransaction transaction) {
        int bucket = bucket(transaction.key);
        ServerTransaction before = null;
        ServerTransaction at = buckets[bucket];
        while (at != null && at != transaction) {
            before = at;
            at = at.nextInBucket;
        }
        if (at == null) {
            return;
        }
        if (before == null) {
            buckets[bucket] = at.nextInBucket;
        } else {
            before.nextInBucket = at.nextInBucket;
        }
        size--;
    }

    /** Ends every transaction. */
    void endAll() {
        for (int i = 0; i < buckets.length; i++) {
            for (ServerTransaction first = buckets[i]; first != null; first = buckets[i]) {
                first.end();
            }
        }
    }

    private int bucket(long key) {
        return (int) (key & (buckets.length - 1));
    }

    private void grow() {
        @Nullable ServerTransaction[] old = buckets;
        buckets = new ServerTransaction[old.length * 2];
        for (ServerTransaction first : old) {
            ServerTransaction at = first;
            while (at != null) {
                ServerTransaction next = at.nextInBucket;
                int bucket = bucket(at.key);
                at.nextInBucket = buckets[bucket];
                buckets[bucket] = at;
                at = next;
            }
        }
    }
}

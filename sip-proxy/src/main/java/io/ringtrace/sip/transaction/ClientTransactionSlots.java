package io.ringtrace.sip.transaction;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A shard's client transactions, each in the slot that its branch names. A slot's generation rises whenever it is freed, so an old branch
 * finds nothing. Bounded; its shard's thread alone.
 */
final class ClientTransactionSlots {
    static final int NONE = -1;
    private static final int FEWEST = 256;
    private final int most;
    private @Nullable ClientTransaction[] transactions = new ClientTransaction[FEWEST];
    private int[] generations = new int[FEWEST];
    private int[] randoms = new int[FEWEST];
    private int[] free = new int[FEWEST];
    private int freeCount;
    private int used;
    private int size;

    ClientTransactionSlots(int most) {
        this.most = Math.min(most, BranchParameter.MOST_SLOTS);
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

    /** Takes a slot for a transaction to come; {@link #NONE} when all are in use. */
    int take(int random) {
        if (full()) {
            return NONE;
        }
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else {
            if (used == transactions.length) {
                int larger = Math.min(used * 2, Math.max(most, used + 1));
                transactions = Arrays.copyOf(transactions, larger);
                generations = Arrays.copyOf(generations, larger);
                randoms = Arrays.copyOf(randoms, larger);
                free = Arrays.copyOf(free, larger);
            }
            slot = used++;
        }
        randoms[slot] = random;
        size++;
        return slot;
    }

    void put(int slot, ClientTransaction transaction) {
        transactions[slot] = transaction;
    }

    int generation(int slot) {
        return generations[slot];
    }

    int random(int slot) {
        return randoms[slot];
    }

    @Nullable
    ClientTransaction find(int slot, int generation, int random) {
        return slot < used && generations[slot] == generation && randoms[slot] == random ? transactions[slot] : null;
    }

    /** Ends every transaction. */
    void endAll() {
        for (int slot = 0; slot < used; slot++) {
            ClientTransaction transaction = transactions[slot];
            if (transaction != null) {
                transaction.end();
            }
        }
    }

    void release(int slot) {
        transactions[slot] = null;
        generations[slot]++;
        free[freeCount++] = slot;
        size--;
    }
}

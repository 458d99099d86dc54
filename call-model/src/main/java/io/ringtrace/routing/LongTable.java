package io.ringtrace.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values by positive long keys, in open addressing: a look-up boxes nothing. Immutable, thread-safe. */
final class LongTable<V> {
    private final long[] keys;
    private final Object[] values;
    private final int mask;

    /**
     * @param entries keys above 0
     */
    LongTable(Map<Long, ? extends V> entries) {
        int size = Math.max(2, Integer.highestOneBit(Math.max(1, entries.size())) << 2); // at most half full
        keys = new long[size];
        values = new Object[size];
        mask = size - 1;
        entries.forEach(this::put);
    }

    private void put(long key, V value) {
        if (key <= 0) {
            throw new IllegalArgumentException("keys are above 0, not " + key);
        }
        int slot = slot(key);
        while (keys[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        keys[slot] = key;
        values[slot] = value;
    }

    @SuppressWarnings("unchecked") // only put writes, and it writes Vs
    @Nullable
    V get(long key) {
        for (int slot = slot(key); keys[slot] != 0; slot = (slot + 1) & mask) {
            if (keys[slot] == key) {
                return (V) values[slot];
            }
        }
        return null;
    }

    private int slot(long key) {
        // Fibonacci hashing: neighbouring numbers land far apart
        return (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    }
}

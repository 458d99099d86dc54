package io.ringtrace.store.directory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A map from positive longs to immutable values: open addressing with linear probing, nothing boxed. One thread writes at a time; any number
 * read at the same time without locks and without garbage. Nothing is ever removed.
 */
final class LongTable<V> {
    private static final VarHandle KEY = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle VALUE = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final int SMALLEST = 1024;

    private volatile Slots slots = new Slots(SMALLEST);
    private int size;

    private static final class Slots {
        final long[] keys;
        final @Nullable Object[] values;
        final int mask;

        Slots(int capacity) {
            keys = new long[capacity];
            values = new @Nullable Object[capacity];
            mask = capacity - 1;
        }

        /** The slot that holds the key, or the free one where it belongs. */
        int find(long key) {
            int at = mixed(key) & mask;
            while (true) {
                long there = (long) KEY.getAcquire(keys, at);
                if (there == key || there == 0) {
                    return at;
                }
                at = at + 1 & mask;
            }
        }
    }

    private static int mixed(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        return (int) (hash ^ hash >>> 32);
    }

    @SuppressWarnings("unchecked") // put takes only V
    @Nullable
    V get(long key) {
        if (key == 0) {
            return null;
        }
        Slots now = slots;
        int at = now.find(key);
        return (long) KEY.getAcquire(now.keys, at) == key ? (V) VALUE.getAcquire(now.values, at) : null;
    }

    void put(long key, V value) {
        Slots now = slots;
        int at = now.find(key);
        // The value before the key: a reader who finds the key finds a value.
        VALUE.setRelease(now.values, at, value);
        if (now.keys[at] == 0) {
            KEY.setRelease(now.keys, at, key);
            size++;
            if (size > now.keys.length / 2) {
                grow(now);
            }
        }
    }

    private void grow(Slots from) {
        Slots larger = new Slots(from.keys.length * 2);
        for (int i = 0; i < from.keys.length; i++) {
            if (from.keys[i] != 0) {
                int at = larger.find(from.keys[i]);
                larger.keys[at] = from.keys[i];
                larger.values[at] = from.values[i];
            }
        }
        slots = larger;
    }

    /** By the writer. */
    int size() {
        return size;
    }

    @SuppressWarnings("unchecked") // put takes only V
    void forEach(BiConsumer<Long, V> each) {
        Slots now = slots;
        for (int i = 0; i < now.keys.length; i++) {
            long key = (long) KEY.getAcquire(now.keys, i);
            Object value = VALUE.getAcquire(now.values, i);
            if (key != 0 && value != null) {
                each.accept(key, (V) value);
            }
        }
    }
}

package io.ringtrace.sip.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A hash table whose entries hold its links themselves, so that nothing more is made for any of them. Whoever fills it bounds it; used by one
 * thread.
 */
public abstract class HashChains<T> {
    private static final int FEWEST_BUCKETS = 1024;
    private @Nullable Object[] buckets = new Object[FEWEST_BUCKETS];
    private int size;

    /** The entry's hash, the same as long as it is here; its low bits choose the bucket. */
    protected abstract long hash(T entry);

    /** What {@link #link} gave the entry last. */
    protected abstract @Nullable T next(T entry);

    protected abstract void link(T entry, @Nullable T next);

    public final int size() {
        return size;
    }

    /** The first of those that may have this hash; the others follow by {@link #next}. */
    public final @Nullable T first(long hash) {
        return at(bucket(hash));
    }

    public final void add(T entry) {
        if (size >= buckets.length) {
            grow();
        }
        put(entry);
        size++;
    }

    /** Returns false when it is not there. */
    @SuppressWarnings("ReferenceEquality") // This very one is meant.
    public final boolean remove(T entry) {
        int bucket = bucket(hash(entry));
        T before = null;
        T at = at(bucket);
        while (at != null && at != entry) {
            before = at;
            at = next(at);
        }
        if (at == null) {
            return false;
        }
        if (before == null) {
            buckets[bucket] = next(at);
        } else {
            link(before, next(at));
        }
        size--;
        return true;
    }

    /** Some of those of which it is true, at most so many. */
    public final List<T> some(int most, Predicate<T> wanted) {
        List<T> found = new ArrayList<>();
        for (int bucket = 0; bucket < buckets.length && found.size() < most; bucket++) {
            for (T at = at(bucket); at != null && found.size() < most; at = next(at)) {
                if (wanted.test(at)) {
                    found.add(at);
                }
            }
        }
        return found;
    }

    private void put(T entry) {
        int bucket = bucket(hash(entry));
        link(entry, at(bucket));
        buckets[bucket] = entry;
    }

    @SuppressWarnings("unchecked") // Nothing else is put there.
    private @Nullable T at(int bucket) {
        return (T) buckets[bucket];
    }

    private int bucket(long hash) {
        return (int) hash & (buckets.length - 1);
    }

    @SuppressWarnings("unchecked") // As above.
    private void grow() {
        @Nullable Object[] old = buckets;
        buckets = new Object[old.length * 2];
        for (Object first : old) {
            T at = (T) first;
            while (at != null) {
                T following = next(at);
                put(at);
                at = following;
            }
        }
    }
}

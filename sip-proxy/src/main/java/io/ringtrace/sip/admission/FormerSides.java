package io.ringtrace.sip.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Trunks or gateways as former plans had them, for as long as a call that began under such a plan may last: a reload does not make strangers
 * of the sides of running calls. Bounded; belongs to one shard.
 */
final class FormerSides<T> {
    /** Most that are kept; the oldest is forgotten for a new one. */
    private static final int MOST = 4096;

    private final long keptMillis;
    private final Deque<Former<T>> formers = new ArrayDeque<>();

    /** @param replacedAtMillis when the plan that had it went out of force, by the lease clock */
    private record Former<T>(int hash, T side, long replacedAtMillis) {}

    /** @param keptMillis the longest time of a call */
    FormerSides(long keptMillis) {
        this.keptMillis = keptMillis;
    }

    /** Keeps what is not the same in the plan that takes the other's place. */
    void replace(Map<Integer, T> before, Map<Integer, T> now, long atMillis) {
        Iterator<Former<T>> oldestFirst = formers.iterator();
        while (oldestFirst.hasNext() && atMillis - oldestFirst.next().replacedAtMillis > keptMillis) {
            oldestFirst.remove();
        }
        Map<Integer, T> gone = new HashMap<>(before);
        now.forEach((hash, side) -> gone.remove(hash, side));
        gone.forEach((hash, side) -> {
            if (formers.size() == MOST) {
                formers.removeFirst();
            }
            formers.addLast(new Former<>(hash, side, atMillis));
        });
    }

    /** True when it is true of one that a call which began then may have come by or gone to. */
    boolean any(int hash, long begunAtMillis, Predicate<T> wanted) {
        for (Former<T> former : formers) {
            if (former.hash == hash && begunAtMillis <= former.replacedAtMillis && wanted.test(former.side)) {
                return true;
            }
        }
        return false;
    }

    /** True when it is true of one that running calls may have, whichever. */
    boolean any(Predicate<T> wanted) {
        for (Former<T> former : formers) {
            if (wanted.test(former.side)) {
                return true;
            }
        }
        return false;
    }

    /** The last one with that hash. */
    @Nullable
    T last(int hash) {
        Iterator<Former<T>> newestFirst = formers.descendingIterator();
        while (newestFirst.hasNext()) {
            Former<T> former = newestFirst.next();
            if (former.hash == hash) {
                return former.side;
            }
        }
        return null;
    }
}

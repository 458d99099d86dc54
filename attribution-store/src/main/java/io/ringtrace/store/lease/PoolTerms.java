package io.ringtrace.store.lease;

import io.ringtrace.attribution.NumberType;

/**
 * What the allocation rule must know of a pool, as its row says while we hold its lock.
 *
 * @param lifetimeMillis how long a number is guaranteed from a presentation that is made now
 * @param holdMillis how long it is held from a presentation that is made now
 * @param maxSize most numbers it may have, the overflow number included: its autoscale maximum while it finds its size by itself
 * @param size numbers it has, the overflow number included
 * @param destination where calls go when no lease says otherwise
 * @param mixedUntil until then numbers may carry lifetimes of former rules, so that the one presented longest ago need not be free first
 */
public record PoolTerms(
        long id,
        long networkId,
        long campaignId,
        NumberType numberType,
        long lifetimeMillis,
        long holdMillis,
        int maxSize,
        int size,
        boolean allowOverflow,
        long destination,
        long mixedUntil) {
    private static final long MOST_RENEW_AFTER_MILLIS = 60_000;

    PoolTerms withSize(int other) {
        return new PoolTerms(
                id,
                networkId,
                campaignId,
                numberType,
                lifetimeMillis,
                holdMillis,
                maxSize,
                other,
                allowOverflow,
                destination,
                mixedUntil);
    }

    /** When the visitor's page should ask again. */
    long renewAfterMillis() {
        return Math.min(lifetimeMillis / 3, MOST_RENEW_AFTER_MILLIS);
    }
}

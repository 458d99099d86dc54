package io.ringtrace.store.lease;

import java.util.List;

/**
 * What one pool met in one batch, for its sizing.
 *
 * @param numbers it has for visitors
 * @param served visitors who were lent a number that they did not have
 * @param unserved visitors who got the overflow number, or none
 * @param guaranteedMillis guarantees given; a renewal counts by what it adds
 * @param reassigned lent numbers that had been presented to another visitor within the last {@link #SOON_MILLIS}
 */
public record PoolTraffic(
        long poolId, int numbers, List<String> served, List<String> unserved, long guaranteedMillis, int reassigned) {
    /** A call this long after the presentation is what pools are sized for. */
    public static final long SOON_MILLIS = 600_000;

    /** Called by a worker's thread after the commit; must not wait. */
    @FunctionalInterface
    public interface Observer {
        Observer NONE = (_, _) -> {};

        /** @param now the moment of the batch, by the lease clock */
        void observed(List<PoolTraffic> traffic, long now);
    }
}

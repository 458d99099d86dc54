package io.ringtrace.store.directory;

import org.jspecify.annotations.Nullable;

/**
 * One row of promo_number: what a number is and to whom it was last presented. Times are Unix milliseconds by the lease clock.
 *
 * @param poolId the pool it is in, or was last in while resting; 0 for none
 * @param campaignId the campaign of that pool; 0 for none
 * @param visitorId its latest visitor; null when there is none, or he has another number by now
 * @param destination where the latest lease sends calls, kept when the visitor is not; 0 for never leased
 * @param leaseVersion the version at which the present lease began; 0 for never leased
 * @param leasedAt when the present lease began; 0 for never leased
 * @param presentedAt 0 for never presented
 * @param version rises with each change of the row
 */
public record NumberRow(
        long number,
        long networkId,
        NumberState state,
        long poolId,
        long campaignId,
        @Nullable String visitorId,
        long destination,
        long leaseVersion,
        long leasedAt,
        long presentedAt,
        long guaranteedUntil,
        long heldUntil,
        long restUntil,
        long version) {

    /** The next version of the row, in another state and else the same. */
    public NumberRow inState(NumberState other) {
        return next(other, visitorId);
    }

    /** The next version of the row, of nobody any more; it keeps what it needs for calls that still come. */
    public NumberRow withoutVisitor() {
        return next(state, null);
    }

    private NumberRow next(NumberState nextState, @Nullable String nextVisitorId) {
        return new NumberRow(
                number,
                networkId,
                nextState,
                poolId,
                campaignId,
                nextVisitorId,
                destination,
                leaseVersion,
                leasedAt,
                presentedAt,
                guaranteedUntil,
                heldUntil,
                restUntil,
                version + 1);
    }

    public boolean neverPresented() {
        return presentedAt == 0;
    }
}

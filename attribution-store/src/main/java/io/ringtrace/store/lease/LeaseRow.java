package io.ringtrace.store.lease;

import io.ringtrace.attribution.MarketingData;
import org.jspecify.annotations.Nullable;

/**
 * One row of the lease history, written when the lease begins and never changed. The end of the lease before it on the same number
 * stands in the previous… fields.
 *
 * @param version the number's version at which the lease began
 * @param previousVersion 0 when the number was never leased
 * @param previousPresentedAt the former lease's last presentation
 */
record LeaseRow(
        long number,
        long version,
        long poolId,
        long campaignId,
        String visitorId,
        long destination,
        long leasedAt,
        long previousVersion,
        @Nullable String previousVisitorId,
        long previousPresentedAt,
        MarketingData marketingData) {
    LeaseRow with(MarketingData data) {
        return new LeaseRow(
                number,
                version,
                poolId,
                campaignId,
                visitorId,
                destination,
                leasedAt,
                previousVersion,
                previousVisitorId,
                previousPresentedAt,
                data);
    }
}

package io.ringtrace.attribution;

import io.ringtrace.call.PhoneNumber;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A visitor asks a pool for a number.
 *
 * @param poolId the pool's own id in the store
 * @param visitorId at most 64 characters of printable ASCII; null for a new visitor
 * @param destination the number the page shows; null for the pool's own
 * @param newAttribution the visitor came by another campaign: a new lease on the same number
 * @param renewOnly nobody is lent a number whom the pool has not lent one: it is outside its hours
 */
public record LeaseRequest(
        long poolId,
        @Nullable String visitorId,
        @Nullable PhoneNumber destination,
        MarketingData marketingData,
        boolean newAttribution,
        boolean renewOnly) {
    public LeaseRequest(
            long poolId,
            @Nullable String visitorId,
            @Nullable PhoneNumber destination,
            MarketingData marketingData,
            boolean newAttribution) {
        this(poolId, visitorId, destination, marketingData, newAttribution, false);
    }

    /** With values that a program sent. */
    public LeaseRequest(
            long poolId,
            @Nullable String visitorId,
            @Nullable PhoneNumber destination,
            Map<String, String> marketingData,
            boolean newAttribution) {
        this(poolId, visitorId, destination, MarketingData.of(marketingData), newAttribution);
    }
}

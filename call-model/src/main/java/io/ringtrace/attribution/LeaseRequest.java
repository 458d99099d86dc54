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
 */
public record LeaseRequest(
        long poolId,
        @Nullable String visitorId,
        @Nullable PhoneNumber destination,
        Map<String, String> marketingData,
        boolean newAttribution) {
    public LeaseRequest {
        marketingData = Map.copyOf(marketingData);
    }
}

package io.ringtrace.store.lease;

import io.ringtrace.attribution.MarketingData;
import java.util.Map;

/**
 * A request that passed its checks: the visitor has an id, the destination is known.
 *
 * @param renewOnly without a number to renew he gets none
 */
record Asked(Visitor visitor, MarketingData marketingData, boolean newAttribution, boolean renewOnly) {
    Asked(Visitor visitor, Map<String, String> marketingData, boolean newAttribution) {
        this(visitor, MarketingData.of(marketingData), newAttribution);
    }

    Asked(Visitor visitor, MarketingData marketingData, boolean newAttribution) {
        this(visitor, marketingData, newAttribution, false);
    }

    /** In one pool, a visitor has one number for each destination that he sees. */
    record Visitor(String id, long destination) {}
}

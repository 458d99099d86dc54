package io.ringtrace.routing;

import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.PhoneNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All routes: those that name a promo number, those that name a campaign, and the rest, asked in this order. Immutable, thread-safe; looking
 * one up makes no garbage.
 */
final class RouteTable {
    private final LongTable<PrefixTable> byPromoNumber;
    private final Map<String, PrefixTable> byCampaign;
    /** Those campaigns whose names are numbers: the store's. */
    private final LongTable<PrefixTable> byCampaignId;

    private final PrefixTable others;

    /** Throws IllegalArgumentException when a call may fit two routes equally well. */
    RouteTable(List<Route> routes) {
        List<Route> rest = new ArrayList<>();
        Map<Long, List<Route>> promoNumbers = new HashMap<>();
        Map<String, List<Route>> campaigns = new HashMap<>();
        for (Route route : routes) {
            PhoneNumber promoNumber = route.conditions().promoNumber();
            String campaign = route.conditions().campaign();
            if (promoNumber != null) {
                promoNumbers
                        .computeIfAbsent(promoNumber.digits(), _ -> new ArrayList<>())
                        .add(route);
            } else if (campaign != null) {
                campaigns.computeIfAbsent(campaign, _ -> new ArrayList<>()).add(route);
            } else {
                rest.add(route);
            }
        }
        Map<Long, PrefixTable> numbers = new HashMap<>();
        promoNumbers.forEach((digits, own) -> numbers.put(digits, new PrefixTable(own)));
        byPromoNumber = new LongTable<>(numbers);
        Map<String, PrefixTable> names = new HashMap<>();
        Map<Long, PrefixTable> ids = new HashMap<>();
        campaigns.forEach((campaign, own) -> {
            PrefixTable table = new PrefixTable(own);
            names.put(campaign, table);
            if (campaign.matches("[1-9][0-9]{0,17}")) {
                ids.put(Long.parseLong(campaign), table);
            }
        });
        byCampaign = Map.copyOf(names);
        byCampaignId = new LongTable<>(ids);
        others = new PrefixTable(rest);
    }

    /** The route for a call to this destination; null when none fits. */
    @Nullable
    Route find(
            PhoneNumber destination,
            CallAttempt attempt,
            AttributionResult attribution,
            long atMillis,
            @Nullable RouteTrace trace) {
        PhoneNumber dialed = attempt.dialed();
        Route route =
                dialed == null ? null : in(byPromoNumber.get(dialed.digits()), destination, attempt, atMillis, trace);
        if (route == null && !byCampaign.isEmpty()) {
            route = in(ofCampaign(attribution), destination, attempt, atMillis, trace);
        }
        return route == null ? in(others, destination, attempt, atMillis, trace) : route;
    }

    private static @Nullable Route in(
            @Nullable PrefixTable table,
            PhoneNumber destination,
            CallAttempt attempt,
            long atMillis,
            @Nullable RouteTrace trace) {
        return table == null
                ? null
                : table.longest(destination.digits(), attempt.trunk().name(), attempt.caller(), atMillis, trace);
    }

    private @Nullable PrefixTable ofCampaign(AttributionResult attribution) {
        return switch (attribution) {
            case AttributionResult.Static fixed -> byCampaign.get(fixed.campaign());
            case AttributionResult.Leased leased -> byId(leased.lease().campaignId());
            case AttributionResult.Held held -> byId(held.lease().campaignId());
            case AttributionResult.Expired expired -> byId(expired.lease().campaignId());
            case AttributionResult.Overflow overflow -> byId(overflow.campaignId());
            case AttributionResult.NeverLeased never -> byId(never.campaignId());
            case AttributionResult.Resting resting -> byId(resting.campaignId());
            case AttributionResult.Unassigned _, AttributionResult.Unknown _, AttributionResult.StoreUnavailable _ ->
                null;
        };
    }

    private @Nullable PrefixTable byId(long campaignId) {
        return campaignId > 0 ? byCampaignId.get(campaignId) : null;
    }
}

package io.ringtrace.store.lease;

import io.ringtrace.attribution.AttributionModel;
import io.ringtrace.attribution.MarketingData;
import io.ringtrace.attribution.MarketingSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Fields by the models First and Unique: what a lease that begins takes over from the visitor's last one in the pool, which has taken over
 * from the one before it. Reads only where the pool keeps such fields and the visitor may have been there before. Used inside the transaction that holds the pools' rows.
 */
final class EarlierMarketingData {
    private static final int VISITORS_IN_STATEMENT = 64;
    private static final String SEPARATOR = ",";

    private record InPool(long poolId, String visitorId) {}

    private final Connection connection;

    EarlierMarketingData(Connection connection) {
        this.connection = connection;
    }

    /**
     * The leases as they are to be written, in their order.
     *
     * @param mayHaveCome whether the visitor of this id may have had a lease before
     */
    List<LeaseRow> takenOver(List<LeaseRow> begun, Predicate<String> mayHaveCome) throws SQLException {
        Set<InPool> asked = new LinkedHashSet<>();
        for (LeaseRow lease : begun) {
            if (carries(lease) && mayHaveCome.test(lease.visitorId())) {
                asked.add(new InPool(lease.poolId(), lease.visitorId()));
            }
        }
        if (asked.isEmpty()) {
            return begun;
        }
        Map<InPool, MarketingData> latest = latest(List.copyOf(asked));
        List<LeaseRow> rows = new ArrayList<>(begun.size());
        for (LeaseRow lease : begun) {
            MarketingData before = carries(lease) ? latest.get(new InPool(lease.poolId(), lease.visitorId())) : null;
            rows.add(before == null ? lease : lease.with(joined(before, lease.marketingData())));
        }
        return rows;
    }

    private static boolean carries(LeaseRow lease) {
        return !lease.marketingData().models().isEmpty();
    }

    private Map<InPool, MarketingData> latest(List<InPool> visitors) throws SQLException {
        Map<InPool, MarketingData> found = new HashMap<>();
        for (int from = 0; from < visitors.size(); from += VISITORS_IN_STATEMENT) {
            List<InPool> part = visitors.subList(from, Math.min(visitors.size(), from + VISITORS_IN_STATEMENT));
            List<String> arms = new ArrayList<>();
            part.forEach(_ -> arms.add("(SELECT pool_id, visitor_id, marketing_data, marketing_sources FROM lease"
                    + " WHERE visitor_id = ? AND pool_id = ? ORDER BY leased_at DESC, version DESC LIMIT 1)"));
            try (PreparedStatement select = connection.prepareStatement(String.join(" UNION ALL ", arms))) {
                int at = 1;
                for (InPool visitor : part) {
                    select.setString(at++, visitor.visitorId());
                    select.setLong(at++, visitor.poolId());
                }
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.put(
                                new InPool(rows.getLong(1), rows.getString(2)),
                                MarketingJson.read(rows.getString(3), rows.getString(4)));
                    }
                }
            }
        }
        return found;
    }

    /** What a lease has by its models, after the one before it; never more fields than a lease may have. */
    static MarketingData joined(MarketingData before, MarketingData now) {
        Map<String, String> values = new LinkedHashMap<>(now.values());
        Map<String, MarketingSource> sources = new LinkedHashMap<>(now.sources());
        // By name, so that the same ones are left out on every node when there are too many.
        for (Map.Entry<String, AttributionModel> field : new TreeMap<>(now.models()).entrySet()) {
            String name = field.getKey();
            String former = before.values().get(name);
            String value = now.values().get(name);
            if (former == null || (value == null && values.size() >= MarketingData.MOST_FIELDS)) {
                continue;
            }
            String joined = switch (field.getValue()) {
                case FIRST -> former;
                case LAST -> value;
                case UNIQUE -> unique(former, value, now.length(name));
            };
            if (joined != null) {
                values.put(name, joined);
                if (joined.equals(former)) {
                    sources.put(name, before.source(name));
                }
            }
        }
        return new MarketingData(values, sources, now.models(), now.lengths());
    }

    /** A value that would make it too long is left out; what is there stays whole. */
    private static String unique(String former, @Nullable String value, int longest) {
        // A value may have a comma of its own.
        if (value == null || (SEPARATOR + former + SEPARATOR).contains(SEPARATOR + value + SEPARATOR)) {
            return former;
        }
        String joined = former + SEPARATOR + value;
        return joined.length() <= longest ? joined : former;
    }
}

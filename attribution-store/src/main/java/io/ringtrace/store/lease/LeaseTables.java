package io.ringtrace.store.lease;

import io.ringtrace.attribution.NumberType;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberRows;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.Asked.Visitor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a lease batch reads and writes, as few statements as its pools allow. The dialect is what MySQL and MariaDB share. Used inside one
 * transaction, whose thread holds the rows of all pools named.
 */
public final class LeaseTables {
    /** Statements stay well below the packet size, and their number of shapes small. */
    private static final int ROWS_IN_STATEMENT = 500;

    private static final int POOLS_IN_STATEMENT = 64;

    private static final String POOL_COLUMNS =
            "id, network_id, campaign_id, number_type, lifetime_ms, hold_ms, COALESCE(autoscale_max, max_pool_size),"
                    + " size, allow_overflow, destination, mixed_until";

    private final Connection connection;

    public LeaseTables(Connection connection) {
        this.connection = connection;
    }

    /** Locks the pools in the order of their ids, so that two batches cannot wait for each other; absent and deleted ones are left out. */
    public Map<Long, PoolTerms> lockPools(Collection<Long> ids) throws SQLException {
        List<Long> ordered = ids.stream().sorted().toList();
        Map<Long, PoolTerms> pools = new HashMap<>();
        try (PreparedStatement select =
                connection.prepareStatement("SELECT " + POOL_COLUMNS + " FROM ring_pool WHERE id IN ("
                        + places(ordered.size()) + ") AND NOT deleted ORDER BY id FOR UPDATE")) {
            setAll(select, 1, ordered);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    PoolTerms pool = terms(rows);
                    pools.put(pool.id(), pool);
                }
            }
        }
        return pools;
    }

    private static PoolTerms terms(ResultSet rows) throws SQLException {
        return new PoolTerms(
                rows.getLong(1),
                rows.getLong(2),
                rows.getLong(3),
                NumberType.valueOf(rows.getString(4).toUpperCase(Locale.ROOT)),
                rows.getLong(5),
                rows.getLong(6),
                rows.getInt(7),
                rows.getInt(8),
                rows.getBoolean(9),
                rows.getLong(10),
                rows.getLong(11));
    }

    /** Which of these are promo numbers, anybody's. */
    Set<Long> promoNumbersAmong(Collection<Long> destinations) throws SQLException {
        if (destinations.isEmpty()) {
            return Set.of();
        }
        Set<Long> found = new HashSet<>();
        List<Long> asked = List.copyOf(destinations);
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT number FROM promo_number WHERE number IN (" + places(asked.size()) + ")")) {
            setAll(select, 1, asked);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
            }
        }
        return found;
    }

    /** Those of the visitors, by pool, of whom the history has a lease in it: from its index alone. */
    Map<Long, Set<String>> whoHadLeases(Map<Long, Set<String>> visitors) throws SQLException {
        Map<Long, Set<String>> found = new TreeMap<>();
        List<String> ids = visitors.values().stream()
                .flatMap(Set::stream)
                .distinct()
                .sorted()
                .toList();
        if (ids.isEmpty()) {
            return found;
        }
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT visitor_id, pool_id FROM lease FORCE INDEX (by_visitor) WHERE visitor_id IN ("
                        + places(ids.size()) + ") GROUP BY visitor_id, pool_id")) {
            for (int i = 0; i < ids.size(); i++) {
                select.setString(i + 1, ids.get(i));
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    String visitor = rows.getString(1);
                    long pool = rows.getLong(2);
                    if (visitors.getOrDefault(pool, Set.of()).contains(visitor)) {
                        found.computeIfAbsent(pool, _ -> new TreeSet<>()).add(visitor);
                    }
                }
            }
        }
        return found;
    }

    /** Every number, by pool, that has one of these visitors of that pool in it. */
    Map<Long, List<NumberRow>> visitorsRows(Map<Long, Set<String>> visitors) throws SQLException {
        return byPool(
                visitors.keySet(),
                pool -> "SELECT " + NumberRows.COLUMNS
                        + " FROM promo_number FORCE INDEX (one_number_per_visitor) WHERE pool_id = ? AND visitor_id IN ("
                        + places(visitors.getOrDefault(pool, Set.of()).size()) + ")",
                (select, from, pool) -> {
                    int at = from;
                    select.setLong(at++, pool);
                    for (String id : visitors.getOrDefault(pool, Set.of())) {
                        select.setString(at++, id);
                    }
                    return at;
                });
    }

    /** Numbers that may be given away at this moment, by pool, in the order of the rule; at most as many as wanted of each pool. */
    Map<Long, List<NumberRow>> candidates(Collection<PoolTerms> pools, Map<Long, Integer> wanted, long now)
            throws SQLException {
        Map<Long, PoolTerms> byId = new HashMap<>();
        pools.forEach(pool -> byId.put(pool.id(), pool));
        long givenAwayUntil = now - AllocationRule.GIVE_AWAY_MARGIN_MILLIS;
        return byPool(
                byId.keySet(),
                pool -> {
                    String select = "SELECT " + NumberRows.COLUMNS
                            + " FROM promo_number FORCE INDEX (longest_ago) WHERE pool_id = ? AND state = "
                            + NumberState.POOLED.code() + " AND presented_at <= ? AND guaranteed_until <= ?";
                    // While numbers of former rules are about, the free ones may stand behind held ones.
                    return now < terms(byId, pool).mixedUntil()
                            ? select + " ORDER BY held_until > ?, presented_at, number LIMIT ?"
                            : select + " ORDER BY presented_at, number LIMIT ?";
                },
                (select, from, pool) -> {
                    PoolTerms terms = terms(byId, pool);
                    boolean mixed = now < terms.mixedUntil();
                    int at = from;
                    select.setLong(at++, pool);
                    // Keeps the scan off the guaranteed numbers; the shortest lifetime that may be about decides.
                    select.setLong(at++, mixed ? now : Math.max(0, givenAwayUntil - terms.lifetimeMillis()));
                    select.setLong(at++, givenAwayUntil);
                    if (mixed) {
                        select.setLong(at++, now);
                    }
                    select.setInt(at++, wanted.getOrDefault(pool, 0));
                    return at;
                });
    }

    private static PoolTerms terms(Map<Long, PoolTerms> byId, long pool) {
        PoolTerms terms = byId.get(pool);
        if (terms == null) {
            throw new IllegalStateException("pool " + pool + " is not locked");
        }
        return terms;
    }

    /** The visitors among these, by pool, who ever had a lease in it. */
    Map<Long, Set<Visitor>> formerHolders(Map<Long, Set<Visitor>> visitors) throws SQLException {
        List<String> ids = visitors.values().stream()
                .flatMap(Set::stream)
                .map(Visitor::id)
                .distinct()
                .sorted()
                .toList();
        Map<Long, Set<Visitor>> found = new HashMap<>();
        if (ids.isEmpty()) {
            return found;
        }
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT DISTINCT pool_id, visitor_id, destination FROM lease WHERE visitor_id IN (" + places(ids.size())
                        + ")")) {
            for (int i = 0; i < ids.size(); i++) {
                select.setString(i + 1, ids.get(i));
            }
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.computeIfAbsent(rows.getLong(1), _ -> new HashSet<>())
                            .add(new Visitor(rows.getString(2), rows.getLong(3)));
                }
            }
        }
        return found;
    }

    /** 0 when the pool has none. */
    long overflowNumber(long pool) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT number FROM promo_number WHERE pool_id = ? AND state = "
                        + NumberState.OVERFLOW.code() + " ORDER BY number LIMIT 1")) {
            select.setLong(1, pool);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    /**
     * Takes the visitor out of numbers whose visitor gets another one in this transaction, so that the order of the rows written after
     * cannot break the rule of one number for a visitor. Their versions rise with the rows that follow.
     */
    void clearVisitors(List<Long> numbers) throws SQLException {
        if (!numbers.isEmpty()) {
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE promo_number SET visitor_id = NULL WHERE number IN (" + places(numbers.size()) + ")")) {
                setAll(update, 1, numbers);
                update.executeUpdate();
            }
        }
    }

    /** The numbers exist; one statement changes many of them to different values only by this clause. */
    public void writeNumbers(List<NumberRow> numbers) throws SQLException {
        for (List<NumberRow> part : parts(numbers, ROWS_IN_STATEMENT)) {
            try (PreparedStatement insert =
                    connection.prepareStatement("INSERT INTO promo_number (" + NumberRows.COLUMNS
                            + ") VALUES " + String.join(",", Collections.nCopies(part.size(), NumberRows.PLACES))
                            + " ON DUPLICATE KEY UPDATE state=VALUES(state), pool_id=VALUES(pool_id), campaign_id=VALUES(campaign_id),"
                            + " visitor_id=VALUES(visitor_id), destination=VALUES(destination), lease_version=VALUES(lease_version),"
                            + " leased_at=VALUES(leased_at), presented_at=VALUES(presented_at),"
                            + " guaranteed_until=VALUES(guaranteed_until), held_until=VALUES(held_until),"
                            + " rest_until=VALUES(rest_until), version=VALUES(version)")) {
                int at = 1;
                for (NumberRow row : part) {
                    at = NumberRows.write(insert, at, row);
                }
                insert.executeUpdate();
            }
        }
    }

    void writeLeases(List<LeaseRow> leases) throws SQLException {
        for (List<LeaseRow> part : parts(leases, ROWS_IN_STATEMENT)) {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO lease (number, version, pool_id,"
                    + " campaign_id, visitor_id, destination, leased_at, previous_version, previous_visitor_id,"
                    + " previous_presented_at, marketing_data, marketing_sources) VALUES "
                    + String.join(",", Collections.nCopies(part.size(), "(?,?,?,?,?,?,?,?,?,?,?,?)")))) {
                int at = 1;
                for (LeaseRow row : part) {
                    insert.setLong(at++, row.number());
                    insert.setLong(at++, row.version());
                    insert.setLong(at++, row.poolId());
                    insert.setLong(at++, row.campaignId());
                    insert.setString(at++, row.visitorId());
                    insert.setLong(at++, row.destination());
                    insert.setLong(at++, row.leasedAt());
                    NumberRows.setNullable(insert, at++, row.previousVersion());
                    insert.setString(at++, row.previousVisitorId());
                    NumberRows.setNullable(insert, at++, row.previousPresentedAt());
                    insert.setString(at++, MarketingJson.values(row.marketingData()));
                    insert.setString(at++, MarketingJson.sources(row.marketingData()));
                }
                insert.executeUpdate();
            }
        }
    }

    /** Makes batches of several nodes on one pool conflict in a cluster's certification too, where row locks are not seen. */
    void countPresentations(Collection<Long> pools) throws SQLException {
        List<Long> ordered = pools.stream().sorted().toList();
        if (!ordered.isEmpty()) {
            try (PreparedStatement update = connection.prepareStatement(
                    "UPDATE ring_pool SET presentation_seq = presentation_seq + 1 WHERE id IN ("
                            + places(ordered.size()) + ")")) {
                setAll(update, 1, ordered);
                update.executeUpdate();
            }
        }
    }

    private interface Arm {
        String sql(long pool) throws SQLException;
    }

    private interface Parameters {
        int set(PreparedStatement select, int from, long pool) throws SQLException;
    }

    /** One SELECT for each pool, many of them in a statement: a batch over many small pools costs few round trips. */
    private Map<Long, List<NumberRow>> byPool(Collection<Long> pools, Arm arm, Parameters parameters)
            throws SQLException {
        Map<Long, List<NumberRow>> found = new HashMap<>();
        for (List<Long> part : parts(List.copyOf(pools), POOLS_IN_STATEMENT)) {
            List<String> arms = new ArrayList<>();
            for (long pool : part) {
                arms.add("(" + arm.sql(pool) + ")");
            }
            try (PreparedStatement select = connection.prepareStatement(String.join(" UNION ALL ", arms))) {
                int at = 1;
                for (long pool : part) {
                    at = parameters.set(select, at, pool);
                }
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        NumberRow row = NumberRows.read(rows);
                        found.computeIfAbsent(row.poolId(), _ -> new ArrayList<>())
                                .add(row);
                    }
                }
            }
        }
        return found;
    }

    private static <T> List<List<T>> parts(List<T> all, int size) {
        List<List<T>> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += size) {
            parts.add(all.subList(from, Math.min(all.size(), from + size)));
        }
        return parts;
    }

    private static String places(int count) {
        return String.join(",", Collections.nCopies(count, "?"));
    }

    private static void setAll(PreparedStatement statement, int from, List<Long> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setLong(from + i, values.get(i));
        }
    }
}

package io.ringtrace.store.lease;

import io.ringtrace.attribution.LeaseAnswer.Reason;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.Asked.Visitor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One attempt to serve a batch of requests in one transaction, which the caller commits. The pools' rows are locked first; everything
 * read after that stays true until the commit.
 */
final class LeaseBatch {
    /**
     * A request that passed {@link RequestCheck}.
     *
     * @param visitorId the visitor's, or the one made for him before the first attempt
     * @param returning he came with an id, so he may have been here before
     */
    record Entry(LeaseRequest request, String visitorId, boolean returning) {}

    sealed interface Outcome {
        record Decided(Allocation.Decision decision, PoolTerms pool) implements Outcome {}

        record Refused(Reason reason, String message) implements Outcome {}
    }

    /**
     * @param now the moment of all presentations in it
     * @param changed numbers as they are after the commit
     * @param begun leases that began in it, as they were written
     * @param traffic of each pool
     */
    record Result(
            List<Outcome> outcomes,
            List<NumberRow> changed,
            List<LeaseRow> begun,
            List<PoolTraffic> traffic,
            long now) {}

    /** A bank may be full of numbers that rest anew; the next batch goes on where this one ends. */
    private static final int MOST_GROWTHS = 25;

    private final LeaseTables tables;
    private final Connection connection;
    private final PoolGrowth growth;
    private final long unknownSince;
    private final boolean thorough;
    private final boolean certified;
    private final Set<String> newcomers = new HashSet<>();
    private final Map<Long, NumberRow> changed = new LinkedHashMap<>();
    private final Map<Long, NumberRow> asRead = new HashMap<>();
    private final List<LeaseRow> leases = new ArrayList<>();
    private final List<Long> presentedIn = new ArrayList<>();
    private final List<PoolTraffic> traffic = new ArrayList<>();

    /**
     * @param unknownSince the first attempt of this batch whose outcome is unknown; Long.MAX_VALUE for none
     * @param thorough looks for every visitor's number. Else only for those of whom the history tells: a visitor whose leases were purged
     *     from it may still stand in a number that nobody else got since, and a second one for him is refused by the database
     * @param certified the database is a cluster, whose other nodes do not see the locks of the pools' rows
     */
    LeaseBatch(Connection connection, PoolGrowth growth, long unknownSince, boolean thorough, boolean certified) {
        this.tables = new LeaseTables(connection);
        this.thorough = thorough;
        this.certified = certified;
        this.connection = connection;
        this.growth = growth;
        this.unknownSince = unknownSince;
    }

    /** The requests of one pool, and where their outcomes go. */
    private static final class Share {
        final List<Asked> asked = new ArrayList<>();
        final List<Integer> places = new ArrayList<>();
        final Set<Visitor> visitors = new HashSet<>();
        final Set<Visitor> returning = new HashSet<>();
    }

    Result run(List<Entry> entries, LeaseClock clock) throws SQLException {
        Set<Long> poolIds = new HashSet<>();
        entries.forEach(entry -> poolIds.add(entry.request().poolId()));
        Map<Long, PoolTerms> pools = tables.lockPools(poolIds);
        // Read under the lock: a batch that waited must not present in the past of the one that it waited for.
        long now = clock.nowMillis();
        Outcome[] outcomes = new Outcome[entries.size()];
        Map<Long, Share> shares = share(entries, pools, outcomes);
        serve(pools, shares, now, outcomes);
        List<LeaseRow> begun = write();
        return new Result(List.of(outcomes), List.copyOf(changed.values()), begun, List.copyOf(traffic), now);
    }

    private Map<Long, Share> share(List<Entry> entries, Map<Long, PoolTerms> pools, Outcome[] outcomes)
            throws SQLException {
        Set<Long> promoNumbers = tables.promoNumbersAmong(otherDestinations(entries, pools));
        Map<Long, Share> shares = new TreeMap<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            LeaseRequest request = entry.request();
            PoolTerms pool = pools.get(request.poolId());
            if (pool == null) {
                outcomes[i] = new Outcome.Refused(Reason.UNKNOWN_POOL, "there is no such pool");
                continue;
            }
            long destination = request.destination() == null
                    ? pool.destination()
                    : request.destination().digits();
            if (promoNumbers.contains(destination)) {
                outcomes[i] = new Outcome.Refused(
                        Reason.INVALID_DESTINATION,
                        "+" + destination + " is a promo number itself: the destination must be where calls end up");
                continue;
            }
            Visitor visitor = new Visitor(entry.visitorId(), destination);
            Share share = shares.computeIfAbsent(pool.id(), _ -> new Share());
            share.asked.add(new Asked(visitor, request.marketingData(), request.newAttribution(), request.renewOnly()));
            share.places.add(i);
            share.visitors.add(visitor);
            if (entry.returning()) {
                share.returning.add(visitor);
            } else {
                newcomers.add(entry.visitorId());
            }
        }
        return shares;
    }

    /** The pools' own destinations were looked up when the pools were made. */
    private static Set<Long> otherDestinations(List<Entry> entries, Map<Long, PoolTerms> pools) {
        Set<Long> destinations = new HashSet<>();
        for (Entry entry : entries) {
            PoolTerms pool = pools.get(entry.request().poolId());
            if (pool != null
                    && entry.request().destination() != null
                    && entry.request().destination().digits() != pool.destination()) {
                destinations.add(entry.request().destination().digits());
            }
        }
        return destinations;
    }

    private void serve(Map<Long, PoolTerms> pools, Map<Long, Share> shares, long now, Outcome[] outcomes)
            throws SQLException {
        Map<Long, Integer> wanted = new HashMap<>();
        List<PoolTerms> served = new ArrayList<>();
        for (Map.Entry<Long, Share> entry : shares.entrySet()) {
            wanted.put(entry.getKey(), entry.getValue().visitors.size());
        }
        Map<Long, List<NumberRow>> rows = tables.visitorsRows(visitorsToLookFor(shares));
        for (Map.Entry<Long, Share> entry : shares.entrySet()) {
            if (needsNumbers(entry.getValue(), rows.getOrDefault(entry.getKey(), List.of()), now)) {
                PoolTerms pool = pools.get(entry.getKey());
                if (pool != null) {
                    served.add(pool);
                }
            }
        }
        Map<Long, List<NumberRow>> candidates = tables.candidates(served, wanted, now);
        Map<Long, Set<Visitor>> former = formerHolders(shares, rows);
        for (Map.Entry<Long, Share> entry : shares.entrySet()) {
            PoolTerms pool = pools.get(entry.getKey());
            if (pool != null) {
                List<NumberRow> visitorsRows = rows.getOrDefault(pool.id(), List.of());
                List<NumberRow> offered = candidates.getOrDefault(pool.id(), List.of());
                Set<Visitor> hadOne = former.getOrDefault(pool.id(), Set.of());
                Allocation allocation = allocate(pool, entry.getValue(), visitorsRows, offered, hadOne, now);
                keep(allocation, pool, entry.getValue(), outcomes);
            }
        }
    }

    /** Most visitors of a page are new, and a look into many pools for each of them is what a batch would spend its time on. */
    private Map<Long, Set<String>> visitorsToLookFor(Map<Long, Share> shares) throws SQLException {
        Map<Long, Set<String>> asked = new TreeMap<>();
        for (Map.Entry<Long, Share> entry : shares.entrySet()) {
            Set<String> ids = new TreeSet<>();
            for (Visitor visitor : thorough ? entry.getValue().visitors : entry.getValue().returning) {
                ids.add(visitor.id());
            }
            if (!ids.isEmpty()) {
                asked.put(entry.getKey(), ids);
            }
        }
        return thorough ? asked : tables.whoHadLeases(asked);
    }

    private static boolean needsNumbers(Share share, List<NumberRow> rows, long now) {
        Set<Visitor> renewing = new HashSet<>();
        for (NumberRow row : rows) {
            if (row.visitorId() != null && AllocationRule.mayBeRenewed(row, now)) {
                renewing.add(new Visitor(row.visitorId(), row.destination()));
            }
        }
        return !renewing.containsAll(share.visitors);
    }

    private Allocation allocate(
            PoolTerms pool,
            Share share,
            List<NumberRow> visitorsRows,
            List<NumberRow> candidates,
            Set<Visitor> former,
            long now)
            throws SQLException {
        visitorsRows.forEach(row -> asRead.put(row.number(), row));
        candidates.forEach(row -> asRead.put(row.number(), row));
        long since = Math.min(unknownSince, now);
        Allocation allocation =
                new AllocationRule(pool, 0, visitorsRows, candidates, former, now, since).allocate(share.asked);
        if (allocation.unserved() == 0) {
            return allocation;
        }
        List<NumberRow> offered = new ArrayList<>(candidates);
        Map<Long, NumberRow> ofVisitors = new LinkedHashMap<>();
        visitorsRows.forEach(row -> ofVisitors.put(row.number(), row));
        PoolTerms grown = pool;
        // More than once when what was taken back from draining was held by another visitor of this batch, or when the
        // bank's
        // numbers turned out to have been called.
        for (int round = 0;
                round < MOST_GROWTHS && allocation.unserved() > 0 && grown.size() < grown.maxSize();
                round++) {
            List<NumberRow> more = growth.grow(connection, grown, allocation.unserved(), now);
            if (more.isEmpty()) {
                break;
            }
            int came = 0;
            for (NumberRow row : more) {
                changed.put(row.number(), row);
                asRead.put(row.number(), row);
                ofVisitors.replace(row.number(), row);
                if (row.state() == NumberState.POOLED) {
                    offered.add(row);
                }
                // Some were only seen to have been called, and rest anew.
                came += row.state() == NumberState.RESTING ? 0 : 1;
            }
            grown = grown.withSize(grown.size() + came);
            allocation = new AllocationRule(grown, 0, ofVisitors.values(), offered, former, now, since)
                    .allocate(share.asked);
        }
        if (allocation.unserved() == 0) {
            return allocation;
        }
        long overflow = pool.allowOverflow() ? tables.overflowNumber(pool.id()) : 0;
        return new AllocationRule(grown, overflow, ofVisitors.values(), offered, former, now, since)
                .allocate(share.asked);
    }

    /** Only visitors who came with an id and have no number now can have lost one. */
    private Map<Long, Set<Visitor>> formerHolders(Map<Long, Share> shares, Map<Long, List<NumberRow>> rows)
            throws SQLException {
        Map<Long, Set<Visitor>> without = new HashMap<>();
        for (Map.Entry<Long, Share> entry : shares.entrySet()) {
            Set<Visitor> visitors = new HashSet<>(entry.getValue().returning);
            for (NumberRow row : rows.getOrDefault(entry.getKey(), List.of())) {
                if (row.visitorId() != null) {
                    visitors.remove(new Visitor(row.visitorId(), row.destination()));
                }
            }
            without.put(entry.getKey(), visitors);
        }
        return tables.formerHolders(without);
    }

    private void keep(Allocation allocation, PoolTerms pool, Share share, Outcome[] outcomes) {
        for (int i = 0; i < share.asked.size(); i++) {
            outcomes[share.places.get(i)] =
                    new Outcome.Decided(allocation.decisions().get(i), pool);
        }
        allocation.changed().forEach(row -> changed.put(row.number(), row));
        leases.addAll(allocation.leases());
        traffic.add(allocation.traffic());
        if (!allocation.changed().isEmpty()) {
            presentedIn.add(pool.id());
        }
    }

    private List<LeaseRow> write() throws SQLException {
        tables.clearVisitors(visitorsThatMove());
        tables.writeNumbers(List.copyOf(changed.values()));
        List<LeaseRow> begun =
                new EarlierMarketingData(connection).takenOver(leases, visitor -> !newcomers.contains(visitor));
        tables.writeLeases(begun);
        if (certified) {
            tables.countPresentations(presentedIn);
        }
        return begun;
    }

    /** Numbers whose visitor, as read, has another number after this batch. */
    private List<Long> visitorsThatMove() {
        record InPool(long poolId, String visitorId, long destination) {}
        Map<InPool, Long> after = new HashMap<>();
        for (NumberRow row : changed.values()) {
            if (row.visitorId() != null) {
                after.put(new InPool(row.poolId(), row.visitorId(), row.destination()), row.number());
            }
        }
        List<Long> numbers = new ArrayList<>();
        for (NumberRow row : asRead.values()) {
            if (row.visitorId() != null && changed.containsKey(row.number())) {
                Long moved = after.get(new InPool(row.poolId(), row.visitorId(), row.destination()));
                if (moved != null && moved != row.number()) {
                    numbers.add(row.number());
                }
            }
        }
        return numbers;
    }
}

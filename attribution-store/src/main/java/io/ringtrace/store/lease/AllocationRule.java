package io.ringtrace.store.lease;

import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.Allocation.Decision;
import io.ringtrace.store.lease.Asked.Visitor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who gets which number: the whole rule, without a clock or a database. Made for one pool and one batch while the pool's row is locked,
 * and used once, by one thread.
 *
 * <ol>
 *   <li>A visitor whose number is guaranteed or held gets it again, and the presentation moves to now. Draining numbers too.
 *   <li>A new visitor gets a free number: never presented first, then presented longest ago; else the held one presented longest ago.
 *   <li>A guaranteed number is given to nobody else, and not within one second after: nodes' clocks may differ by that much.
 *   <li>Without a number: the pool's overflow number for its own destination, else none.
 * </ol>
 */
final class AllocationRule {
    /** A number is given away this long after its guarantee. */
    static final long GIVE_AWAY_MARGIN_MILLIS = 1_000;

    private final PoolTerms pool;
    private final long overflowNumber;
    private final long now;
    private final long since;
    private final Set<Visitor> formerHolders;
    private final Map<Visitor, NumberRow> byVisitor = new HashMap<>();
    private final Deque<NumberRow> offered = new ArrayDeque<>();
    private final Map<Long, NumberRow> changed = new LinkedHashMap<>();
    private final List<LeaseRow> leases = new ArrayList<>();
    private final Set<Visitor> lostInThisBatch = new HashSet<>();
    private final Set<Visitor> unserved = new HashSet<>();
    private final List<String> served = new ArrayList<>();
    private long guaranteedMillis;
    private int reassigned;

    /**
     * @param overflowNumber the pool's; 0 for none
     * @param visitorsRows every number of this pool that has one of the batch's visitors in it, whatever its state
     * @param candidates numbers of this pool; at least as many of those that may be given away, in the order of rule 2, as the batch
     *     has visitors, or all there are
     * @param formerHolders visitors of the batch who had a lease in this pool at any time before
     * @param since a lease of the batch's visitor that began at or after this moment was made by an earlier attempt of the same batch
     *     whose outcome was unknown; now when there was none
     */
    AllocationRule(
            PoolTerms pool,
            long overflowNumber,
            Collection<NumberRow> visitorsRows,
            Collection<NumberRow> candidates,
            Set<Visitor> formerHolders,
            long now,
            long since) {
        this.pool = pool;
        this.overflowNumber = overflowNumber;
        this.now = now;
        this.since = since;
        this.formerHolders = formerHolders;
        for (NumberRow row : visitorsRows) {
            if (row.visitorId() != null) {
                byVisitor.put(new Visitor(row.visitorId(), row.destination()), row);
            }
        }
        candidates.stream()
                .filter(row -> mayBeGivenAway(row, now))
                .sorted(Comparator.comparing((NumberRow row) -> now < row.heldUntil())
                        .thenComparingLong(NumberRow::presentedAt)
                        .thenComparingLong(NumberRow::number))
                .forEach(offered::add);
    }

    static boolean mayBeGivenAway(NumberRow row, long now) {
        return row.state() == NumberState.POOLED
                && (row.neverPresented() || now >= row.guaranteedUntil() + GIVE_AWAY_MARGIN_MILLIS);
    }

    /** Whether the visitor in this row gets the same number again. */
    static boolean mayBeRenewed(NumberRow row, long now) {
        return (row.state() == NumberState.POOLED || row.state() == NumberState.DRAINING) && now < row.heldUntil();
    }

    Allocation allocate(List<Asked> asked) {
        List<Decision> decisions = new ArrayList<>(asked.size());
        for (Asked one : asked) {
            decisions.add(decide(one));
        }
        return new Allocation(
                decisions,
                List.copyOf(changed.values()),
                List.copyOf(leases),
                unserved.size(),
                new PoolTraffic(
                        pool.id(),
                        pool.size() - (pool.allowOverflow() ? 1 : 0),
                        List.copyOf(served),
                        unserved.stream().map(Visitor::id).toList(),
                        guaranteedMillis,
                        reassigned));
    }

    private Decision decide(Asked asked) {
        NumberRow own = byVisitor.get(asked.visitor());
        if (own != null && mayBeRenewed(own, now)) {
            return renew(own, asked);
        }
        if (asked.renewOnly()) {
            return Allocation.NONE;
        }
        NumberRow given = nextOffered();
        if (given != null) {
            return lend(given, asked, own);
        }
        unserved.add(asked.visitor());
        return pool.allowOverflow() && overflowNumber != 0 && asked.visitor().destination() == pool.destination()
                ? new Decision.Overflow(overflowNumber)
                : Allocation.NONE;
    }

    private Decision renew(NumberRow own, Asked asked) {
        // A retry, or a second tab in the same batch, finds the lease that the batch itself began.
        boolean begunByThisBatch = own.leasedAt() >= since;
        boolean begins = asked.newAttribution() && !begunByThisBatch;
        if (own.presentedAt() == now && changed.containsKey(own.number()) && !begins) {
            return new Decision.Lent(own, !begunByThisBatch, false);
        }
        long version = own.version() + 1;
        // What a page was told stays true when the pool's lifetime has been shortened since.
        long guaranteedUntil = Math.max(own.guaranteedUntil(), now + pool.lifetimeMillis());
        guaranteedMillis += guaranteedUntil - Math.max(own.guaranteedUntil(), now);
        NumberRow renewed = new NumberRow(
                own.number(),
                own.networkId(),
                own.state(),
                own.poolId(),
                own.campaignId(),
                own.visitorId(),
                own.destination(),
                begins ? version : own.leaseVersion(),
                begins ? now : own.leasedAt(),
                now,
                guaranteedUntil,
                Math.max(guaranteedUntil, now + pool.holdMillis()),
                own.restUntil(),
                version);
        if (begins) {
            leases.add(begun(renewed, own, asked));
        }
        write(renewed, asked.visitor());
        return new Decision.Lent(renewed, !begunByThisBatch, false);
    }

    private @Nullable NumberRow nextOffered() {
        while (true) {
            NumberRow row = offered.poll();
            if (row == null) {
                return null;
            }
            // Its own visitor may have renewed it in this batch; or he may have got another one, and it is still to be
            // had.
            NumberRow asItIs = changed.getOrDefault(row.number(), row);
            if (asItIs.presentedAt() == row.presentedAt()) {
                return asItIs;
            }
        }
    }

    /** @param own the visitor's number whose hold is over or which left the pool; null when he has none */
    private Decision lend(NumberRow given, Asked asked, @Nullable NumberRow own) {
        long version = given.version() + 1;
        NumberRow lent = new NumberRow(
                given.number(),
                given.networkId(),
                given.state(),
                pool.id(),
                pool.campaignId(),
                asked.visitor().id(),
                asked.visitor().destination(),
                version,
                now,
                now,
                now + pool.lifetimeMillis(),
                now + Math.max(pool.lifetimeMillis(), pool.holdMillis()),
                0,
                version);
        leases.add(begun(lent, given, asked));
        served.add(asked.visitor().id());
        guaranteedMillis += pool.lifetimeMillis();
        if (given.visitorId() != null) {
            Visitor former = new Visitor(given.visitorId(), given.destination());
            if (!former.equals(asked.visitor()) && now - given.presentedAt() <= PoolTraffic.SOON_MILLIS) {
                reassigned++;
            }
            if (!former.equals(asked.visitor()) && byVisitor.remove(former) != null) {
                lostInThisBatch.add(former);
            }
        }
        if (own != null && own.number() != given.number()) {
            // The visitor has another number now.
            changed.put(own.number(), own.withoutVisitor());
        }
        write(lent, asked.visitor());
        boolean wentToSomebodyElse =
                lostInThisBatch.contains(asked.visitor()) || (own == null && formerHolders.contains(asked.visitor()));
        return new Decision.Lent(lent, false, wentToSomebodyElse);
    }

    private void write(NumberRow row, Visitor visitor) {
        changed.put(row.number(), row);
        byVisitor.put(visitor, row);
    }

    private static LeaseRow begun(NumberRow row, NumberRow before, Asked asked) {
        return new LeaseRow(
                row.number(),
                row.version(),
                row.poolId(),
                row.campaignId(),
                asked.visitor().id(),
                row.destination(),
                row.leasedAt(),
                before.leaseVersion(),
                before.visitorId(),
                before.presentedAt(),
                asked.marketingData());
    }
}

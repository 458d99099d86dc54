package io.ringtrace.store.lease;

import io.ringtrace.attribution.NumberType;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.directory.NumberState;
import io.ringtrace.store.lease.Asked.Visitor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** One pool's numbers in memory, for the same allocation rule that runs on the database. */
final class InMemoryNumbers {
    final List<LeaseRow> history = new ArrayList<>();
    private final PoolTerms pool;
    private final long overflowNumber;
    private final NavigableSet<NumberRow> oldestFirst =
            new TreeSet<>(Comparator.comparingLong(NumberRow::presentedAt).thenComparingLong(NumberRow::number));
    private final Map<Long, NumberRow> byNumber = new HashMap<>();
    private final Map<Visitor, NumberRow> byVisitor = new HashMap<>();
    private final Set<Visitor> former = new HashSet<>();

    InMemoryNumbers(PoolTerms pool, long overflowNumber, List<Long> numbers) {
        this.pool = pool;
        this.overflowNumber = overflowNumber;
        for (long number : numbers) {
            put(new NumberRow(
                    number,
                    pool.networkId(),
                    NumberState.POOLED,
                    pool.id(),
                    pool.campaignId(),
                    null,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    1));
        }
    }

    static PoolTerms terms(long lifetimeMillis, long holdMillis, int size, boolean overflow, long destination) {
        return new PoolTerms(
                1, 1, 1, NumberType.TOLL_FREE, lifetimeMillis, holdMillis, size, size, overflow, destination, 0);
    }

    Allocation serve(List<Asked> asked, long now) {
        Map<Long, NumberRow> visitorsRows = new HashMap<>();
        Set<Visitor> hadOne = new HashSet<>();
        for (Asked one : asked) {
            NumberRow row = byVisitor.get(one.visitor());
            if (row != null) {
                visitorsRows.put(row.number(), row);
            } else if (former.contains(one.visitor())) {
                hadOne.add(one.visitor());
            }
        }
        List<NumberRow> candidates = new ArrayList<>();
        for (NumberRow row : oldestFirst) {
            if (candidates.size() == asked.size() || !AllocationRule.mayBeGivenAway(row, now)) {
                break;
            }
            candidates.add(row);
        }
        Allocation allocation = new AllocationRule(
                        pool, overflowNumber, visitorsRows.values(), candidates, hadOne, now, now)
                .allocate(asked);
        allocation.changed().forEach(this::put);
        allocation.leases().forEach(lease -> former.add(new Visitor(lease.visitorId(), lease.destination())));
        history.addAll(allocation.leases());
        return allocation;
    }

    private void put(NumberRow row) {
        NumberRow before = byNumber.put(row.number(), row);
        if (before != null) {
            oldestFirst.remove(before);
            if (before.visitorId() != null) {
                byVisitor.remove(new Visitor(before.visitorId(), before.destination()), before);
            }
        }
        oldestFirst.add(row);
        if (row.visitorId() != null) {
            byVisitor.put(new Visitor(row.visitorId(), row.destination()), row);
        }
    }
}

package io.ringtrace.store.sizing;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.lease.PoolTraffic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gathers what pools meet in memory, and adds it to the database every few seconds: a lease pays a few additions for it. What a killed
 * server had not written yet is missing in the counts, and in nothing else. Thread-safe.
 */
public final class PoolObservations implements PoolTraffic.Observer {
    /** Visitors without a number who are known by name, so that those who ask again are not counted again; beyond it they are. */
    private static final int MOST_REMEMBERED = 4_096;

    private static final int ROWS_FORGOTTEN_AT_ONCE = 5_000;

    private final StoreDatabase database;
    private Map<Key, Sum> gathered = new HashMap<>();
    private final Map<Long, Unserved> unservedOf = new HashMap<>();

    private record Key(long pool, long quarter) {}

    /** Those of one pool and quarter who went without. */
    private static final class Unserved {
        private final Set<String> visitors = new HashSet<>();
        private long quarter;
    }

    private static final class Sum {
        private long visitors;
        private long unserved;
        private long guaranteedMillis;
        private long reassigned;
        private int numbers;
    }

    public PoolObservations(StoreDatabase database) {
        this.database = database;
    }

    @Override
    public synchronized void observed(List<PoolTraffic> traffic, long now) {
        for (PoolTraffic met : traffic) {
            long quarter = Quarter.at(now);
            Sum sum = gathered.computeIfAbsent(new Key(met.poolId(), quarter), _ -> new Sum());
            Unserved unserved = met.unserved().isEmpty() ? unservedOf.get(met.poolId()) : unserved(met.poolId());
            if (unserved != null && unserved.quarter != quarter) {
                unserved.visitors.clear();
                unserved.quarter = quarter;
            }
            sum.guaranteedMillis += met.guaranteedMillis();
            sum.reassigned += met.reassigned();
            sum.numbers = Math.max(sum.numbers, met.numbers());
            for (String visitor : met.served()) {
                sum.visitors++;
                // He went without before, and counts as served now.
                if (unserved != null && unserved.visitors.remove(visitor)) {
                    sum.visitors--;
                    sum.unserved--;
                }
            }
            for (String visitor : met.unserved()) {
                if (unserved == null || !isKnown(unserved, visitor)) {
                    sum.visitors++;
                    sum.unserved++;
                }
            }
        }
    }

    private Unserved unserved(long pool) {
        return unservedOf.computeIfAbsent(pool, _ -> new Unserved());
    }

    private static boolean isKnown(Unserved unserved, String visitor) {
        return unserved.visitors.contains(visitor)
                || (unserved.visitors.size() < MOST_REMEMBERED && !unserved.visitors.add(visitor));
    }

    /** Writes what was gathered, and forgets what is too old; on failure all of it is tried again the next time. */
    public void write(long now) throws StoreUnavailableException {
        Map<Key, Sum> taken;
        synchronized (this) {
            taken = gathered;
            gathered = new HashMap<>();
            unservedOf.values().removeIf(unserved -> unserved.quarter < Quarter.at(now));
        }
        List<Map.Entry<Long, Quarter>> rows = new ArrayList<>();
        taken.forEach((key, sum) -> rows.add(Map.entry(
                key.pool(),
                new Quarter(
                        key.quarter(),
                        sum.visitors,
                        sum.unserved,
                        sum.guaranteedMillis,
                        sum.reassigned,
                        sum.numbers))));
        // One order for all nodes, so that they do not wait for each other in a circle.
        rows.sort(Map.Entry.<Long, Quarter>comparingByKey());
        boolean written = false;
        try {
            database.transactUnlogged(connection -> {
                TrafficTable.add(connection, rows);
                return TrafficTable.forget(connection, now, ROWS_FORGOTTEN_AT_ONCE);
            });
            written = true;
        } finally {
            if (!written) {
                takeBack(taken);
            }
        }
    }

    private synchronized void takeBack(Map<Key, Sum> taken) {
        taken.forEach((key, sum) -> {
            Sum since = gathered.putIfAbsent(key, sum);
            if (since != null) {
                since.visitors += sum.visitors;
                since.unserved += sum.unserved;
                since.guaranteedMillis += sum.guaranteedMillis;
                since.reassigned += sum.reassigned;
                since.numbers = Math.max(since.numbers, sum.numbers);
            }
        });
    }
}

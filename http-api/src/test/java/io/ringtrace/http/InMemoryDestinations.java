package io.ringtrace.http;

import io.ringtrace.attribution.Destinations;
import io.ringtrace.attribution.NumberReports;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.attribution.Site;
import io.ringtrace.call.PhoneNumber;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Destinations in memory, and a day's reports of numbers. Thread-safe. */
final class InMemoryDestinations implements Destinations, NumberReports {
    private final InMemoryPools pools;
    private final Map<String, TreeMap<Long, Destination>> known = new HashMap<>();
    private final Map<String, Rule> rules = new HashMap<>();
    private final Map<String, TagPool> tagPools = new HashMap<>();
    /** For which a pool would have been made, had they been approved. */
    final List<PhoneNumber> lookedAt = new CopyOnWriteArrayList<>();

    InMemoryDestinations(InMemoryPools pools) {
        this.pools = pools;
    }

    @Override
    public synchronized List<Destination> list(String network, @Nullable State state, long afterNumber, int limit) {
        return known.getOrDefault(network, new TreeMap<>()).tailMap(afterNumber, false).values().stream()
                .filter(one -> state == null || one.state() == state)
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Change decide(String network, PhoneNumber number, State state) {
        if (number.npa() == 900) {
            return new Change.Refused(number + " is a premium-rate number.");
        }
        Destination decided =
                new Destination(number, state, state == State.APPROVED ? "person" : null, null, null, null);
        known.computeIfAbsent(network, _ -> new TreeMap<>()).put(number.digits(), decided);
        return new Change.Done(decided);
    }

    @Override
    public synchronized Rule rule(String network) {
        return rules.getOrDefault(network, Rule.DEFAULT);
    }

    @Override
    public synchronized boolean setRule(String network, Rule rule) {
        rules.put(network, rule);
        return true;
    }

    @Override
    public synchronized TagPool tagPool(String network) {
        return tagPools.getOrDefault(network, TagPool.DEFAULT);
    }

    @Override
    public synchronized boolean setTagPool(String network, TagPool tagPool) {
        tagPools.put(network, tagPool);
        return true;
    }

    @Override
    public synchronized CompletionStage<@Nullable RingPool> poolFor(Site site, PhoneNumber number) {
        RingPool pool = pools.forDestination(site.network(), number);
        if (pool == null) {
            lookedAt.add(number);
            known.computeIfAbsent(site.network(), _ -> new TreeMap<>())
                    .putIfAbsent(
                            number.digits(), new Destination(number, State.DISCOVERED, null, site.id(), 1_000L, null));
        }
        return CompletableFuture.completedFuture(pool);
    }

    @Override
    public List<DirtyDay> dirty(String network, LocalDate from, LocalDate to, int limit) {
        return network.equals("acme")
                ? List.of(new DirtyDay(PhoneNumber.parse("+18885550101"), from, 3, 2, 1, 0))
                : List.of();
    }

    @Override
    public List<UsageDay> usage(String network, LocalDate from, LocalDate to) {
        return network.equals("acme") ? List.of(new UsageDay(to, 12)) : List.of();
    }
}

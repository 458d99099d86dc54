package io.ringtrace.http;

import io.ringtrace.attribution.Autoscaling;
import io.ringtrace.attribution.Lease;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Leases;
import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.call.PhoneNumber;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Pools and their leases, kept in memory: a visitor keeps his number, others get the next free one, then overflow or none. Thread-safe. */
final class InMemoryPools implements Pools, Leases {
    private static final long NOW = 1_700_000_000_000L;

    private final InMemoryAccount account;
    private final InMemoryPoolSizes sizes;
    private final Map<String, WithKey> pools = new LinkedHashMap<>();
    private final Map<Long, Deque<PhoneNumber>> free = new HashMap<>();
    private final Map<Long, PhoneNumber> overflow = new HashMap<>();
    private final Map<String, Lease> leases = new HashMap<>();
    final List<LeaseRequest> asked = new ArrayList<>();
    private @Nullable CompletableFuture<List<LeaseAnswer>> held;
    private boolean away;
    private int visitors;
    /** How often somebody's key was looked up. */
    int keyLookUps;

    InMemoryPools(InMemoryAccount account, InMemoryPoolSizes sizes) {
        this.account = account;
        this.sizes = sizes;
    }

    synchronized void goAway() {
        away = true;
    }

    /** Leases are not answered until this is completed. */
    synchronized CompletableFuture<List<LeaseAnswer>> hold() {
        CompletableFuture<List<LeaseAnswer>> hold = new CompletableFuture<>();
        held = hold;
        return hold;
    }

    synchronized void give(String network, String pool, @Nullable String overflowNumber, String... numbers) {
        WithKey found = pools.get(network + "/" + pool);
        if (found == null) {
            throw new IllegalArgumentException("no pool " + pool);
        }
        Deque<PhoneNumber> of = free.computeIfAbsent(found.pool().id(), _ -> new ArrayDeque<>());
        for (String number : numbers) {
            of.add(PhoneNumber.parse(number));
        }
        if (overflowNumber != null) {
            overflow.put(found.pool().id(), PhoneNumber.parse(overflowNumber));
        }
    }

    @Override
    public synchronized Outcome save(String network, String advertiser, String campaign, Definition d) {
        if (!account.hasCampaign(network, advertiser, campaign)) {
            return new Outcome.NotFound("campaign");
        }
        if (d.name().contains("forbidden")) {
            return new Outcome.Invalid(List.of("Name is not wanted.", "Nor is anything else."));
        }
        String id = d.idFromNetwork() != null ? d.idFromNetwork() : "made-" + pools.size();
        WithKey before = pools.get(network + "/" + id);
        RingPool pool = new RingPool(
                before != null ? before.pool().id() : pools.size() + 1,
                id,
                d.name(),
                network,
                advertiser,
                campaign,
                d.numberType(),
                d.lifetime(),
                d.hold(),
                d.maxSize(),
                d.allowOverflow(),
                d.fillImmediately(),
                d.preferred(),
                d.destination(),
                d.localNumbers(),
                0,
                d.hours(),
                d.captured(),
                d.byTag());
        WithKey saved = before != null
                ? new WithKey(pool, before.apiKey(), before.keyRevokedAt())
                : new WithKey(pool, "key-" + network + "-" + id, null);
        pools.put(network + "/" + id, saved);
        Autoscaling autoscaling = d.autoscaling();
        if (autoscaling != null) {
            sizes.autoscale(network, id, autoscaling);
        }
        return new Outcome.Saved(saved, before == null);
    }

    @Override
    public synchronized List<WithKey> list(String network, String advertiser, String campaign) {
        return pools.values().stream()
                .filter(p -> p.pool().network().equals(network)
                        && p.pool().advertiser().equals(advertiser)
                        && p.pool().campaign().equals(campaign))
                .toList();
    }

    @Override
    public synchronized @Nullable WithKey get(String network, String idFromNetwork) {
        return pools.get(network + "/" + idFromNetwork);
    }

    @Override
    public @Nullable String refusal(String network, PhoneNumber destination) {
        return destination.toString().startsWith("+1900") ? destination + " is a premium-rate number." : null;
    }

    @Override
    public synchronized void delete(String network, String idFromNetwork) {
        pools.remove(network + "/" + idFromNetwork);
    }

    @Override
    public synchronized @Nullable WithKey rotateKey(String network, String idFromNetwork) {
        return pools.computeIfPresent(
                network + "/" + idFromNetwork, (_, pool) -> new WithKey(pool.pool(), pool.apiKey() + "-new", null));
    }

    @Override
    public synchronized boolean revokeKey(String network, String idFromNetwork) {
        WithKey pool = pools.get(network + "/" + idFromNetwork);
        if (pool == null || pool.keyRevokedAt() != null) {
            return false;
        }
        pools.put(network + "/" + idFromNetwork, new WithKey(pool.pool(), "", 1_000L));
        return true;
    }

    @Override
    public synchronized List<KeyState> keys(String network, String afterPool, int limit) {
        return pools.values().stream()
                .filter(p -> p.pool().network().equals(network)
                        && p.pool().idFromNetwork().compareTo(afterPool) > 0)
                .map(p -> new KeyState(
                        p.pool().idFromNetwork(),
                        p.pool().advertiser(),
                        p.pool().campaign(),
                        p.keyRevokedAt()))
                .sorted(Comparator.comparing(KeyState::pool))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized @Nullable RingPool byKey(String idFromNetwork, String apiKey) {
        keyLookUps++;
        for (WithKey pool : pools.values()) {
            if (pool.pool().idFromNetwork().equals(idFromNetwork)
                    && pool.keyRevokedAt() == null
                    && pool.apiKey().equals(apiKey)) {
                return pool.pool();
            }
        }
        return null;
    }

    @Override
    public boolean isOpen(RingPool pool) {
        return pool.openAt(NOW);
    }

    @Override
    public synchronized @Nullable RingPool inNetwork(String network, String idFromNetwork) {
        WithKey found = get(network, idFromNetwork);
        return found == null ? null : found.pool();
    }

    @Override
    public synchronized @Nullable RingPool forDestination(String network, PhoneNumber destination) {
        return pools.values().stream()
                .map(WithKey::pool)
                .filter(p -> p.network().equals(network) && p.destination().equals(destination))
                .findFirst()
                .orElse(null);
    }

    @Override
    public synchronized CompletionStage<List<LeaseAnswer>> lease(List<LeaseRequest> requests) {
        asked.addAll(requests);
        if (held != null) {
            return held;
        }
        // Answered by another thread, as the store does it.
        List<LeaseAnswer> answers = requests.stream().map(this::leaseOne).toList();
        return CompletableFuture.supplyAsync(() -> answers);
    }

    private LeaseAnswer leaseOne(LeaseRequest request) {
        if (away) {
            return new LeaseAnswer.Unavailable("The store is away.", 2_500);
        }
        RingPool pool = pools.values().stream()
                .map(WithKey::pool)
                .filter(p -> p.id() == request.poolId())
                .findFirst()
                .orElse(null);
        if (pool == null) {
            return new LeaseAnswer.Refused(LeaseAnswer.Reason.UNKNOWN_POOL, "There is no such pool.");
        }
        String visitor = request.visitorId() != null ? request.visitorId() : "new-" + ++visitors;
        PhoneNumber destination = request.destination() != null ? request.destination() : pool.destination();
        String key = pool.id() + "/" + visitor + "/" + destination;
        long lifetime = pool.lifetime().toMillis();
        Lease before = leases.get(key);
        if (before != null) {
            return granted(before, visitor, true, pool);
        }
        if (request.renewOnly()) {
            return new LeaseAnswer.NoNumber(visitor, 60_000);
        }
        PhoneNumber number = free.getOrDefault(pool.id(), new ArrayDeque<>()).poll();
        if (number != null) {
            Lease lease = new Lease(
                    number,
                    7,
                    pool.id(),
                    1,
                    visitor,
                    destination,
                    NOW,
                    NOW,
                    NOW + lifetime,
                    NOW + pool.hold().toMillis());
            leases.put(key, lease);
            return granted(lease, visitor, false, pool);
        }
        PhoneNumber overflowNumber = overflow.get(pool.id());
        return overflowNumber != null
                ? new LeaseAnswer.Overflowed(overflowNumber, visitor, 60_000)
                : new LeaseAnswer.NoNumber(visitor, 60_000);
    }

    private static LeaseAnswer granted(Lease lease, String visitor, boolean renewed, RingPool pool) {
        return new LeaseAnswer.Granted(
                lease,
                visitor,
                renewed,
                false,
                pool.lifetime().toMillis(),
                pool.hold().toMillis(),
                Math.min(60_000, pool.lifetime().toMillis() / 3));
    }
}

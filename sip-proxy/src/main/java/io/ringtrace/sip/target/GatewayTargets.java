package io.ringtrace.sip.target;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Host names and addresses to targets (RFC 3263). An address is known at once. A gateway's name is looked up ahead, before its answer's
 * lifetime is over, so that no call waits for DNS; other names are looked up when they are needed, and the answer comes back as an event.
 * When nobody can be asked, the last answer serves for a day. Shared by all shards; never waits.
 */
public final class GatewayTargets {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayTargets.class);
    private static final long NOWHERE_MILLIS = 10_000;
    private static final long ASK_AGAIN_MILLIS = 5_000;
    private static final long STALE_MILLIS = 24 * 3600 * 1000L;
    private static final int MOST_REMEMBERED = 4096;
    private static final int MOST_AT_ONCE = 64;
    private final TargetLookup lookup;
    private final LongSupplier monotonicMillis;
    private final Map<String, Entry> gateways = new ConcurrentHashMap<>();
    private final Map<NextHop, Entry> nextHops = new ConcurrentHashMap<>();
    private final Map<String, InetAddress> literals = new ConcurrentHashMap<>();
    private final Semaphore atOnce = new Semaphore(MOST_AT_ONCE);

    /** What is known of one next hop, and who waits for more. */
    private final class Entry {
        private final NextHop nextHop;
        /** Null until something was found out. */
        private volatile @Nullable Targets targets;

        private volatile long freshUntil = Long.MIN_VALUE;
        private volatile long refreshAt = Long.MIN_VALUE;
        private long foundAt;
        private boolean asking;
        private final List<Runnable> waiting = new ArrayList<>();

        Entry(NextHop nextHop) {
            this.nextHop = nextHop;
        }

        boolean fresh(long now) {
            return targets != null && now < freshUntil;
        }

        /** Asks, unless somebody does already; the waiter is run when the answer is there, by whatever thread brings it. */
        void ask(Runnable waiter) {
            synchronized (this) {
                waiting.add(waiter);
                if (asking) {
                    return;
                }
                asking = true;
            }
            if (atOnce.tryAcquire()) {
                lookup.lookUp(nextHop, answer -> {
                    atOnce.release();
                    answered(answer);
                });
            } else {
                answered(new TargetLookup.Answer.Unavailable("too many names are being looked up"));
            }
        }

        private void answered(TargetLookup.Answer answer) {
            List<Runnable> told;
            synchronized (this) {
                take(answer, monotonicMillis.getAsLong());
                asking = false;
                told = List.copyOf(waiting);
                waiting.clear();
            }
            told.forEach(Runnable::run);
        }

        private void take(TargetLookup.Answer answer, long now) {
            switch (answer) {
                case TargetLookup.Answer.Found(Targets found, long lifetime) -> {
                    foundAt = now;
                    targets = found;
                    freshUntil = now + lifetime;
                    // Ahead of its end, so that a gateway in use never waits for DNS.
                    refreshAt = now + lifetime - lifetime / 10;
                }
                case TargetLookup.Answer.Nowhere() -> {
                    LOG.warn("{} has no address that we can reach", nextHop.host());
                    targets = Targets.NONE;
                    freshUntil = now + NOWHERE_MILLIS;
                    refreshAt = freshUntil;
                }
                case TargetLookup.Answer.Unavailable(String why) -> {
                    Targets last = targets;
                    boolean usable = last != null && now - foundAt < STALE_MILLIS;
                    LOG.warn(
                            "{} could not be looked up ({}); {}",
                            nextHop.host(),
                            why,
                            usable ? "its last addresses are used" : "it cannot be reached");
                    targets = usable ? last : Targets.NONE;
                    freshUntil = now + ASK_AGAIN_MILLIS;
                    refreshAt = freshUntil;
                }
            }
        }
    }

    public GatewayTargets(TargetLookup lookup, LongSupplier monotonicMillis) {
        this.lookup = lookup;
        this.monotonicMillis = monotonicMillis;
    }

    /** Where that gateway is, as far as it is known now; null before its name was looked up for the first time. */
    @Nullable
    Targets known(Gateway gateway) {
        return entry(gateway).targets;
    }

    /** True when the gateway is known to be at that address. */
    public boolean isAt(Gateway gateway, InetAddress address) {
        Targets known = known(gateway);
        List<Target> targets = known == null ? List.of() : known.all();
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i).address().equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** Gives the targets of a gateway whose name was not looked up before, by the executor; none when it has no address. */
    public void resolve(Gateway gateway, Executor loop, Consumer<List<Target>> whenKnown) {
        resolve(entry(gateway), loop, whenKnown);
    }

    /** Gives the targets of a next hop: at once, within this call, when they are known; else later by the executor. Empty for none. */
    public void resolve(NextHop nextHop, Executor loop, Consumer<List<Target>> whenKnown) {
        Entry entry = nextHops.get(nextHop);
        if (entry == null) {
            entry = new Entry(nextHop);
            // A full memory starts anew: it fills with names of the moment again.
            if (nextHops.size() >= MOST_REMEMBERED) {
                nextHops.clear();
            }
            nextHops.put(nextHop, entry);
        }
        resolve(entry, loop, whenKnown);
    }

    private void resolve(Entry entry, Executor loop, Consumer<List<Target>> whenKnown) {
        Targets known = entry.targets;
        if (known != null && entry.fresh(monotonicMillis.getAsLong())) {
            whenKnown.accept(known.inOrder());
            return;
        }
        entry.ask(() -> loop.execute(() -> {
            Targets found = entry.targets;
            whenKnown.accept(found == null ? List.of() : found.inOrder());
        }));
    }

    /** The address that the text is; null for a name. */
    public @Nullable InetAddress literal(String host) {
        InetAddress known = literals.get(host);
        if (known != null) {
            return known;
        }
        try {
            InetAddress literal = InetAddress.ofLiteral(host);
            if (literals.size() >= MOST_REMEMBERED) {
                literals.clear();
            }
            literals.put(host, literal);
            return literal;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /**
     * Looks up the gateways' names whose answers are missing or nearly over, and forgets other gateways. Called about once a second, and
     * after a change of the plan.
     */
    public void follow(Collection<Gateway> inForce) {
        long now = monotonicMillis.getAsLong();
        for (Gateway gateway : inForce) {
            Entry entry = entry(gateway);
            if (now >= entry.refreshAt) {
                entry.ask(() -> {});
            }
        }
        if (gateways.size() > inForce.size()) {
            List<String> names = inForce.stream().map(Gateway::name).toList();
            gateways.keySet().retainAll(names);
        }
    }

    private Entry entry(Gateway gateway) {
        Entry known = gateways.get(gateway.name());
        if (known != null && known.nextHop.isOf(gateway)) {
            return known;
        }
        Entry made = new Entry(NextHop.of(gateway));
        InetAddress literal = literal(gateway.host());
        if (literal != null) {
            Transport transport = made.nextHop.transportOrUdp();
            made.targets = Targets.of(
                    new Target(gateway.name(), gateway.host(), literal, made.nextHop.portFor(transport), transport));
            made.freshUntil = Long.MAX_VALUE;
            made.refreshAt = Long.MAX_VALUE;
        }
        gateways.put(gateway.name(), made);
        return made;
    }
}

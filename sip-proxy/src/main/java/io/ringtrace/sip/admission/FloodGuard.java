package io.ringtrace.sip.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bans sources that are refused again and again: what they send is dropped without a word until the ban is over. Trunks and gateways are never
 * reported here, so they are never banned. An IPv6 source is its /64. Bounded; for all shards, thread-safe, never waits.
 */
public final class FloodGuard {
    private static final Logger LOG = LoggerFactory.getLogger(FloodGuard.class);
    private static final int MOST_SOURCES = 16_384;
    private static final int MOST_BANS = 16_384;
    /** All bans are looked at no more often, however many sources are refused while there is no room for another. */
    private static final long CLEARING_MILLIS = 1_000;

    private static final int NETWORK_BYTES = 8;
    private final Limits limits;
    private final LongSupplier monotonicMillis;
    private final Map<InetAddress, Long> bannedUntil = new ConcurrentHashMap<>();
    private final AtomicLong nextClearing = new AtomicLong(Long.MIN_VALUE);
    private final Map<InetAddress, Offender> offenders = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param refusals so many within the time lead to a ban; 0 bans nobody
     */
    public record Limits(int refusals, Duration within, Duration ban) {
        public static final Limits DEFAULT = new Limits(100, Duration.ofSeconds(10), Duration.ofMinutes(5));
    }

    private static final class Offender {
        private long since;
        private int refusals;
    }

    public FloodGuard(Limits limits, LongSupplier monotonicMillis) {
        this.limits = limits;
        this.monotonicMillis = monotonicMillis;
    }

    /** True when what comes from there is to be dropped. Costs nearly nothing while nobody is banned. */
    public boolean drops(InetAddress source) {
        if (bannedUntil.isEmpty()) {
            return false;
        }
        InetAddress network = network(source);
        Long until = bannedUntil.get(network);
        if (until == null) {
            return false;
        }
        if (monotonicMillis.getAsLong() < until) {
            return true;
        }
        bannedUntil.remove(network, until);
        return false;
    }

    /** A stranger was refused; true when that one was too many, and the source is banned from now on. */
    public boolean refused(InetAddress source) {
        if (limits.refusals() == 0) {
            return false;
        }
        InetAddress network = network(source);
        long now = monotonicMillis.getAsLong();
        synchronized (offenders) {
            Offender offender = offenders.get(network);
            if (offender == null) {
                offender = new Offender();
                offender.since = now;
                if (offenders.size() == MOST_SOURCES) {
                    offenders.remove(offenders.keySet().iterator().next());
                }
                offenders.put(network, offender);
            }
            if (now - offender.since > limits.within().toMillis()) {
                offender.since = now;
                offender.refusals = 0;
            }
            if (++offender.refusals < limits.refusals()) {
                return false;
            }
            offenders.remove(network);
        }
        return ban(network, now);
    }

    private boolean ban(InetAddress network, long now) {
        long soonest = nextClearing.get();
        if (bannedUntil.size() >= MOST_BANS
                && now >= soonest
                && nextClearing.compareAndSet(soonest, now + CLEARING_MILLIS)) {
            bannedUntil.values().removeIf(until -> until <= now);
        }
        if (bannedUntil.size() >= MOST_BANS
                || bannedUntil.put(network, now + limits.ban().toMillis()) != null) {
            return false;
        }
        LOG.warn(
                "{} is banned for {} s: {} requests refused within {} s",
                network.getHostAddress(),
                limits.ban().toSeconds(),
                limits.refusals(),
                limits.within().toSeconds());
        return true;
    }

    /** The source has proved to be somebody: what was refused before counts no more. */
    public void proved(InetAddress source) {
        synchronized (offenders) {
            if (!offenders.isEmpty()) {
                offenders.remove(network(source));
            }
        }
    }

    /** Ends the bans of those that are no strangers any more, after a reload. */
    public void pardon(Predicate<InetAddress> known) {
        bannedUntil.keySet().removeIf(known);
    }

    /** Sources that are banned now. */
    public int banned() {
        long now = monotonicMillis.getAsLong();
        return (int) bannedUntil.values().stream().filter(until -> now < until).count();
    }

    private static InetAddress network(InetAddress source) {
        if (!(source instanceof Inet6Address)) {
            return source;
        }
        byte[] bytes = source.getAddress();
        Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}

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
 * Bans sources that are refused again and again: what they send is dropped without a word until the ban is over. Who asks has to spare the
 * addresses of trunks and gateways, which anybody can write into a datagram; a source that has proved itself by digest is spared here, for a day
 * after its last proof. An IPv6 source is its /64. Bounded; for all shards, thread-safe, never waits.
 */
public final class FloodGuard {
    private static final Logger LOG = LoggerFactory.getLogger(FloodGuard.class);
    private static final int MOST_SOURCES = 16_384;
    private static final int MOST_BANS = 16_384;
    /** Beyond it the source is forgotten that has proved nothing for longest. */
    private static final int MOST_PROVED = 16_384;

    private static final Duration PROOF_COUNTS = Duration.ofDays(1);
    /** Who is asked for credentials has done no wrong yet; who never brings any has, some day. */
    private static final int CHALLENGES_OF_A_REFUSAL = 10;

    /** All bans are looked at no more often, however many sources are refused while there is no room for another. */
    private static final long CLEARING_MILLIS = 1_000;

    private static final int NETWORK_BYTES = 8;
    private final Limits limits;
    private final LongSupplier monotonicMillis;
    private final Map<InetAddress, Long> bannedUntil = new ConcurrentHashMap<>();
    private final AtomicLong nextClearing = new AtomicLong(Long.MIN_VALUE);
    private final Map<InetAddress, Offender> offenders = new LinkedHashMap<>(16, 0.75f, true);
    /** Until when, by network. */
    private final Map<InetAddress, Long> proved = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Long> eldest) {
            return size() > MOST_PROVED;
        }
    };

    /**
     * @param refusals so many within the time lead to a ban, and ten times as many challenges that nobody answers; 0 bans nobody
     */
    public record Limits(int refusals, Duration within, Duration ban) {
        public static final Limits DEFAULT = new Limits(100, Duration.ofSeconds(10), Duration.ofMinutes(5));
    }

    private static final class Offender {
        private long since;
        /** In challenges. */
        private int weight;
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
        return weighs(source, CHALLENGES_OF_A_REFUSAL);
    }

    /**
     * A source was asked for credentials, as every trunk is before its first proof; true when it was asked so often in vain that it is banned
     * from now on.
     */
    public boolean challenged(InetAddress source) {
        return weighs(source, 1);
    }

    private boolean weighs(InetAddress source, int weight) {
        if (limits.refusals() == 0) {
            return false;
        }
        InetAddress network = network(source);
        long now = monotonicMillis.getAsLong();
        synchronized (offenders) {
            Long provedUntil = proved.get(network);
            if (provedUntil != null && now < provedUntil) {
                return false;
            }
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
                offender.weight = 0;
            }
            offender.weight += weight;
            if (offender.weight < (long) limits.refusals() * CHALLENGES_OF_A_REFUSAL) {
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

    /** The source has proved to be somebody: what was refused before counts no more, and nothing that its address is misused for. */
    public void proved(InetAddress source) {
        InetAddress network = network(source);
        long until = monotonicMillis.getAsLong() + PROOF_COUNTS.toMillis();
        synchronized (offenders) {
            offenders.remove(network);
            proved.put(network, until);
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

package io.ringtrace.http.limit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many numbers pages may be lent for visitors who were not here before: a site id is public, and whoever reads it could make up visitors
 * until the pool has grown to its maximum and is empty, or destinations until the bank is. Renewals are free. Thread-safe, never waits.
 */
public final class NewNumbers {
    /** New destinations of one site and source network within an hour, and at once: as many as one request may name. */
    static final int DESTINATIONS_BY_SOURCE = 20;

    static final int DESTINATIONS_BY_NETWORK = 120;

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final RateLimit sources;
    private final RateLimit pools;
    private final Seen visitors = new Seen();
    private final RateLimit destinationsOfSource = new RateLimit(DESTINATIONS_BY_SOURCE, HOUR, DESTINATIONS_BY_SOURCE);
    private final RateLimit destinationsOfNetwork =
            new RateLimit(DESTINATIONS_BY_NETWORK, HOUR, DESTINATIONS_BY_NETWORK);
    private final Seen destinations = new Seen();

    /**
     * @param perMinuteBySource for one site and source network; as many may come at once, as for the pool
     */
    public NewNumbers(int perMinuteBySource, int perMinuteByPool) {
        this.sources = new RateLimit(perMinuteBySource, MINUTE, perMinuteBySource);
        this.pools = new RateLimit(perMinuteByPool, MINUTE, perMinuteByPool);
    }

    /**
     * @param visitor his id, and whatever else makes it one number; null for a visitor nobody knows
     * @param nowNanos of a monotonic clock that began at 0
     * @return 0 when let in, else how long to wait, in nanoseconds
     */
    public long admit(String sourceOfSite, String pool, @Nullable String visitor, long nowNanos) {
        String number = visitor == null ? null : pool + " " + visitor;
        if (number != null && visitors.before(number, nowNanos)) {
            visitors.note(number, nowNanos);
            return 0;
        }
        long wait = sources.admit(sourceOfSite, nowNanos);
        if (wait == 0) {
            wait = pools.admit(pool, nowNanos);
        }
        if (wait == 0 && number != null) {
            visitors.note(number, nowNanos);
        }
        return wait;
    }

    /**
     * For a destination that no pool serves. One that was let in within the last hour is free, unless its source is beyond its limit of
     * numbers.
     *
     * @param network whose bank a pool would take numbers from
     * @param nowNanos of a monotonic clock that began at 0
     * @return 0 when it may be looked at, and a pool made for it; else how long to wait, in nanoseconds
     */
    public long admitDestination(String sourceOfSite, String network, String destination, long nowNanos) {
        String asked = network + " " + destination;
        long wait;
        if (destinations.before(asked, nowNanos)) {
            wait = sources.waitOf(sourceOfSite, nowNanos);
        } else {
            wait = sources.admit(sourceOfSite, nowNanos);
            if (wait == 0) {
                wait = destinationsOfSource.admit(sourceOfSite, nowNanos);
            }
            if (wait == 0) {
                wait = destinationsOfNetwork.admit(network, nowNanos);
            }
        }
        if (wait == 0) {
            destinations.note(asked, nowNanos);
        }
        return wait;
    }
}

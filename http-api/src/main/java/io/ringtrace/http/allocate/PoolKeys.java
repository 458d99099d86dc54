package io.ringtrace.http.allocate;

import io.ringtrace.attribution.Pools;
import io.ringtrace.attribution.RingPool;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.limit.RateLimit;

/** Opens pools by their keys, each key so many times a second, from wherever it comes. Thread-safe, never waits. */
public final class PoolKeys {
    private static final int LONGEST_ECHO = 128;
    private static final long ORIGIN = System.nanoTime();

    private final Pools pools;
    private final RateLimit rate;

    /** @param rate of one pool's key; each allocation counts, those of one bulk request too */
    public PoolKeys(Pools pools, RateLimit rate) {
        this.pools = pools;
        this.rate = rate;
    }

    sealed interface Opened {
        record Pool(RingPool pool) implements Opened {}

        record Refused(Problem problem) implements Opened {}
    }

    /** A wrong key takes the same work whatever is wrong with it, and its answer says what was sent and no more. */
    Opened open(String poolId, String key) {
        RingPool pool = pools.byKey(poolId, key);
        if (pool == null) {
            return new Opened.Refused(Problem.of(
                    403,
                    "invalid_key",
                    "API Key '" + echo(key) + "' is not valid for resource '" + echo(poolId) + "'"));
        }
        long wait = rate.admit(Long.toString(pool.id()), System.nanoTime() - ORIGIN);
        return wait == 0
                ? new Opened.Pool(pool)
                : new Opened.Refused(Problem.later(
                        429,
                        "too_many_requests",
                        "Too many requests with this key; wait a little.",
                        Math.ceilDiv(wait, 1_000_000L)));
    }

    private static String echo(String text) {
        return text.length() <= LONGEST_ECHO ? text : text.substring(0, LONGEST_ECHO);
    }
}

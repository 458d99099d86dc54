package io.ringtrace.sip.admission;

import io.ringtrace.routing.CallLimits;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many calls trunks, gateways and numbers have, over all shards: each call takes a place before it begins and gives it back when it ends.
 * Only what is limited is counted. Thread-safe, never waits.
 */
public final class CallCapacity {
    /** Beyond so many, those that have no calls are forgotten. */
    private static final int MANY = 65_536;

    private static final long MICROS_OF_SECOND = 1_000_000;
    private final Map<Object, Meter> meters = new ConcurrentHashMap<>();
    private final LongSupplier monotonicMillis;

    /** One call's place. For one thread at a time, the shard's. */
    public static final class Place {
        private @Nullable Meter meter;
        private @Nullable Place next;

        private Place(@Nullable Meter meter) {
            this.meter = meter;
        }

        /** Puts it before the others of its call; returns the first of all. */
        public @Nullable Place before(@Nullable Place others) {
            if (meter == null) {
                return others;
            }
            next = others;
            return this;
        }

        /** The call's other places. */
        public @Nullable Place next() {
            return next;
        }

        /** Gives it back, once. */
        public void release() {
            Meter taken = meter;
            if (taken != null) {
                meter = null;
                taken.calls.decrementAndGet();
            }
        }
    }

    private static final Place UNLIMITED = new Place(null);

    /** Calls now, and when the next would come if they came evenly: a token bucket as one number (the generic cell rate algorithm). */
    private static final class Meter {
        final AtomicInteger calls = new AtomicInteger();
        final AtomicLong evenlyAtMicros = new AtomicLong(Long.MIN_VALUE);

        boolean take(CallLimits limits, long nowMicros) {
            if (calls.incrementAndGet() > limits.maximumCalls() && limits.maximumCalls() > 0) {
                calls.decrementAndGet();
                return false;
            }
            if (limits.callsPerSecond() > 0 && !inTime(limits.callsPerSecond(), nowMicros)) {
                calls.decrementAndGet();
                return false;
            }
            return true;
        }

        private boolean inTime(int perSecond, long nowMicros) {
            long interval = MICROS_OF_SECOND / perSecond;
            while (true) {
                long evenly = evenlyAtMicros.get();
                long from = Math.max(evenly, nowMicros);
                if (from - nowMicros > MICROS_OF_SECOND - interval) {
                    return false;
                }
                if (evenlyAtMicros.compareAndSet(evenly, from + interval)) {
                    return true;
                }
            }
        }

        boolean idle(long nowMicros) {
            return calls.get() == 0 && evenlyAtMicros.get() <= nowMicros;
        }
    }

    public CallCapacity(LongSupplier monotonicMillis) {
        this.monotonicMillis = monotonicMillis;
    }

    /** A place that nothing limits. */
    public static Place unlimited() {
        return UNLIMITED;
    }

    /** A place for a call by that trunk; null when it has as many as it may. */
    public @Nullable Place ofTrunk(String name, CallLimits limits) {
        return limits.none() ? UNLIMITED : take(new TrunkKey(name), limits);
    }

    /** True when that trunk has as many calls at once as it may: why it has no place; else it brought too many a second. */
    public boolean hasAllCalls(String trunk, CallLimits limits) {
        Meter meter = meters.get(new TrunkKey(trunk));
        return meter != null && limits.maximumCalls() > 0 && meter.calls.get() >= limits.maximumCalls();
    }

    /** A place for a call to that gateway. */
    public @Nullable Place ofGateway(String name, CallLimits limits) {
        return limits.none() ? UNLIMITED : take(new GatewayKey(name), limits);
    }

    /** A place for a call to that dialed number, given by its digits. */
    public @Nullable Place ofNumber(long digits, CallLimits limits) {
        return limits.none() ? UNLIMITED : take(digits, limits);
    }

    /** Trunks, gateways and numbers that are counted. */
    public int size() {
        return meters.size();
    }

    private record TrunkKey(String name) {}

    private record GatewayKey(String name) {}

    private @Nullable Place take(Object key, CallLimits limits) {
        long nowMicros = monotonicMillis.getAsLong() * 1000;
        // The meter is taken from while the map holds its key, so that one with calls is never forgotten.
        Place[] taken = new Place[1];
        meters.compute(key, (_, known) -> {
            Meter meter = known == null ? new Meter() : known;
            if (meter.take(limits, nowMicros)) {
                taken[0] = new Place(meter);
            }
            return meter;
        });
        if (meters.size() > MANY) {
            forgetIdle(nowMicros);
        }
        return taken[0];
    }

    private void forgetIdle(long nowMicros) {
        Iterator<Object> keys = meters.keySet().iterator();
        while (keys.hasNext()) {
            meters.computeIfPresent(keys.next(), (_, meter) -> meter.idle(nowMicros) ? null : meter);
        }
    }
}

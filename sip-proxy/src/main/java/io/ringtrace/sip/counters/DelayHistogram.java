package io.ringtrace.sip.counters;

import java.util.concurrent.atomic.AtomicLongArray;

/** How long something took, in fixed classes. One shard's thread writes, with plain stores that other threads see soon; any thread reads. */
public final class DelayHistogram {
    private static final long[] BOUNDS_MILLIS = {
        5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 180_000
    };
    private static final int SUM = BOUNDS_MILLIS.length + 1;
    private final AtomicLongArray cells = new AtomicLongArray(SUM + 1);

    void add(long millis) {
        int at = 0;
        while (at < BOUNDS_MILLIS.length && millis > BOUNDS_MILLIS[at]) {
            at++;
        }
        cells.setOpaque(at, cells.getPlain(at) + 1);
        cells.setOpaque(SUM, cells.getPlain(SUM) + Math.max(millis, 0));
    }

    /** The classes' upper bounds in seconds, the last one infinite. */
    public static double[] upperBoundsSeconds() {
        double[] bounds = new double[BOUNDS_MILLIS.length + 1];
        for (int i = 0; i < BOUNDS_MILLIS.length; i++) {
            bounds[i] = BOUNDS_MILLIS[i] / 1000.0;
        }
        bounds[BOUNDS_MILLIS.length] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    /** Adds each class's count, not cumulated, to the array's elements. */
    public void addTo(long[] counts) {
        for (int i = 0; i <= BOUNDS_MILLIS.length; i++) {
            counts[i] += cells.getOpaque(i);
        }
    }

    public long sumMillis() {
        return cells.getOpaque(SUM);
    }
}

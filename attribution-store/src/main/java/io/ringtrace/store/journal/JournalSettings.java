package io.ringtrace.store.journal;

import java.time.Duration;

/**
 * How a journal uses its disk.
 *
 * @param segmentBytes size of one segment; each shard holds up to three at once (current, next, spare), and what is not yet drained
 * @param maxBytes most bytes of all segments together; reaching it counts as a full disk
 * @param retention how long a segment is kept after it was drained, unless its room is needed; begins anew with each run
 * @param forceInterval how often what was appended is forced to the disk; the most that a power failure can lose
 * @param force what waits for that
 */
public record JournalSettings(
        long segmentBytes, long maxBytes, Duration retention, Duration forceInterval, Force force) {
    /** Whether others may see what the disk does not have yet. */
    public enum Force {
        /** They may: a power failure can take the last group. */
        GROUPED,
        /** They may not: the disk is forced as soon as something waits for it. */
        BEFORE_SEND
    }

    private static final long SMALLEST_SEGMENT = 4L * Segment.LARGEST_ENTRY;
    private static final Duration LONGEST_FORCE_INTERVAL = Duration.ofMillis(20);

    public JournalSettings {
        if (segmentBytes < SMALLEST_SEGMENT || segmentBytes > Integer.MAX_VALUE || segmentBytes % 4096 != 0) {
            throw new IllegalArgumentException("journal segment size must be a multiple of 4096 of at least "
                    + SMALLEST_SEGMENT + " and below 2 GiB, not " + segmentBytes);
        }
        if (maxBytes < 2 * segmentBytes) {
            throw new IllegalArgumentException("journal size limit " + maxBytes + " has no room for two segments of "
                    + segmentBytes + " (the current one and the spare)");
        }
        if (forceInterval.isNegative() || forceInterval.compareTo(LONGEST_FORCE_INTERVAL) > 0) {
            throw new IllegalArgumentException("journal force interval must be at most 20 ms, not " + forceInterval);
        }
    }

    /** Forced in groups. */
    public JournalSettings(long segmentBytes, long maxBytes, Duration retention, Duration forceInterval) {
        this(segmentBytes, maxBytes, retention, forceInterval, Force.GROUPED);
    }

    /** Segments of 16 MiB (about 30,000 calls each), 8 GiB in all, drained ones kept for an hour, forced every 18 ms. */
    public static JournalSettings defaults() {
        return new JournalSettings(16L << 20, 8L << 30, Duration.ofHours(1), Duration.ofMillis(18));
    }
}

package io.ringtrace.store.journal;

/**
 * A place in one shard's journal: everything before it has been read.
 *
 * @param segment number of the segment, rising in the order of writing; 0 is before the first
 * @param offset bytes from the segment's beginning
 */
public record JournalPosition(long segment, long offset) implements Comparable<JournalPosition> {
    public static final JournalPosition START = new JournalPosition(0, 0);

    @Override
    public int compareTo(JournalPosition other) {
        int bySegment = Long.compare(segment, other.segment);
        return bySegment != 0 ? bySegment : Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
        return "segment " + segment + " offset " + offset;
    }
}

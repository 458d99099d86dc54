package io.ringtrace.store.journal;

import java.nio.ByteBuffer;

/**
 * What a segment that nobody writes any more holds.
 *
 * @param end where its readable entries end
 */
record SegmentScan(long entries, long end, Tail tail) {
    enum Tail {
        /** Nothing stands after the last entry. */
        CLEAN,
        /** The last entry was being written, or had not reached the disk, when the machine stopped. */
        TORN,
        /** Whole entries stand after one that is damaged. */
        DAMAGED
    }

    /** Who is shown the whole entries, in the order of writing. */
    @FunctionalInterface
    interface Reader {
        /** @param at where in the segment the entry begins */
        void entry(long at, ByteBuffer body);
    }

    static SegmentScan of(Segment segment, Reader reader) {
        long entries = 0;
        long at = Segment.HEADER_BYTES;
        while (segment.lengthAt(at) != 0) {
            ByteBuffer body = segment.bodyAt(at);
            if (body == null) {
                return new SegmentScan(entries, at, entryAfter(segment, at) ? Tail.DAMAGED : Tail.TORN);
            }
            reader.entry(at, body);
            entries++;
            at += Segment.footprint(body.limit());
        }
        if (at >= segment.bytes() || segment.zeroFrom(at)) {
            return new SegmentScan(entries, at, Tail.CLEAN);
        }
        return new SegmentScan(entries, at, entryAfter(segment, at) ? Tail.DAMAGED : Tail.TORN);
    }

    private static boolean entryAfter(Segment segment, long damagedAt) {
        for (long at = damagedAt + 8; at < segment.bytes(); at += 8) {
            if (segment.lengthAt(at) > 0 && segment.bodyAt(at) != null) {
                return true;
            }
        }
        return false;
    }
}

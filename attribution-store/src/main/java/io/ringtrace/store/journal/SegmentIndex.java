package io.ringtrace.store.journal;

import io.ringtrace.call.CallId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a full segment a later start has to see: those of calls that began before it or went on after it. Most calls begin and end
 * in one segment, so a start reads some kilobytes instead of the segment. Kept in a small file beside it, which the keeper writes and which
 * can be done without: where it is missing, torn or not of this segment, the segment itself is read.
 *
 * <pre>
 * magic "RINGTRX1", size of the segment, where its entries end, where the last one begins, latest moment of any (Unix milliseconds),
 * number of places; the places; CRC32C of all before it (int). All but the last are longs, big-endian.
 * </pre>
 *
 * @param end where the segment's entries end
 * @param lastEntryAt where the last one begins; 0 without any
 * @param lastMillis latest moment of an event, Unix milliseconds; 0 without any
 * @param places where the entries begin that a start has to see, ascending
 */
record SegmentIndex(long segmentBytes, long end, long lastEntryAt, long lastMillis, List<Long> places) {
    static final String SUFFIX = ".index";
    private static final long MAGIC = 0x52494E4754525831L;
    private static final int FIXED_BYTES = 6 * Long.BYTES;

    /** Of a segment that is full and on the disk. Null when it is torn or damaged: such a one is read whole each time. */
    static @Nullable SegmentIndex of(Segment segment) {
        Gathering gathering = new Gathering();
        SegmentScan scan = SegmentScan.of(segment, gathering);
        if (scan.tail() != SegmentScan.Tail.CLEAN) {
            return null;
        }
        return new SegmentIndex(
                segment.bytes(), scan.end(), gathering.lastEntryAt, gathering.lastMillis, gathering.places());
    }

    /** Null where there is none that is whole. */
    static @Nullable SegmentIndex read(Path segment) {
        byte[] bytes;
        try {
            Path file = fileOf(segment);
            if (!Files.exists(file)) {
                return null;
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException _) {
            return null;
        }
        if (bytes.length < FIXED_BYTES + Integer.BYTES) {
            return null;
        }
        ByteBuffer from = ByteBuffer.wrap(bytes);
        if (from.getLong() != MAGIC || from.getInt(bytes.length - Integer.BYTES) != checksum(bytes)) {
            return null;
        }
        long segmentBytes = from.getLong();
        long end = from.getLong();
        long lastEntryAt = from.getLong();
        long lastMillis = from.getLong();
        long count = from.getLong();
        List<Long> places = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            places.add(from.getLong());
        }
        return new SegmentIndex(segmentBytes, end, lastEntryAt, lastMillis, List.copyOf(places));
    }

    /** Whole or not at all. */
    void write(Path segment) throws IOException {
        byte[] bytes = new byte[FIXED_BYTES + places.size() * Long.BYTES + Integer.BYTES];
        ByteBuffer to = ByteBuffer.wrap(bytes);
        to.putLong(MAGIC)
                .putLong(segmentBytes)
                .putLong(end)
                .putLong(lastEntryAt)
                .putLong(lastMillis);
        to.putLong(places.size());
        places.forEach(to::putLong);
        to.putInt(checksum(bytes));
        Path file = fileOf(segment);
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(fresh, bytes);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh); // what a full disk took of it
        }
    }

    static Path fileOf(Path segment) {
        String name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.length() - Segment.SUFFIX.length()) + SUFFIX);
    }

    /** Whether the segment is the one that was looked at, and all that a start has to see of it is whole. */
    boolean fits(Segment segment) {
        if (segment.bytes() != segmentBytes || segment.lengthAt(end) != 0) {
            return false;
        }
        if (lastEntryAt == 0) {
            return end == Segment.HEADER_BYTES;
        }
        for (long place : places) {
            if (segment.lengthAt(place) == 0 || segment.bodyAt(place) == null) {
                return false;
            }
        }
        ByteBuffer last = segment.lengthAt(lastEntryAt) == 0 ? null : segment.bodyAt(lastEntryAt);
        return last != null && lastEntryAt + Segment.footprint(last.limit()) == end;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) crc.getValue();
    }

    /** Leaves out what makes no difference to {@link OpenCalls}, whatever other segments hold. */
    private static final class Gathering implements SegmentScan.Reader {
        private final Map<CallId, Long> begins = new HashMap<>();
        private final Map<CallId, Long> words = new LinkedHashMap<>();
        private final List<Long> ends = new ArrayList<>();
        private long lastEntryAt;
        private long lastMillis;

        @Override
        public void entry(long at, ByteBuffer body) {
            lastEntryAt = at;
            EntryHead head = CallEventCodec.head(body);
            if (head == null) {
                return;
            }
            lastMillis = Math.max(lastMillis, head.atMillis());
            CallId call = head.callId();
            switch (head.kind()) {
                case BEGAN -> begins.put(call, at);
                case PROGRESSED -> {}
                case RUNS -> words.put(call, at);
                case INTERRUPTED -> {
                    begins.remove(call);
                    ends.add(at);
                }
                case ENDED -> {
                    words.remove(call);
                    if (begins.remove(call) == null) {
                        ends.add(at);
                    }
                }
            }
        }

        private List<Long> places() {
            List<Long> all = new ArrayList<>(ends);
            all.addAll(words.values());
            begins.forEach((call, at) -> {
                if (!words.containsKey(call)) {
                    all.add(at);
                }
            });
            return all.stream().sorted().toList();
        }
    }
}

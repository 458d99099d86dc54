package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallRecorder;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One shard's end of the journal. {@link #record} is called by the shard's thread alone and never waits; the keeper puts prepared segments in, the
 * forcer forces what was appended. Any thread may ask {@link #acceptsNewCalls}.
 *
 * <p>A full segment is followed by the next one, prepared ahead. When there is none, because the disk is full, the spare takes the ends of
 * running calls, and new calls are refused until the keeper has made room. Two segments are enough to go on: a full one whose events are in
 * the database is followed by the spare, and makes room for another.
 */
final class ShardJournal implements CallRecorder {
    private final int shard;
    private final SegmentCatalog catalog;
    private final Runnable wakeKeeper;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(Segment.LARGEST_ENTRY);
    private final MemorySegment scratchMemory = MemorySegment.ofBuffer(scratch);
    private final CRC32C crc = new CRC32C();

    private final AtomicReference<@Nullable Segment> next = new AtomicReference<>();
    private final AtomicReference<@Nullable Segment> spare = new AtomicReference<>();
    private final Queue<Segment> retired = new ConcurrentLinkedQueue<>();

    // Written by the shard's thread. When the segment changes, the end of the appended bytes is set back before the new
    // one is shown.
    private volatile @Nullable Segment current;
    private volatile long position;
    private volatile long currentNumber;
    private boolean currentIsSpare;

    // The forcer's own.
    private @Nullable Segment forcedSegment;
    private long forcedTo;
    private long told;

    private volatile boolean diskRefuses;

    /** Null where nobody waits for the disk. */
    private @Nullable Runnable wakeForcer;

    private long events;
    private volatile long recorded;
    private volatile long forced;
    private final AtomicReference<@Nullable Runnable> whenForced = new AtomicReference<>();

    ShardJournal(int shard, SegmentCatalog catalog, Runnable wakeKeeper) {
        this.shard = shard;
        this.catalog = catalog;
        this.wakeKeeper = wakeKeeper;
    }

    @Override
    public boolean record(CallEvent event) {
        ByteBuffer body = scratch.clear();
        CallEventCodec.encode(event, body);
        body.flip();
        int length = body.limit();
        Segment into = segmentWithRoom(length, event instanceof CallEvent.Began);
        if (into == null) {
            return false;
        }
        crc.reset();
        crc.update(body);
        position = into.append(position, scratchMemory, length, (int) crc.getValue());
        if (wakeForcer != null) {
            events++;
            recorded = events;
        }
        return true;
    }

    /** From now on events are visible when they are on the disk; before the first one. */
    void holdUntilForced(Runnable wake) {
        wakeForcer = wake;
    }

    @Override
    public long recorded() {
        return recorded;
    }

    @Override
    public long visible() {
        return forced;
    }

    @Override
    public void whenVisible(Runnable task) {
        Runnable wake = wakeForcer;
        if (wake != null) {
            whenForced.set(task);
            wake.run();
        }
    }

    /** After a force, by the forcer. */
    void tellForced() {
        if (whenForced.get() != null && forced > told) {
            Runnable task = whenForced.getAndSet(null);
            told = forced;
            if (task != null) {
                task.run();
            }
        }
    }

    @Override
    public boolean acceptsNewCalls() {
        if (diskRefuses) {
            return false;
        }
        Segment now = current;
        return next.get() != null || (now != null && now.hasRoom(position, Segment.LARGEST_ENTRY) && hasReserve(now));
    }

    /** Room for the ends of running calls is left, whatever new calls take: the spare, or half of a segment that was one. */
    private boolean hasReserve(Segment now) {
        return spare.get() != null || (!currentIsSpare && now.hasRoom(position, (int) (now.bytes() / 2)));
    }

    private @Nullable Segment segmentWithRoom(int length, boolean newCall) {
        Segment now = current;
        if (now != null && now.hasRoom(position, length) && (!newCall || hasReserve(now))) {
            return now;
        }
        Segment fresh = next.getAndSet(null);
        if (fresh != null) {
            begin(fresh, false);
            return fresh;
        }
        if (newCall) {
            return null;
        }
        Segment last = spare.getAndSet(null);
        if (last != null) {
            begin(last, true);
        }
        return last;
    }

    private void begin(Segment fresh, boolean isSpare) {
        Segment full = current;
        if (full != null) {
            retired.add(full);
        }
        // The clock keeps numbers from being used again when a power failure has taken a segment that was already
        // drained.
        long number = Math.max(catalog.lastNumber(shard) + 1, System.currentTimeMillis());
        fresh.number(number);
        catalog.add(shard, number, fresh.path());
        currentIsSpare = isSpare;
        position = Segment.HEADER_BYTES;
        current = fresh;
        currentNumber = number;
        wakeKeeper.run();
    }

    /** Whether a new call finds no room in the segment that is written, if there is one. Any thread may ask. */
    boolean isFull() {
        Segment now = current;
        return now == null || !now.hasRoom(position, Segment.LARGEST_ENTRY);
    }

    /** The segment that is written; 0 before the first event. Any thread may ask. */
    long currentNumber() {
        return currentNumber;
    }

    /** Where the next entry goes, in the segment that is written. Any thread may ask. */
    JournalPosition end() {
        return new JournalPosition(currentNumber, position);
    }

    /** The spare follows the full segment: the keeper's thread, when no other can be had. */
    void useSpareNext() {
        Segment last = spare.getAndSet(null);
        if (last != null) {
            next.set(last);
        }
    }

    boolean lacksSpare() {
        return spare.get() == null;
    }

    boolean lacksNext() {
        return next.get() == null;
    }

    void giveSpare(Segment prepared) {
        spare.set(prepared);
    }

    void giveNext(Segment prepared) {
        next.set(prepared);
    }

    int shard() {
        return shard;
    }

    /** Called by the forcer alone. Throws UncheckedIOException when the disk refuses; the same bytes are then tried again. */
    void force() {
        long appended = recorded;
        Segment segment = current;
        long to = position;
        if (segment != null && segment != forcedSegment) {
            forcedSegment = segment;
            forcedTo = 0;
        }
        if (segment != null && to > forcedTo && segment == current) {
            segment.force(forcedTo, to);
            forcedTo = to;
        }
        for (Segment full = retired.peek(); full != null && full != current; full = retired.peek()) {
            full.force(0, full.bytes());
            retired.remove();
            full.close();
        }
        // A full segment that is still shown as the current one waits for the next round, and so do its events.
        if (retired.isEmpty()) {
            forced = appended;
        }
        diskRefuses = false;
    }

    void diskRefuses() {
        diskRefuses = true;
    }

    /** After the shard has stopped and the last force. */
    void close() {
        for (AtomicReference<@Nullable Segment> held : List.of(next, spare)) {
            Segment prepared = held.getAndSet(null);
            if (prepared != null) {
                prepared.close();
            }
        }
        Segment now = current;
        if (now != null) {
            current = null;
            now.close();
        }
    }
}

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
 * One shard's end of the journal. {@link #record} and {@link #acceptsNewCalls} are called by the shard's thread alone and never wait; the keeper
 * puts prepared segments in, the forcer forces what was appended.
 *
 * <p>A full segment is followed by the next one, prepared ahead. When there is none, because the disk is full, the spare takes the ends of
 * running calls, and new calls are refused until the keeper has made room.
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
    private boolean currentIsSpare;

    // The forcer's own.
    private @Nullable Segment forcedSegment;
    private long forcedTo;

    private volatile boolean diskRefuses;

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
        return true;
    }

    @Override
    public boolean acceptsNewCalls() {
        if (diskRefuses) {
            return false;
        }
        Segment now = current;
        return next.get() != null || (now != null && !currentIsSpare && now.hasRoom(position, Segment.LARGEST_ENTRY));
    }

    private @Nullable Segment segmentWithRoom(int length, boolean newCall) {
        Segment now = current;
        boolean room = now != null && now.hasRoom(position, length);
        if (room && !(newCall && currentIsSpare)) {
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
        wakeKeeper.run();
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

package io.ringtrace.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one shard's entries in the order of writing, while it is being written too. One thread at a time.
 *
 * <p>At a damaged entry the reading of that segment stops and goes on with the next one; the log says what was left, and the file is kept.
 */
public final class ShardReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardReader.class);

    private final SegmentCatalog catalog;
    private final int shard;
    private JournalPosition position;
    private @Nullable Segment segment;
    private @Nullable JournalPosition damageReported;

    ShardReader(SegmentCatalog catalog, int shard, JournalPosition from) {
        this.catalog = catalog;
        this.shard = shard;
        this.position = from;
    }

    /** Where the next entry is looked for. */
    public JournalPosition position() {
        return position;
    }

    public int shard() {
        return shard;
    }

    /** The next entry; null when there is none yet. Throws IOException when a file cannot be read; asking again tries again. */
    public @Nullable JournalEntry next() throws IOException {
        while (true) {
            if (segment == null && !openSegment()) {
                return null;
            }
            Segment reading = segment;
            if (reading == null) {
                return null;
            }
            if (reading.lengthAt(position.offset()) == 0) {
                // Looked at again after a successor was seen: the writer never returns to a segment that has one.
                @Nullable Long successor = successor();
                if (successor == null) {
                    return null;
                }
                if (reading.lengthAt(position.offset()) == 0) {
                    leave(reading, successor);
                    continue;
                }
            }
            ByteBuffer body = reading.bodyAt(position.offset());
            if (body == null) {
                reportDamage(reading);
                @Nullable Long successor = successor();
                if (successor == null) {
                    return null;
                }
                leave(reading, successor);
                continue;
            }
            JournalPosition next =
                    new JournalPosition(position.segment(), position.offset() + Segment.footprint(body.limit()));
            position = next;
            return decode(body, next);
        }
    }

    private @Nullable Long successor() {
        return catalog.segments(shard).higherKey(position.segment());
    }

    private static JournalEntry decode(ByteBuffer body, JournalPosition next) {
        try {
            return new JournalEntry.Event(next, CallEventCodec.decode(body));
        } catch (RuntimeException unknown) {
            // Whatever it is that one entry's bytes do to us: the others must go on.
            return new JournalEntry.Unreadable(next, String.valueOf(unknown), EncodedEvent.of(body.rewind()));
        }
    }

    private boolean openSegment() throws IOException {
        Map.@Nullable Entry<Long, Path> first = catalog.segments(shard).ceilingEntry(position.segment());
        if (first == null) {
            return false;
        }
        segment = Segment.openToRead(first.getValue());
        if (first.getKey() != position.segment()) {
            if (position.segment() != 0) {
                LOG.warn(
                        "journal: shard {} has no segment {} any more; reading goes on at segment {}",
                        shard,
                        position.segment(),
                        first.getKey());
            }
            position = new JournalPosition(first.getKey(), Segment.HEADER_BYTES);
        }
        return true;
    }

    private void leave(Segment finished, long successor) {
        segment = null;
        finished.close();
        position = new JournalPosition(successor, Segment.HEADER_BYTES);
    }

    private void reportDamage(Segment damaged) {
        if (!position.equals(damageReported)) {
            damageReported = position;
            catalog.markDamaged(damaged.path());
            LOG.error(
                    "journal: {} is damaged at offset {} (shard {}, segment {}): nothing after it in this segment can be read",
                    damaged.path(),
                    position.offset(),
                    shard,
                    position.segment());
        }
    }

    @Override
    public void close() {
        if (segment != null) {
            segment.close();
            segment = null;
        }
    }
}

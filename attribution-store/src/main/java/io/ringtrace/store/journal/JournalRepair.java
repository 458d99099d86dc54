package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.RecentInvite;
import io.ringtrace.call.RecentInvites;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done at start with the segments of the previous run, before anybody writes. The first call waits for it: full segments are read by
 * their index where nothing in them is recent, and of the others each once, most entries no further than their head. For one thread, once.
 */
final class JournalRepair {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRepair.class);

    private final SegmentCatalog catalog;
    private final RecentInvites recent;
    private final OpenCalls calls = new OpenCalls();
    private final Map<Path, SegmentIndex> indexes = new HashMap<>();
    private long recentFrom;
    private int byIndex;
    private int whole;

    private JournalRepair(SegmentCatalog catalog, RecentInvites recent) {
        this.catalog = catalog;
        this.recent = recent;
    }

    /**
     * Entries that were being written when the machine stopped are cut off; segments with damage in their middle stay as they are. Calls that
     * began and were neither answered nor ended are ended: the process died in between. Answered ones are watched on.
     *
     * @param recent is shown the events of the journal's last minute or more
     * @param running is shown what is known last of each answered call without an end
     * @return how many calls were ended
     */
    static int repair(
            SegmentCatalog catalog, List<ShardJournal> shards, RecentInvites recent, Consumer<CallEvent> running)
            throws IOException {
        JournalRepair repair = new JournalRepair(catalog, recent);
        repair.readIndexes();
        repair.readSegments();
        repair.calls.running(running);
        LOG.debug("journal: {} segments were read whole, {} by their index", repair.whole, repair.byIndex);
        return closeInterrupted(repair.calls, shards);
    }

    private void readIndexes() {
        for (int shard : catalog.shards()) {
            for (Path path : catalog.segments(shard).values()) {
                SegmentIndex index = SegmentIndex.read(path);
                if (index != null) {
                    indexes.put(path, index);
                }
            }
        }
        // What no index tells of is later still.
        recentFrom = indexes.values().stream()
                        .mapToLong(SegmentIndex::lastMillis)
                        .max()
                        .orElse(0)
                - RecentInvite.MEMORY_MILLIS;
    }

    private void readSegments() throws IOException {
        for (int shard : catalog.shards()) {
            for (Path path : catalog.segments(shard).values()) {
                try (Segment segment = Segment.openToWrite(path)) {
                    @Nullable SegmentIndex index = indexes.get(path);
                    if (index != null && index.lastMillis() < recentFrom && index.fits(segment)) {
                        readBy(index, segment);
                    } else {
                        readWhole(segment);
                    }
                }
            }
        }
    }

    private void readBy(SegmentIndex index, Segment segment) {
        byIndex++;
        for (long at : index.places()) {
            see(segment.path(), at, Objects.requireNonNull(segment.bodyAt(at), "it fits"));
        }
        calls.lastSeen(index.lastMillis());
    }

    private void readWhole(Segment segment) {
        whole++;
        Path path = segment.path();
        SegmentScan scan = SegmentScan.of(segment, (at, body) -> see(path, at, body));
        switch (scan.tail()) {
            case CLEAN -> {}
            case TORN -> {
                LOG.warn(
                        "journal: {} has a torn entry at offset {} after {} whole ones; it was cut off",
                        path,
                        scan.end(),
                        scan.entries());
                segment.clearFrom(scan.end());
            }
            case DAMAGED -> {
                catalog.markDamaged(path);
                LOG.error(
                        "journal: {} is damaged at offset {} after {} whole entries, and entries after it cannot be read;"
                                + " the file will be kept",
                        path,
                        scan.end(),
                        scan.entries());
            }
        }
    }

    private void see(Path path, long at, ByteBuffer body) {
        EntryHead head = CallEventCodec.head(body);
        if (head == null) {
            return; // the drain tells about it
        }
        calls.see(head, path, at);
        if (head.atMillis() >= recentFrom) {
            seeRecent(head, body);
        }
    }

    /** Of a busy minute there are a million entries; three of an answered call's four are read no further than their head. */
    private void seeRecent(EntryHead head, ByteBuffer body) {
        boolean answered = head.kind() == EntryHead.Kind.RUNS || recent.answered(head.callId());
        if (answered || head.kind() == EntryHead.Kind.PROGRESSED) {
            recent.heard(head.callId(), head.atMillis(), answered);
            return;
        }
        CallEvent event = OpenCalls.decoded(body);
        if (event != null) {
            recent.see(event);
        }
    }

    private static int closeInterrupted(OpenCalls calls, List<ShardJournal> shards) {
        List<CallId> unanswered = calls.unanswered();
        int closed = 0;
        for (CallId call : unanswered) {
            ShardJournal into = shards.get(closed % shards.size());
            CallEvent end = CallEvent.Ended.byRingtrace(call, calls.lastSeenMillis(), EndReason.INTERRUPTED, -1, false);
            if (!into.record(end)) {
                LOG.error(
                        "journal: no room to close {} interrupted calls; the next start does it",
                        unanswered.size() - closed);
                break;
            }
            closed++;
        }
        return closed;
    }
}

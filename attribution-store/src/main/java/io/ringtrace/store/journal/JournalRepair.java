package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.EndReason;
import io.ringtrace.call.EndedBy;
import io.ringtrace.call.RecentInvites;
import io.ringtrace.call.RunningCalls;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done at start with the segments of the previous run, before anybody writes. */
final class JournalRepair {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRepair.class);

    private JournalRepair() {}

    /**
     * Entries that were being written when the machine stopped are cut off; segments with damage in their middle stay as they are. Calls that
     * began and were neither answered nor ended are ended: the process died in between. Answered ones are watched on. Each segment is read
     * once, for the first call waits for it.
     *
     * @param recent is shown every event of the journal
     * @param running likewise
     * @return how many calls were ended
     */
    static int repair(SegmentCatalog catalog, List<ShardJournal> shards, RecentInvites recent, RunningCalls running)
            throws IOException {
        OpenCalls calls = new OpenCalls(recent, running);
        cutTornTails(catalog, calls);
        return closeInterrupted(calls, shards);
    }

    private static void cutTornTails(SegmentCatalog catalog, OpenCalls calls) throws IOException {
        for (int shard : catalog.shards()) {
            for (Path path : catalog.segments(shard).values()) {
                try (Segment segment = Segment.openToWrite(path)) {
                    SegmentScan scan = SegmentScan.of(segment, calls::see);
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
            }
        }
    }

    private static int closeInterrupted(OpenCalls calls, List<ShardJournal> shards) {
        int closed = 0;
        for (CallId call : calls.open()) {
            ShardJournal into = shards.get(closed % shards.size());
            CallEvent end = new CallEvent.Ended(
                    call,
                    calls.lastSeenMillis,
                    EndReason.INTERRUPTED,
                    EndedBy.RINGTRACE,
                    0,
                    0,
                    null,
                    -1,
                    false,
                    List.of());
            if (!into.record(end)) {
                LOG.error(
                        "journal: no room to close {} interrupted calls; the next start does it",
                        calls.open().size() - closed);
                break;
            }
            closed++;
        }
        return closed;
    }

    private static final class OpenCalls {
        private final Set<CallId> open = new LinkedHashSet<>();
        /** Ended by an earlier start, perhaps in a shard that is read before the one where the call began. */
        private final Set<CallId> interrupted = new HashSet<>();

        private final RecentInvites recent;
        private final RunningCalls running;
        private long lastSeenMillis;

        OpenCalls(RecentInvites recent, RunningCalls running) {
            this.recent = recent;
            this.running = running;
        }

        void see(ByteBuffer body) {
            CallEvent event;
            try {
                event = CallEventCodec.decode(body);
            } catch (IllegalArgumentException | BufferUnderflowException _) {
                return; // the drain tells about it
            }
            recent.see(event);
            running.see(event);
            lastSeenMillis = Math.max(lastSeenMillis, event.atMillis());
            switch (event) {
                case CallEvent.Began began -> open.add(began.callId());
                case CallEvent.Progressed _ -> {}
                case CallEvent.Answered answered -> open.remove(answered.callId());
                case CallEvent.Continued continued -> open.remove(continued.callId());
                case CallEvent.Corrected corrected -> open.remove(corrected.callId());
                case CallEvent.Ended ended -> {
                    open.remove(ended.callId());
                    if (ended.reason() == EndReason.INTERRUPTED) {
                        interrupted.add(ended.callId());
                    }
                }
            }
        }

        Set<CallId> open() {
            open.removeAll(interrupted);
            return open;
        }
    }
}

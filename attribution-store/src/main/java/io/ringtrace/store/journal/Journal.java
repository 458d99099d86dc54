package io.ringtrace.store.journal;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallId;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.call.RecentInvite;
import io.ringtrace.call.RecentInvites;
import io.ringtrace.call.RunningCall;
import io.ringtrace.call.RunningCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of one node: a folder with one sequence of segments for each shard. Started before the shards and closed after them; the recorder
 * of a shard belongs to that shard's thread, all else is thread-safe.
 */
public final class Journal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private final Path folder;
    private final JournalSettings settings;
    private final LongSupplier monotonicMillis;
    private final List<ShardJournal> shards = new ArrayList<>();
    private final Map<Integer, JournalPosition> drained = new ConcurrentHashMap<>();
    private final int shardCount;
    private SegmentCatalog catalog = new SegmentCatalog();
    private List<RecentInvite> recentInvites = List.of();
    private List<RunningCall> runningCalls = List.of();
    private Map<CallId, Long> livedUntil = Map.of();
    private @Nullable JournalLock lock;
    private @Nullable JournalKeeper keeper;
    private @Nullable JournalForcer forcer;

    /**
     * @param folder made when it is missing
     * @param shardCount shards that will write; what other shards left is still drained
     */
    public Journal(Path folder, int shardCount, JournalSettings settings) {
        this(folder, shardCount, settings, () -> System.nanoTime() / 1_000_000);
    }

    /**
     * As {@link #Journal(Path, int, JournalSettings)}.
     *
     * @param monotonicMillis by which drained segments grow old
     */
    public Journal(Path folder, int shardCount, JournalSettings settings, LongSupplier monotonicMillis) {
        this.folder = folder;
        this.shardCount = shardCount;
        this.settings = settings;
        this.monotonicMillis = monotonicMillis;
    }

    /**
     * Takes the folder, cuts torn tails, closes the calls that the previous life left unanswered, and prepares segments. A full disk does
     * not fail it: new calls are then refused until there is room.
     *
     * @return how many calls were closed as interrupted
     * @throws JournalInUseException when another process has the folder
     */
    public int start() throws IOException {
        Files.createDirectories(folder);
        lock = JournalLock.take(folder);
        List<Path> prepared = new ArrayList<>();
        catalog = SegmentCatalog.of(folder, segment -> prepared.add(segment.path()));
        JournalKeeper keeping = new JournalKeeper(folder, settings, catalog, drained, monotonicMillis);
        keeper = keeping;
        for (int shard = 0; shard < shardCount; shard++) {
            shards.add(new ShardJournal(shard, catalog, keeping::wake));
        }
        JournalForcer forcing = new JournalForcer(shards, settings.forceInterval());
        if (settings.force() == JournalSettings.Force.BEFORE_SEND) {
            shards.forEach(shard -> shard.holdUntilForced(forcing::wake));
        }
        keeping.start(shards, prepared);
        RecentInvites recent = new RecentInvites();
        RunningCalls running = new RunningCalls();
        Map<CallId, Long> lived = new HashMap<>();
        int interrupted = JournalRepair.repair(catalog, shards, recent, event -> {
            running.see(event);
            lived.put(event.callId(), lastProofOfLife(event));
        });
        livedUntil = Map.copyOf(lived);
        recentInvites = recent.found();
        runningCalls = running.found();
        forcer = forcing;
        forcing.start();
        LOG.info(
                "journal: {} open for {} shards, {} calls of the previous run closed as interrupted, {} answered ones are open",
                folder,
                shardCount,
                interrupted,
                runningCalls.size());
        return interrupted;
    }

    private static long lastProofOfLife(CallEvent event) {
        return event instanceof CallEvent.Continued goesOn
                ? Math.max(goesOn.answeredAtMillis(), goesOn.aliveAtMillis())
                : event.atMillis();
    }

    /** The recorder of a shard, from 0; single-threaded. */
    public CallRecorder recorder(int shard) {
        return shards.get(shard);
    }

    /** INVITEs that the previous run admitted in its last 64 s, as they stood when this one started. */
    public List<RecentInvite> recentInvites() {
        return recentInvites;
    }

    /** Answered calls that no run of this node has seen the end of, as they stood when this one started. */
    public List<RunningCall> runningCalls() {
        return runningCalls;
    }

    /**
     * The same calls, and those of whose dialog too little is known to watch them: their last proof of life that the journal has, Unix
     * milliseconds.
     */
    public Map<CallId, Long> livedUntil() {
        return livedUntil;
    }

    /** All shards that have something to be read, those of an earlier and larger configuration too. */
    public SortedSet<Integer> shards() {
        return catalog.shards();
    }

    /** Reads a shard from a position on; {@link JournalPosition#START} reads all that is there. */
    public ShardReader read(int shard, JournalPosition from) {
        return new ShardReader(catalog, shard, from);
    }

    /** Everything before the position is durable in the database; whole segments before it may be deleted when they are old enough. */
    public void drained(int shard, JournalPosition position) {
        drained.merge(shard, position, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    /** Bytes of all segments on disk, prepared ones included. */
    public long bytesOnDisk() {
        JournalKeeper keeping = keeper;
        return keeping == null ? 0 : keeping.bytesOnDisk();
    }

    /** False while new calls of any shard are refused for want of room on the disk. Any thread may ask. */
    public boolean hasRoom() {
        return !shards.isEmpty() && shards.stream().allMatch(ShardJournal::acceptsNewCalls);
    }

    /** False while no further segment can be made; the prepared ones may go on for long. */
    boolean hasRoomForAnotherSegment() {
        JournalKeeper keeping = keeper;
        return keeping != null && keeping.hasRoom();
    }

    public Path folder() {
        return folder;
    }

    /** After the shards have stopped: what they appended is forced, the folder is free again. */
    @Override
    public void close() throws IOException {
        if (keeper != null) {
            keeper.close();
            keeper = null;
        }
        if (forcer != null) {
            forcer.close();
            forcer = null;
        }
        shards.forEach(ShardJournal::close);
        shards.clear();
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }
}

package io.ringtrace.store.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares segments ahead of the shards, indexes full ones and deletes drained ones, on a thread of its own. */
final class JournalKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalKeeper.class);
    private static final Duration TICK = Duration.ofMillis(250);

    private final Path folder;
    private final JournalSettings settings;
    private final SegmentCatalog catalog;
    private final Map<Integer, JournalPosition> drained;
    private final LongSupplier monotonicMillis;
    /** When this run first found a segment drained: no wall clock that is set makes a segment older than it is. */
    private final Map<Path, Long> drainedSince = new HashMap<>();
    /** Full segments that have an index, or can have none. */
    private final Set<Path> indexed = new HashSet<>();

    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private List<ShardJournal> shards = List.of();
    private long serial;
    private volatile boolean stopping;
    private volatile boolean hasRoom = true;
    private volatile long bytesOnDisk;

    JournalKeeper(
            Path folder,
            JournalSettings settings,
            SegmentCatalog catalog,
            Map<Integer, JournalPosition> drained,
            LongSupplier monotonicMillis) {
        this.folder = folder;
        this.settings = settings;
        this.catalog = catalog;
        this.drained = drained;
        this.monotonicMillis = monotonicMillis;
        this.thread = Thread.ofPlatform().daemon().name("journal-keep").unstarted(this::run);
    }

    /**
     * Provides each shard once before it returns.
     *
     * @param prepared files that an earlier run prepared and did not use; they hold room on a disk that may be full by now
     */
    void start(List<ShardJournal> writers, List<Path> prepared) throws IOException {
        shards = List.copyOf(writers);
        serial = System.currentTimeMillis();
        deleteUnfinished();
        reuse(prepared);
        provide();
        thread.start();
    }

    void wake() {
        wake.release();
    }

    long bytesOnDisk() {
        return bytesOnDisk;
    }

    boolean hasRoom() {
        return hasRoom;
    }

    private void run() {
        boolean quiet = false;
        while (!stopping) {
            try {
                provide();
                deleteDrained();
                if (quiet) {
                    indexOne();
                }
            } catch (IOException | RuntimeException e) {
                LOG.error("journal: keeping {} failed; it is tried again", folder, e);
            }
            try {
                // A shard that wants a segment is not kept waiting for an index.
                quiet = !wake.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS);
                if (!quiet) {
                    wake.drainPermits();
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Spares first: the ends of running calls matter more than new calls. */
    private void provide() throws IOException {
        for (ShardJournal shard : shards) {
            if (shard.lacksSpare()) {
                Path made = prepare(shard.shard());
                if (made == null) {
                    break;
                }
                shard.giveSpare(Segment.openToWrite(made));
            }
        }
        for (ShardJournal shard : shards) {
            if (shard.lacksNext() && !shard.lacksSpare()) {
                Path made = prepare(shard.shard());
                if (made != null) {
                    shard.giveNext(Segment.openToWrite(made));
                } else if (shard.isFull() && drainedWhole(shard)) {
                    // Nothing but the spare can follow the full segment, whose room is free as soon as it is left.
                    shard.useSpareNext();
                }
            }
        }
    }

    private boolean drainedWhole(ShardJournal shard) {
        long number = shard.currentNumber();
        return number == 0
                ? catalog.segments(shard.shard()).isEmpty()
                : shard.end().equals(drained.get(shard.shard()));
    }

    private @Nullable Path prepare(int shard) throws IOException {
        bytesOnDisk = countBytes();
        while (bytesOnDisk + settings.segmentBytes() > settings.maxBytes()) {
            if (!deleteOldestDrained()) {
                noRoom("its size limit of " + settings.maxBytes() + " bytes is reached");
                return null;
            }
            bytesOnDisk = countBytes();
        }
        while (true) {
            Path path = folder.resolve("shard-" + shard + "-" + ++serial + Segment.SUFFIX);
            try {
                Segment.prepare(path, shard, settings.segmentBytes());
                bytesOnDisk = countBytes();
                if (!hasRoom) {
                    hasRoom = true;
                    LOG.info("journal: {} has room again", folder);
                }
                return path;
            } catch (IOException e) {
                if (!deleteOldestDrained()) {
                    noRoom(String.valueOf(e.getMessage()));
                    return null;
                }
            }
        }
    }

    /** One at a time, for it reads the segment through: the next call waits for no index, only the next start is quicker by it. */
    private void indexOne() {
        for (int shard : catalog.shards()) {
            for (Map.Entry<Long, Path> full :
                    catalog.segments(shard).headMap(catalog.lastNumber(shard)).entrySet()) {
                if (indexed.add(full.getValue()) && !Files.exists(SegmentIndex.fileOf(full.getValue()))) {
                    index(full.getValue());
                    return;
                }
            }
        }
    }

    private void index(Path path) {
        try (Segment segment = Segment.openToWrite(path)) {
            // The index must not survive a power failure that its segment does not.
            segment.force(0, segment.bytes());
            SegmentIndex index = SegmentIndex.of(segment);
            if (index != null) {
                index.write(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("journal: {} stays without an index", path, e);
        }
    }

    private void noRoom(String why) {
        if (hasRoom) {
            hasRoom = false;
            LOG.error(
                    "journal: {} has no room for another segment ({}): new calls are refused when the present one is full, the ends of"
                            + " running calls go to the spare",
                    folder,
                    why);
        }
    }

    private void deleteDrained() throws IOException {
        long now = monotonicMillis.getAsLong();
        for (int shard : catalog.shards()) {
            for (Map.Entry<Long, Path> segment : catalog.segments(shard).entrySet()) {
                if (!isLeft(shard, segment.getKey())) {
                    break;
                }
                long since = drainedSince.computeIfAbsent(segment.getValue(), _ -> now);
                if (now - since >= settings.retention().toMillis()) {
                    delete(new Drained(shard, segment.getKey(), segment.getValue()));
                    bytesOnDisk = countBytes();
                }
            }
        }
    }

    /** The drain has gone on to a later one. */
    private boolean isLeft(int shard, long number) {
        JournalPosition position = drained.get(shard);
        return position != null && number < position.segment();
    }

    /** Everything in it is in the database, and nobody writes it any more: an earlier run's last one. */
    private boolean isReadToItsEnd(int shard, long number, Path path) throws IOException {
        JournalPosition position = drained.get(shard);
        if (position == null
                || number != position.segment()
                || shards.stream().anyMatch(writer -> writer.shard() == shard && writer.currentNumber() == number)) {
            return false;
        }
        try (Segment segment = Segment.openToRead(path)) {
            return segment.zeroFrom(position.offset());
        }
    }

    /** However old it is. False when there is none. */
    private boolean deleteOldestDrained() throws IOException {
        Drained oldest = null;
        for (int shard : catalog.shards()) {
            Map.Entry<Long, Path> first = catalog.segments(shard).firstEntry();
            if (first != null
                    && (oldest == null || first.getKey() < oldest.number())
                    && (isLeft(shard, first.getKey()) || isReadToItsEnd(shard, first.getKey(), first.getValue()))) {
                oldest = new Drained(shard, first.getKey(), first.getValue());
            }
        }
        if (oldest == null) {
            return false;
        }
        delete(oldest);
        return true;
    }

    private record Drained(int shard, long number, Path path) {}

    private void delete(Drained drained) throws IOException {
        catalog.remove(drained.shard(), drained.number());
        drainedSince.remove(drained.path());
        indexed.remove(drained.path());
        Files.deleteIfExists(SegmentIndex.fileOf(drained.path()));
        if (catalog.isDamaged(drained.path())) {
            Path kept = SegmentCatalog.setAside(drained.path());
            LOG.error("journal: {} has entries that could not be read; kept as {}", drained.path(), kept);
        } else {
            Files.delete(drained.path());
        }
    }

    private void reuse(List<Path> prepared) throws IOException {
        for (Path path : prepared) {
            Segment segment = Segment.openToWrite(path);
            if (segment.bytes() != settings.segmentBytes() || !segment.zeroFrom(Segment.HEADER_BYTES)) {
                recoverOrDelete(segment);
                continue;
            }
            ShardJournal owner = segment.shard() < shards.size() ? shards.get(segment.shard()) : null;
            if (owner != null && owner.lacksSpare()) {
                owner.giveSpare(segment);
            } else if (owner != null && owner.lacksNext()) {
                owner.giveNext(segment);
            } else {
                recoverOrDelete(segment);
            }
        }
    }

    /** A power failure may take the header of a segment and leave its entries. */
    private void recoverOrDelete(Segment segment) throws IOException {
        try (segment) {
            if (segment.zeroFrom(Segment.HEADER_BYTES)) {
                Files.delete(segment.path());
                return;
            }
            long number = Math.max(catalog.lastNumber(segment.shard()) + 1, System.currentTimeMillis());
            LOG.warn("journal: {} lost its number; its entries are read as segment {}", segment.path(), number);
            segment.number(number);
            catalog.add(segment.shard(), number, segment.path());
        }
    }

    private void deleteUnfinished() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.new")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    private long countBytes() throws IOException {
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + Segment.SUFFIX)) {
            for (Path file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        stopping = true;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

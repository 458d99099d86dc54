package io.ringtrace.store.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prepares segments ahead of the shards and deletes drained ones, on a thread of its own. */
final class JournalKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalKeeper.class);
    private static final Duration TICK = Duration.ofMillis(250);

    private final Path folder;
    private final JournalSettings settings;
    private final SegmentCatalog catalog;
    private final Map<Integer, JournalPosition> drained;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private List<ShardJournal> shards = List.of();
    private long serial;
    private volatile boolean stopping;
    private volatile boolean hasRoom = true;
    private volatile long bytesOnDisk;

    JournalKeeper(
            Path folder, JournalSettings settings, SegmentCatalog catalog, Map<Integer, JournalPosition> drained) {
        this.folder = folder;
        this.settings = settings;
        this.catalog = catalog;
        this.drained = drained;
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
        while (!stopping) {
            try {
                provide();
                deleteDrained();
            } catch (IOException | RuntimeException e) {
                LOG.error("journal: keeping {} failed; it is tried again", folder, e);
            }
            try {
                boolean woken = wake.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS);
                if (woken) {
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
                    return;
                }
                shard.giveSpare(Segment.openToWrite(made));
            }
        }
        for (ShardJournal shard : shards) {
            if (shard.lacksNext()) {
                Path made = prepare(shard.shard());
                if (made == null) {
                    return;
                }
                shard.giveNext(Segment.openToWrite(made));
            }
        }
    }

    private @Nullable Path prepare(int shard) throws IOException {
        bytesOnDisk = countBytes();
        while (bytesOnDisk + settings.segmentBytes() > settings.maxBytes()) {
            if (!deleteOldestDrained(Duration.ZERO)) {
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
                if (!deleteOldestDrained(Duration.ZERO)) {
                    noRoom(String.valueOf(e.getMessage()));
                    return null;
                }
            }
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
        while (deleteOldestDrained(settings.retention())) {
            bytesOnDisk = countBytes();
        }
    }

    /** False when there is none of that age. */
    private boolean deleteOldestDrained(Duration olderThan) throws IOException {
        Drained oldest = null;
        for (Map.Entry<Integer, JournalPosition> position : drained.entrySet()) {
            int shard = position.getKey();
            Map.Entry<Long, Path> first = catalog.segments(shard).firstEntry();
            if (first != null
                    && first.getKey() < position.getValue().segment()
                    && (oldest == null || first.getKey() < oldest.number())) {
                oldest = new Drained(shard, first.getKey(), first.getValue());
            }
        }
        if (oldest == null) {
            return false;
        }
        long writtenAt = Files.getLastModifiedTime(oldest.path()).toMillis();
        if (System.currentTimeMillis() - writtenAt < olderThan.toMillis()) {
            return false;
        }
        delete(oldest);
        return true;
    }

    private record Drained(int shard, long number, Path path) {}

    private void delete(Drained drained) throws IOException {
        catalog.remove(drained.shard(), drained.number());
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

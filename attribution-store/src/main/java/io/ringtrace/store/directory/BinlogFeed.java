package io.ringtrace.store.directory;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.node.NodeIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the directory equal to the database: a snapshot, then the binlog, on a thread of its own.
 *
 * <p>The order is what makes a snapshot whole: note the binlog's end P; commit a marker; read the snapshot; apply everything from P; complete when
 * the marker comes. A transaction is in the binlog before others can see it, so without the marker a snapshot may miss one that stands
 * before P.
 *
 * <p>A lost connection is resumed where it was. When something is missing (purged, not decodable, deleted rows), a new snapshot is built beside
 * the directory in use. A database whose binlog cannot be followed is polled.
 */
public final class BinlogFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BinlogFeed.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofMillis(250);
    /** In a busy binlog there are no heartbeats: a marker of our own then tells how far behind we are. */
    private static final long QUIET_MILLIS = 500;

    private static final Duration DEAD_AFTER = Duration.ofSeconds(5);
    private static final Duration SHORTEST_POLL = Duration.ofSeconds(1);
    /** Polling takes at most this part of the time. */
    private static final int POLL_SHARE = 10;

    private final StoreDatabase database;
    private final NodeIdentity node;
    private final NumberDirectory directory;
    private final LeaseClock clock;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable BinlogFollower follower;
    private DirectorySnapshot.@Nullable BinlogPosition position;
    private volatile long awaitedMarker;
    private volatile Set<String> snapshotNames = Set.of();
    private volatile boolean wantsSnapshot;
    private long lastMarker;
    private String lastTold = "";
    private Duration pause = FIRST_PAUSE;
    private final AtomicLong snapshots = new AtomicLong();

    public BinlogFeed(StoreDatabase database, NodeIdentity node, NumberDirectory directory, LeaseClock clock) {
        this.database = database;
        this.node = node;
        this.directory = directory;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("directory-feed").unstarted(this::run);
    }

    /** Returns at once; {@link NumberDirectory#available} tells when there is something to look in. */
    public void start() {
        thread.start();
    }

    /** Snapshots taken since the start. */
    public long snapshots() {
        return snapshots.get();
    }

    private void run() {
        if (!database.opens()) {
            return;
        }
        while (!stopping) {
            try {
                node.register(database, clock.nowMillis());
                List<String> unfit = DirectorySnapshot.unfitForBinlog(database);
                if (unfit.isEmpty()) {
                    followOnce();
                } else {
                    poll(unfit);
                }
            } catch (StoreUnavailableException | IOException e) {
                if (!stopping) {
                    tell("directory feed: {}; trying again in {} ms", e.getMessage());
                }
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.error("directory feed: failed, a new snapshot is taken", e);
                position = null;
            }
            if (!stopping && !rest()) {
                return;
            }
        }
    }

    /** The same trouble is told once. */
    private void tell(String format, @Nullable String why) {
        if (!String.valueOf(why).equals(lastTold)) {
            lastTold = String.valueOf(why);
            LOG.warn(format, why, pause.toMillis());
        }
    }

    private boolean rest() {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException _) {
            return false;
        }
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        return true;
    }

    private void followOnce() throws StoreUnavailableException, IOException, InterruptedException {
        DirectorySnapshot.BinlogPosition from = position;
        if (from == null) {
            from = takeSnapshot();
        }
        BinlogFollower following =
                new BinlogFollower(database.address(), node.serverId(), from, new BinlogFollower.Heard() {
                    @Override
                    public boolean wantsLeases() {
                        return !directory.forwardedNames().isEmpty();
                    }

                    @Override
                    public void rows(FeedRows rows) {
                        apply(rows);
                    }

                    @Override
                    public void caughtUp() {
                        if (awaitedMarker == 0) {
                            allIsWell();
                            directory.upToDateAt(clock.nowMillis());
                        }
                    }
                });
        follower = following;
        if (stopping) {
            return;
        }
        Thread ticker = Thread.ofVirtual().name("directory-feed-tick").start(() -> tick(following));
        BinlogFollower.End end;
        try {
            end = following.follow();
        } finally {
            ticker.interrupt();
            ticker.join();
            follower = null;
        }
        if (stopping) {
            return;
        }
        switch (end) {
            case BinlogFollower.End.Lost(var _, var _)
            when wantsSnapshot -> {
                position = null;
                LOG.info("directory feed: another marketing field is forwarded, a new snapshot follows");
            }
            case BinlogFollower.End.Lost(var resume, var why) -> {
                // A snapshot that was not completed lacks what its rows were to be completed by; it goes on from there
                // too.
                position = resume;
                tell("directory feed: lost the database ({}); resuming in {} ms", why);
            }
            case BinlogFollower.End.Gap(var why) -> {
                position = null;
                tell("directory feed: {}; a new snapshot follows in {} ms", why);
            }
        }
    }

    private DirectorySnapshot.BinlogPosition takeSnapshot() throws StoreUnavailableException {
        DirectorySnapshot.BinlogPosition end = DirectorySnapshot.endOfBinlog(database);
        long marker = nextMarker();
        DirectorySnapshot.writeMarker(database, node.id(), marker);
        wantsSnapshot = false;
        snapshotNames = directory.forwardedNames();
        directory.beginSnapshot();
        DirectorySnapshot.read(database, directory);
        awaitedMarker = marker;
        position = end;
        snapshots.incrementAndGet();
        return end;
    }

    /** A marker is the moment when it was written. */
    private synchronized long nextMarker() {
        lastMarker = Math.max(lastMarker + 1, clock.nowMillis());
        return lastMarker;
    }

    private void apply(FeedRows rows) {
        switch (rows.table()) {
            case FeedRows.NUMBERS -> directory.numbersChanged(RowColumns.numbers(rows));
            case FeedRows.POOLS -> directory.poolsChanged(RowColumns.pools(rows));
            case FeedRows.LEASES -> directory.fieldsChanged(RowColumns.fields(rows, directory.forwardedNames()));
            case FeedRows.MARKERS -> markerCame(RowColumns.marker(rows, node.id()));
            default -> throw new IllegalStateException("no rows of " + rows.table() + " are expected");
        }
    }

    private void markerCame(long marker) {
        if (marker == 0 || marker < awaitedMarker) {
            return;
        }
        if (awaitedMarker != 0) {
            awaitedMarker = 0;
            directory.completeSnapshot(marker);
            LOG.info("directory feed: complete with {} numbers", directory.size());
        }
        allIsWell();
        directory.upToDateAt(marker);
    }

    private void allIsWell() {
        pause = FIRST_PAUSE;
        lastTold = "";
    }

    private void tick(BinlogFollower following) {
        try {
            while (true) {
                Thread.sleep(TICK);
                if (!snapshotNames.containsAll(directory.forwardedNames())) {
                    // The leases that began before are not known for these fields.
                    wantsSnapshot = true;
                    following.disconnect();
                    return;
                }
                if (following.silentNanos() > DEAD_AFTER.toNanos()) {
                    following.disconnect();
                    return;
                }
                if (clock.nowMillis() - directory.liveAt() > QUIET_MILLIS) {
                    try {
                        DirectorySnapshot.writeMarker(database, node.id(), nextMarker());
                    } catch (StoreUnavailableException e) {
                        LOG.debug("directory feed: no marker written", e);
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll(List<String> unfit) throws StoreUnavailableException, InterruptedException {
        LOG.warn(
                "directory feed: the binlog cannot be followed ({}), so the directory is polled and other nodes' leases are seen late",
                String.join("; ", unfit));
        while (!stopping) {
            long began = clock.nowMillis();
            directory.beginSnapshot();
            DirectorySnapshot.read(database, directory);
            directory.completeSnapshot(began);
            snapshots.incrementAndGet();
            allIsWell();
            long took = clock.nowMillis() - began;
            Thread.sleep(Math.max(SHORTEST_POLL.toMillis(), took * POLL_SHARE));
            if (DirectorySnapshot.unfitForBinlog(database).isEmpty()) {
                return;
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            BinlogFollower following = follower;
            if (following == null) {
                thread.interrupt();
            } else {
                following.disconnect();
            }
            try {
                thread.join(Duration.ofMillis(100));
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

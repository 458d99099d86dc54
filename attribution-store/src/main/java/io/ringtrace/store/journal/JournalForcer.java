package io.ringtrace.store.journal;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces what the shards appended to the disk, in groups, on a thread of its own: at an interval, and at once when somebody waits for it
 * ({@code journal.force: before-send}); what is appended while the disk is busy is the next group.
 */
final class JournalForcer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalForcer.class);

    private final List<ShardJournal> shards;
    private final long intervalNanos;
    private final Thread thread;
    private volatile boolean stopping;
    private boolean refused;

    JournalForcer(List<ShardJournal> shards, Duration interval) {
        this.shards = List.copyOf(shards);
        this.intervalNanos = interval.toNanos();
        this.thread = Thread.ofPlatform().daemon().name("journal-force").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Somebody waits. */
    void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!stopping) {
            forceAll();
            LockSupport.parkNanos(intervalNanos);
        }
        forceAll();
    }

    private void forceAll() {
        for (ShardJournal shard : shards) {
            try {
                shard.force();
                shard.tellForced();
                if (refused) {
                    refused = false;
                    LOG.info("journal: the disk takes writes again");
                }
            } catch (UncheckedIOException e) {
                shard.diskRefuses();
                if (!refused) {
                    refused = true;
                    LOG.error("journal: the disk refuses writes of shard {}, new calls are refused", shard.shard(), e);
                }
                return;
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
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

package io.ringtrace.server;

import io.ringtrace.config.Configuration;
import io.ringtrace.config.PlanHolder;
import io.ringtrace.config.StoreConfig;
import io.ringtrace.store.cookie.StoredCookieKeys;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.db.StoreStartException;
import io.ringtrace.store.directory.BinlogFeed;
import io.ringtrace.store.directory.DirectoryFile;
import io.ringtrace.store.directory.NumberDirectory;
import io.ringtrace.store.journal.Journal;
import io.ringtrace.store.lease.DatabaseLeaseClock;
import io.ringtrace.store.lease.RecentLeases;
import io.ringtrace.store.node.NodeIdentity;
import io.ringtrace.store.record.JournalDrain;
import io.ringtrace.store.record.LearnedDelays;
import io.ringtrace.store.record.StoreCallNews;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * What calls need of the store's side, started: from the local disk, while the store itself is still being started beside it. Only a node that
 * has never run has to wait for its store here. {@link StartedParts} closes it.
 */
record CallParts(
        StoreDatabase database,
        DatabaseLeaseClock clock,
        NumberDirectory directory,
        StoredCookieKeys cookieKeys,
        Journal journal,
        JournalDrain drain,
        LearnedDelays delays,
        RecentLeases recentLeases,
        StoreCallNews news) {
    private static final long LONGEST_DRAIN_MILLIS = 5_000;
    /** Other nodes may have lent numbers, or drawn keys, while this one was away. */
    private static final Duration LONGEST_WAIT_FOR_OTHERS = Duration.ofSeconds(1);

    private static final Duration LONGEST_WAIT_FOR_NUMBERS = Duration.ofSeconds(3);
    private static final long BETWEEN_LOOKS_MILLIS = 20;

    static CallParts start(
            StartedParts parts,
            Configuration configuration,
            DataFolder data,
            NodeIdentity node,
            PlanHolder plan,
            Map<String, String> environment)
            throws StartException, StoreStartException, IOException, InterruptedException {
        StoreConfig store = configuration.store();
        StoreDatabase database =
                parts.add("database", StoreDatabase.opening(ModuleSettings.store(store, data, environment)));
        DatabaseLeaseClock clock = parts.add(
                "lease clock", DatabaseLeaseClock.starting(database, data.path().resolve("lease-time")));
        NumberDirectory directory = new NumberDirectory(clock, () -> plan.plan().forwardedFields());
        parts.add("directory file", new DirectoryFile(data.directory(), directory))
                .start();
        parts.add("directory feed", new BinlogFeed(database, node, directory, clock))
                .start();
        if (!directory.available()) {
            database.awaitOpen();
        }
        StoredCookieKeys cookieKeys =
                parts.add("cookie keys", new StoredCookieKeys(data.path().resolve("cookie-keys"), database, clock));
        cookieKeys.start();
        // The journal of a busy minute is seconds of work for this thread, and calls wait for it.
        BackgroundThreads.giveWay();
        Journal journal = parts.add(
                "journal",
                new Journal(
                        data.journal(),
                        configuration.sip().shards(),
                        ModuleSettings.journal(configuration.store().journal())));
        journal.start();
        LearnedDelays delays = new LearnedDelays();
        StoreCallNews news = new StoreCallNews(database);
        RecentLeases recentLeases = RecentLeases.ofHeap();
        JournalDrain drain = new JournalDrain(journal, database, node, delays, recentLeases, news);
        parts.add("journal drain", () -> close(drain));
        drain.start();
        CallParts started =
                new CallParts(database, clock, directory, cookieKeys, journal, drain, delays, recentLeases, news);
        started.awaitWhatOthersDid();
        return started;
    }

    /** An embedded store belongs to this node alone: what it did last stands on the disk. */
    private void awaitWhatOthersDid() throws InterruptedException {
        if (!database.embedded()) {
            long deadline = System.nanoTime() + LONGEST_WAIT_FOR_OTHERS.toNanos();
            cookieKeys.awaitStore(LONGEST_WAIT_FOR_OTHERS);
            while (directory.staleMillis() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            }
        }
    }

    /** Returns when there is a directory, which has its first snapshot a moment after the store is there, or after a few seconds. */
    void awaitDirectory() throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT_FOR_NUMBERS.toNanos();
        while (!directory.available() && System.nanoTime() < deadline) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        }
    }

    /** Records that are still in the journal get a little time to reach the store. */
    private static void close(JournalDrain drain) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_DRAIN_MILLIS * 1_000_000;
        while (!drain.idle() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        drain.close();
    }
}

package io.ringtrace.store.lease;

import io.ringtrace.attribution.Lease;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.store.db.SqlErrors;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.directory.NumberRow;
import io.ringtrace.store.lease.LeaseAllocator.Pending;
import io.ringtrace.store.lease.LeaseBatch.Entry;
import io.ringtrace.store.lease.LeaseBatch.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that gathers requests into batches, runs each until its outcome is known, and answers. A batch that failed before its commit
 * lent nothing and is answered so; one whose commit may have happened runs again, finds its own rows, and only then is answered.
 */
final class LeaseWorker {
    private static final Logger log = LoggerFactory.getLogger(LeaseWorker.class);
    private static final long NONE = Long.MAX_VALUE;
    private static final int MOST_CONFLICTS = 20;
    private static final long LONGEST_FAILING_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long PAUSE_MILLIS = 50;
    private static final long LONGEST_IDLE_MILLIS = 200;
    private static final long AWAY_RETRY_AFTER_MILLIS = 2_000;
    private static final long CLOCK_RETRY_AFTER_MILLIS = 5_000;

    private final StoreDatabase database;
    private final LeaseClock clock;
    private final PoolGrowth growth;
    private final NumberFeed feed;
    private final PoolTraffic.Observer observer;
    private final RecentLeases recent;
    private final int largestBatch;
    private final long lingerNanos;
    private final BlockingQueue<Pending> queue;
    private final Thread thread;
    private volatile boolean stopped;
    /** Null until the database was asked; the worker's thread alone uses it. */
    private @Nullable Boolean certified;

    /** While an outcome is unknown nobody else is kept waiting for it. */
    private volatile boolean storeAway;

    LeaseWorker(
            String name,
            StoreDatabase database,
            LeaseClock clock,
            PoolGrowth growth,
            NumberFeed feed,
            PoolTraffic.Observer observer,
            RecentLeases recent,
            LeaseAllocator.Settings settings) {
        this.database = database;
        this.clock = clock;
        this.growth = growth;
        this.feed = feed;
        this.observer = observer;
        this.recent = recent;
        this.largestBatch = settings.largestBatch();
        this.lingerNanos = settings.linger().toNanos();
        this.queue = new ArrayBlockingQueue<>(settings.queueBound());
        thread = Thread.ofPlatform().name(name).daemon().start(this::work);
    }

    /** False when too many wait already. */
    boolean offer(Pending pending) {
        if (stopped || storeAway) {
            pending.answer(away());
            return true;
        }
        if (!queue.offer(pending)) {
            return false;
        }
        // The thread may have ended between the question and the offer; nobody would answer then.
        if (stopped && queue.remove(pending)) {
            pending.answer(away());
        }
        return true;
    }

    void stop() {
        stopped = true;
    }

    void awaitEnd() {
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        List<Pending> batch = new ArrayList<>(largestBatch);
        while (!stopped) {
            try {
                Pending first = queue.poll(LONGEST_IDLE_MILLIS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                if (queue.size() < largestBatch - 1) {
                    LockSupport.parkNanos(lingerNanos);
                }
                queue.drainTo(batch, largestBatch - 1);
                run(batch);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                stopped = true;
            }
            batch.clear();
        }
        answerWaiting();
    }

    private void run(List<Pending> batch) throws InterruptedException {
        if (!clock.mayAllocate()) {
            answerAll(
                    batch,
                    new LeaseAnswer.Unavailable(
                            "this server's clock and the database's do not agree, so it lends no numbers",
                            CLOCK_RETRY_AFTER_MILLIS));
            return;
        }
        LeaseBatch.@Nullable Result result;
        try {
            result = runUntilKnown(batch.stream().map(Pending::entry).toList());
        } catch (RuntimeException e) {
            log.error("a batch of {} requests for numbers failed", batch.size(), e);
            result = null;
        }
        storeAway = false;
        if (result == null) {
            answerAll(batch, away());
            return;
        }
        recent.add(result.begun());
        tellFeed(result);
        observer.observed(result.traffic(), result.now());
        long answeredAt = clock.nowMillis();
        for (int i = 0; i < batch.size(); i++) {
            Pending pending = batch.get(i);
            pending.answer(answer(result.outcomes().get(i), pending.entry().visitorId(), answeredAt));
        }
    }

    /** The leases are durable whatever becomes of this; the binlog tells the directory too. */
    private void tellFeed(LeaseBatch.Result result) {
        if (!result.changed().isEmpty()) {
            try {
                feed.numbersChanged(result.changed());
            } catch (RuntimeException e) {
                log.error(
                        "the directory did not take {} changed numbers",
                        result.changed().size(),
                        e);
            }
        }
    }

    /** Null when nothing was lent. */
    private LeaseBatch.@Nullable Result runUntilKnown(List<Entry> entries) throws InterruptedException {
        long unknownSince = NONE;
        long failingSince = NONE;
        int conflicts = 0;
        while (true) {
            boolean committing = false;
            long attemptedAt = clock.nowMillis();
            SQLException failure;
            try (Connection connection = database.connection()) {
                connection.setAutoCommit(false);
                try {
                    boolean again = conflicts > 0 || unknownSince != NONE;
                    LeaseBatch.Result result = new LeaseBatch(
                                    connection, growth, unknownSince, again, certified(connection))
                            .run(entries, clock);
                    committing = true;
                    connection.commit();
                    return result;
                } catch (SQLException | RuntimeException e) {
                    StoreDatabase.rollBack(connection, e);
                    throw e;
                }
            } catch (SQLException e) {
                failure = e;
            }
            if (!SqlErrors.runAgain(failure)) {
                // It may be another server that answers next.
                certified = null;
            }
            if (SqlErrors.runAgain(failure) && conflicts++ < MOST_CONFLICTS) {
                Thread.sleep(ThreadLocalRandom.current().nextLong(1, 5 + conflicts));
                continue;
            }
            if (committing && !SqlErrors.runAgain(failure)) {
                unknownSince = Math.min(unknownSince, attemptedAt);
                storeAway = true;
                log.warn(
                        "the commit of {} requests for numbers has no known outcome; they run again: {}",
                        entries.size(),
                        failure.getMessage());
                answerWaiting();
            }
            if (failingSince == NONE) {
                failingSince = System.nanoTime();
            }
            if (unknownSince == NONE && System.nanoTime() - failingSince > LONGEST_FAILING_NANOS) {
                log.warn("{} requests for numbers were not served: {}", entries.size(), failure.getMessage(), failure);
                answerWaiting();
                return null;
            }
            if (stopped) {
                return null;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private boolean certified(Connection connection) throws SQLException {
        Boolean known = certified;
        if (known == null) {
            known = StoreDatabase.certifies(connection);
            certified = known;
        }
        return known;
    }

    private void answerWaiting() {
        List<Pending> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        answerAll(waiting, away());
    }

    private static void answerAll(List<Pending> batch, LeaseAnswer answer) {
        batch.forEach(pending -> pending.answer(answer));
    }

    private static LeaseAnswer.Unavailable away() {
        return new LeaseAnswer.Unavailable("the store is away", AWAY_RETRY_AFTER_MILLIS);
    }

    private static LeaseAnswer answer(Outcome outcome, String visitorId, long now) {
        return switch (outcome) {
            case Outcome.Refused(var reason, var message) -> new LeaseAnswer.Refused(reason, message);
            case Outcome.Decided(Allocation.Decision.Lent lent, var pool) -> {
                NumberRow row = lent.row();
                yield new LeaseAnswer.Granted(
                        lease(row),
                        visitorId,
                        lent.renewed(),
                        lent.changed(),
                        // From now, not from the presentation: the page counts from its receipt.
                        Math.max(0, row.guaranteedUntil() - now),
                        Math.max(0, row.heldUntil() - now),
                        pool.renewAfterMillis());
            }
            case Outcome.Decided(Allocation.Decision.Overflow(var number), var pool) ->
                new LeaseAnswer.Overflowed(new PhoneNumber(number), visitorId, pool.renewAfterMillis());
            case Outcome.Decided(Allocation.Decision.None _, var pool) ->
                new LeaseAnswer.NoNumber(visitorId, pool.renewAfterMillis());
        };
    }

    private static Lease lease(NumberRow row) {
        return new Lease(
                new PhoneNumber(row.number()),
                row.leaseVersion(),
                row.poolId(),
                row.campaignId(),
                row.visitorId(),
                new PhoneNumber(row.destination()),
                row.leasedAt(),
                row.presentedAt(),
                row.guaranteedUntil(),
                row.heldUntil());
    }
}

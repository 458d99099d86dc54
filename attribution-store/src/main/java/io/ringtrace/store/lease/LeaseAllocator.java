package io.ringtrace.store.lease;

import com.github.f4b6a3.ulid.UlidCreator;
import io.ringtrace.attribution.LeaseAnswer;
import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.attribution.LeaseRequest;
import io.ringtrace.attribution.Leases;
import io.ringtrace.store.db.StoreDatabase;
import io.ringtrace.store.directory.NumberFeed;
import io.ringtrace.store.lease.LeaseBatch.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@link Leases} on the database: requests wait a millisecond or a few and go as one transaction for each batch. Thread-safe. Stages
 * complete on the thread of a {@link LeaseWorker}, so what depends on them must not wait.
 */
public final class LeaseAllocator implements Leases, AutoCloseable {
    private static final long FULL_RETRY_AFTER_MILLIS = 1_000;

    /**
     * @param workers threads, each with a connection of its own; a pool always has the same one, so no two wait for one pool's row
     * @param largestBatch most requests in one transaction
     * @param queueBound most requests that wait for one worker
     * @param linger how long the first request of a batch waits for others
     */
    public record Settings(int workers, int largestBatch, int queueBound, Duration linger) {
        public static final Settings DEFAULT = new Settings(2, 500, 10_000, Duration.ofMillis(1));
    }

    private final List<LeaseWorker> workers;
    private final Settings settings;

    public LeaseAllocator(
            StoreDatabase database, LeaseClock clock, PoolGrowth growth, NumberFeed feed, Settings settings) {
        this(database, clock, growth, feed, PoolTraffic.Observer.NONE, RecentLeases.none(), settings);
    }

    /**
     * @param observer hears what pools meet
     * @param recent hears of leases that begin
     */
    public LeaseAllocator(
            StoreDatabase database,
            LeaseClock clock,
            PoolGrowth growth,
            NumberFeed feed,
            PoolTraffic.Observer observer,
            RecentLeases recent,
            Settings settings) {
        this.settings = settings;
        workers = IntStream.range(0, settings.workers())
                .mapToObj(i -> new LeaseWorker("lease-" + i, database, clock, growth, feed, observer, recent, settings))
                .toList();
    }

    /** One request on its way, and where its answer goes. */
    record Pending(Entry entry, Ticket ticket, int place) {
        void answer(LeaseAnswer answer) {
            ticket.answer(place, answer);
        }
    }

    /** The requests that were asked for together; the stage completes with the last answer. */
    static final class Ticket {
        private final AtomicReferenceArray<@Nullable LeaseAnswer> answers;
        private final AtomicInteger open;
        private final CompletableFuture<List<LeaseAnswer>> stage = new CompletableFuture<>();

        Ticket(int requests) {
            answers = new AtomicReferenceArray<>(requests);
            open = new AtomicInteger(requests);
        }

        void answer(int place, LeaseAnswer answer) {
            answers.set(place, answer);
            if (open.decrementAndGet() == 0) {
                stage.complete(IntStream.range(0, answers.length())
                        .mapToObj(answers::get)
                        .toList());
            }
        }
    }

    @Override
    public CompletionStage<List<LeaseAnswer>> lease(List<LeaseRequest> requests) {
        if (requests.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        Ticket ticket = new Ticket(requests.size());
        for (int i = 0; i < requests.size(); i++) {
            LeaseRequest request = requests.get(i);
            LeaseAnswer.Refused refusal = RequestCheck.refusal(request);
            if (refusal != null) {
                ticket.answer(i, refusal);
                continue;
            }
            String visitorId = request.visitorId();
            Pending pending = new Pending(
                    // Made here, before the first attempt: an attempt that runs again must find its own rows.
                    new Entry(
                            request,
                            visitorId == null ? UlidCreator.getUlid().toString() : visitorId,
                            visitorId != null),
                    ticket,
                    i);
            LeaseWorker worker = workers.get(Math.floorMod(Long.hashCode(request.poolId()), workers.size()));
            if (!worker.offer(pending)) {
                ticket.answer(
                        i,
                        new LeaseAnswer.Unavailable(
                                "more than " + settings.queueBound() + " requests for numbers are waiting",
                                FULL_RETRY_AFTER_MILLIS));
            }
        }
        return ticket.stage;
    }

    /** Answers what is under way, refuses what still waits. */
    @Override
    public void close() {
        workers.forEach(LeaseWorker::stop);
        workers.forEach(LeaseWorker::awaitEnd);
    }
}

package io.ringtrace.http.webhook;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.call.Webhooks;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers finished calls to webhooks: each network's in the order of their transactions, one at a time, networks beside one another. What
 * was not taken is tried again, later each time, and given up after eight attempts: then it is a dead letter. How far it has come stands in
 * the database, behind what was delivered: a node that dies has some delivered twice, with the same idempotency key, and loses none. A
 * thread of its own looks for what is due; the server starts and closes it.
 */
public final class WebhookDelivery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookDelivery.class);
    static final int ATTEMPTS = 8;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    /** Pauses are this much shorter or longer, so that receivers are not met by all at once. */
    private static final double JITTER = 0.2;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int AT_ONCE = 100;
    /** How many may be delivered twice after a death. */
    private static final int SAVED_AFTER = 50;

    private static final long SAVED_AFTER_NANOS = Duration.ofMillis(200).toNanos();
    private static final int MOST_NETWORKS = 32;
    private static final Duration LONGEST_END = Duration.ofSeconds(15);

    private final Webhooks webhooks;
    private final LeaseClock clock;
    private final Random random;
    private final Vertx vertx;
    private final WebhookRequest requests;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("webhook-", 0).factory());
    private final Semaphore permits = new Semaphore(MOST_NETWORKS);
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong deadLetters = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().name("webhooks").daemon().unstarted(this::keepLooking);

    /** @param random for pauses that differ */
    public WebhookDelivery(Webhooks webhooks, WebhookTargets targets, LeaseClock clock, Random random) {
        this.webhooks = webhooks;
        this.clock = clock;
        this.random = random;
        this.vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1).setInternalBlockingPoolSize(1));
        this.requests = new WebhookRequest(vertx, targets);
    }

    public void start() {
        thread.start();
    }

    /** Since the start, repetitions among them. */
    public long delivered() {
        return delivered.get();
    }

    /** Attempts that failed since the start. */
    public long failures() {
        return failures.get();
    }

    /** Given up since the start. */
    public long deadLetters() {
        return deadLetters.get();
    }

    private void keepLooking() {
        try {
            while (!closed.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    begin();
                } catch (StoreUnavailableException e) {
                    LOG.debug("webhooks are delivered later", e);
                } catch (RuntimeException e) {
                    LOG.error("webhooks cannot be delivered", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Delivers what is due at this moment, and returns after that. */
    void deliverDue() throws StoreUnavailableException, InterruptedException {
        for (Future<?> delivery : begin()) {
            try {
                delivery.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private List<Future<?>> begin() throws StoreUnavailableException {
        List<Future<?>> begun = new ArrayList<>();
        for (String network : webhooks.waiting()) {
            if (running.contains(network) || !permits.tryAcquire()) {
                continue;
            }
            running.add(network);
            begun.add(threads.submit(() -> {
                try {
                    deliver(network);
                } catch (StoreUnavailableException e) {
                    LOG.debug("the webhook of network {} goes on later", network, e);
                } catch (RuntimeException e) {
                    LOG.error("the webhook of network {} cannot be delivered", network, e);
                } finally {
                    running.remove(network);
                    permits.release();
                }
            }));
        }
        return begun;
    }

    private void deliver(String network) throws StoreUnavailableException {
        boolean more = true;
        while (more && closed.getCount() > 0) {
            Webhooks.Due due = webhooks.take(network, AT_ONCE);
            if (due == null) {
                return;
            }
            for (Transaction letter : due.again()) {
                switch (send(due, letter)) {
                    case WebhookRequest.Outcome.Delivered _ -> webhooks.triedAgain(network, letter.id(), null);
                    case WebhookRequest.Outcome.Failed(String reason, boolean _) ->
                        webhooks.triedAgain(network, letter.id(), reason);
                }
            }
            more = deliverNext(due) && due.next().size() == AT_ONCE;
        }
    }

    /** False when it ended before the last one. */
    private boolean deliverNext(Webhooks.Due due) throws StoreUnavailableException {
        long last = 0;
        int unsaved = 0;
        long saved = System.nanoTime();
        for (Transaction transaction : due.next()) {
            if (closed.getCount() == 0) {
                break;
            }
            WebhookRequest.Outcome outcome = send(due, transaction);
            if (outcome instanceof WebhookRequest.Outcome.Failed failed) {
                boolean first = last == 0;
                if (unsaved > 0 && !webhooks.delivered(due.network(), last)) {
                    return false;
                }
                fail(due, transaction, failed, first ? due.attempts() + 1 : 1);
                return false;
            }
            last = transaction.id();
            unsaved++;
            if (unsaved == SAVED_AFTER || System.nanoTime() - saved > SAVED_AFTER_NANOS) {
                if (!webhooks.delivered(due.network(), last)) {
                    return false;
                }
                unsaved = 0;
                saved = System.nanoTime();
            }
        }
        return unsaved == 0 || webhooks.delivered(due.network(), last);
    }

    private WebhookRequest.Outcome send(Webhooks.Due due, Transaction transaction) {
        WebhookRequest.Outcome outcome =
                requests.send(due.url(), due.secret(), transaction, Math.floorDiv(clock.nowMillis(), 1000L));
        switch (outcome) {
            case WebhookRequest.Outcome.Delivered _ -> delivered.incrementAndGet();
            case WebhookRequest.Outcome.Failed _ -> failures.incrementAndGet();
        }
        return outcome;
    }

    private void fail(Webhooks.Due due, Transaction transaction, WebhookRequest.Outcome.Failed failed, int attempts)
            throws StoreUnavailableException {
        long later = clock.nowMillis() + pause(attempts);
        if (attempts < ATTEMPTS || due.full()) {
            LOG.debug("the webhook of network {}: {}; attempt {}", due.network(), failed.reason(), attempts);
            webhooks.failed(due.network(), failed.reason(), later);
            return;
        }
        LOG.warn(
                "the webhook of network {} did not take transaction {} in {} attempts ({}); it is a dead letter now",
                due.network(),
                transaction.id(),
                attempts,
                failed.reason());
        deadLetters.incrementAndGet();
        webhooks.setAside(
                due.network(),
                transaction.id(),
                failed.reason(),
                attempts,
                failed.refused() ? clock.nowMillis() : later);
    }

    private long pause(int attempts) {
        long doubled = FIRST_PAUSE.toMillis() << Math.min(attempts - 1, 20);
        double jitter = 1 + JITTER * (2 * random.nextDouble() - 1);
        return Math.round(Math.min(doubled, LONGEST_PAUSE.toMillis()) * jitter);
    }

    /** Ends after the request that is under way, at most 10 s. */
    @Override
    public void close() {
        closed.countDown();
        threads.shutdown();
        try {
            thread.join(LONGEST_END.toMillis());
            if (!threads.awaitTermination(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        vertx.close();
    }
}

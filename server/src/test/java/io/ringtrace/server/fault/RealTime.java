package io.ringtrace.server.fault;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A party's own thread, and another one that listens for it. */
final class RealTime implements PartyTime {
    private static final Logger LOG = LoggerFactory.getLogger(RealTime.class);
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("party").factory());

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public long nowMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void execute(Runnable work) {
        after(0, work);
    }

    @Override
    public void after(long millis, Runnable work) {
        try {
            Future<?> _ = thread.schedule(
                    () -> {
                        try {
                            work.run();
                        } catch (RuntimeException e) {
                            LOG.error("a party of the bench failed", e);
                        }
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // Closed: the bench is over.
        }
    }

    @Override
    public void hears(LedgerParty party) {
        Thread.ofPlatform().daemon().name("party-socket").start(() -> {
            while (party.hearsOne()) {
                // The next one follows.
            }
        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

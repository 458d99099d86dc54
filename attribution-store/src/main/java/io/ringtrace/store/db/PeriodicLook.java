package io.ringtrace.store.db;

import io.ringtrace.call.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that looks every so often whether there is something to do in the store, and does it. A look that fails is logged, and the next
 * one comes all the same. Whoever owns it starts it once and closes it; its other methods are for the look itself.
 */
public final class PeriodicLook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeriodicLook.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    /** What is done each time, on the thread of the look. */
    @FunctionalInterface
    public interface Work {
        void look() throws StoreUnavailableException, InterruptedException;
    }

    /** When the first look comes. */
    public enum First {
        AT_THE_START,
        AFTER_THE_FIRST_PAUSE
    }

    private final String name;
    private final First first;
    private final Duration every;
    private final Work work;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param name of the thread, and of what it does in the log
     * @param every from the end of a look to the beginning of the next
     */
    public PeriodicLook(String name, First first, Duration every, Work work) {
        this.name = name;
        this.first = first;
        this.every = every;
        this.work = work;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::keepLooking);
    }

    public void start() {
        thread.start();
    }

    private void keepLooking() {
        try {
            if (first == First.AT_THE_START) {
                look();
            }
            while (!closedWithin(every)) {
                look();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        try {
            work.look();
        } catch (StoreUnavailableException e) {
            LOG.debug("{}: the store is away; looks again in {} s", name, every.toSeconds(), e);
        } catch (RuntimeException e) {
            LOG.error("{}: failed; looks again in {} s", name, every.toSeconds(), e);
        }
    }

    /** Rests for so long; true at once when it is closed meanwhile. */
    public boolean closedWithin(Duration rest) throws InterruptedException {
        return closed.await(rest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A look that takes long asks this, and leaves the rest to the next one. */
    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** No further look; waits some seconds for one that is under way. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(LONGEST_END.toMillis());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

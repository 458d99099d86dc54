package io.ringtrace.http.listener;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** Runs what may wait, each on a virtual thread, at most so many at once; nothing queues. Thread-safe. */
final class WaitingCalls implements AutoCloseable {
    private final ExecutorService threads;
    private final Semaphore permits;

    WaitingCalls(String name, int most) {
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(name, 0).factory());
        this.permits = new Semaphore(most);
    }

    /** False when there are too many already; then the work was not begun. */
    boolean begin(Runnable work) {
        if (!permits.tryAcquire()) {
            return false;
        }
        boolean begun = false;
        try {
            threads.execute(() -> {
                try {
                    work.run();
                } finally {
                    permits.release();
                }
            });
            begun = true;
        } finally {
            if (!begun) {
                permits.release();
            }
        }
        return true;
    }

    /** Interrupts what still runs. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}

package io.ringtrace.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a server that have been started, closed in the opposite order. One thread at a time. */
final class StartedParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StartedParts.class);

    /** One of them, and how it is stopped. */
    private record Started(String name, AutoCloseable part) {}

    private final Deque<Started> started = new ArrayDeque<>();

    <T extends AutoCloseable> T add(String name, T part) {
        started.push(new Started(name, part));
        return part;
    }

    /** Closes every one of them, whatever becomes of the others. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            Started last = started.pop();
            try {
                last.part().close();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                LOG.error("{} did not stop cleanly", last.name(), e);
            }
        }
    }
}

package io.ringtrace.http.endpoint;

import org.jspecify.annotations.Nullable;

/** The client's end of a stream of events (server-sent events, as the HTML standard has them). For the stream's own thread. */
public interface EventSink {
    /**
     * Sends one event; waits while the client has not yet taken what was sent before, at most 10 s.
     *
     * @param id what the client may go on after; null for an event that cannot be gone on after
     * @param data one line
     * @return false when the client is gone, or was cut because it is too slow: the stream is over
     */
    boolean send(@Nullable String id, String event, String data) throws InterruptedException;

    /** Sends what is no event, so that nobody between here and the client takes the stream for dead. */
    boolean keepAlive() throws InterruptedException;
}

package io.ringtrace.http.listener;

import io.ringtrace.http.endpoint.EventSink;
import io.vertx.core.Context;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A response whose body is events. Written by its event loop, for the stream's thread, which waits while more is under way than the
 * connection's write queue takes. Whoever does not read for 10 s gets the event {@code end} behind what is under way, and is cut.
 */
final class EventStream implements EventSink {
    private static final Duration SLOWEST = Duration.ofSeconds(10);

    private final HttpServerResponse response;
    private final HttpConnection connection;
    private final Context eventLoop;
    private volatile boolean begun;
    private volatile boolean over;

    EventStream(HttpServerResponse response, HttpConnection connection, Context eventLoop) {
        this.response = response;
        this.connection = connection;
        this.eventLoop = eventLoop;
    }

    /** The client is gone, or the response has ended. */
    void gone() {
        over = true;
    }

    boolean begun() {
        return begun;
    }

    @Override
    public boolean send(@Nullable String id, String event, String data) throws InterruptedException {
        return write((id == null ? "" : "id: " + id + "\n") + "event: " + event + "\ndata: " + data + "\n\n");
    }

    @Override
    public boolean keepAlive() throws InterruptedException {
        return write(":\n\n");
    }

    private boolean write(String text) throws InterruptedException {
        if (over) {
            return false;
        }
        begun = true;
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        eventLoop.runOnContext(_ -> {
            if (response.closed() || response.ended()) {
                taken.complete(false);
                return;
            }
            head();
            response.write(text).onFailure(_ -> over = true);
            if (response.writeQueueFull()) {
                response.drainHandler(_ -> taken.complete(true));
            } else {
                taken.complete(true);
            }
        });
        try {
            if (taken.get(SLOWEST.toMillis(), TimeUnit.MILLISECONDS) && !over) {
                return true;
            }
        } catch (TimeoutException _) {
            end("too_slow");
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing fails the future", e);
        }
        over = true;
        return false;
    }

    private void head() {
        if (!response.headWritten()) {
            response.setStatusCode(200)
                    .setChunked(true)
                    .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .putHeader("X-Accel-Buffering", "no");
        }
    }

    /**
     * The last event, if the client is still there.
     *
     * @param reason null when the stream is over by itself
     */
    void end(@Nullable String reason) {
        boolean wasOver = over;
        over = true;
        eventLoop.runOnContext(_ -> {
            if (response.closed() || response.ended()) {
                return;
            }
            head();
            if (!wasOver && reason != null) {
                response.write("event: end\ndata: {\"reason\":\"" + reason + "\"}\n\n");
            }
            response.end().onComplete(_ -> connection.close());
            // A client that does not read is not waited for.
            eventLoop.owner().setTimer(SLOWEST.toMillis(), _ -> connection.close());
        });
    }
}

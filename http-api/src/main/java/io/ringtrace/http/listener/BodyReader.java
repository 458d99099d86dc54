package io.ringtrace.http.listener;

import io.ringtrace.http.endpoint.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Reads one request's body, up to a limit and within a time; or drops it. One at a time, on the request's event loop. */
final class BodyReader {
    private static final long LONGEST_WAIT_MILLIS = 10_000;

    /** What is left of a refused body is read and thrown away up to here, so that the client gets to see the answer. */
    private static final long MOST_DROPPED = 16L << 20;

    private final Vertx vertx;
    private final HttpServerRequest request;
    private final int limit;
    private final Consumer<byte[]> read;
    private final Consumer<Problem> refused;
    private final Buffer body = Buffer.buffer();
    private boolean done;

    private BodyReader(
            Vertx vertx, HttpServerRequest request, int limit, Consumer<byte[]> read, Consumer<Problem> refused) {
        this.vertx = vertx;
        this.request = request;
        this.limit = limit;
        this.read = read;
        this.refused = refused;
    }

    /** Calls one of the two, once; neither when the client goes away in the middle. */
    static void read(
            Vertx vertx, HttpServerRequest request, int limit, Consumer<byte[]> read, Consumer<Problem> refused) {
        new BodyReader(vertx, request, limit, read, refused).begin();
    }

    /** For a request that is answered without its body. */
    static void drop(HttpServerRequest request) {
        long[] dropped = {0};
        request.handler(part -> {
            dropped[0] += part.length();
            if (dropped[0] > MOST_DROPPED) {
                request.connection().close();
            }
        });
    }

    private void begin() {
        if (announcedLength() > limit) {
            refuse(tooLarge());
            return;
        }
        long timer = vertx.setTimer(
                LONGEST_WAIT_MILLIS,
                _ -> refuse(Problem.of(
                        408,
                        "request_timeout",
                        "The body did not arrive within " + LONGEST_WAIT_MILLIS / 1000 + " s.")));
        request.handler(part -> {
            if (done) {
                return;
            }
            if (body.length() + part.length() > limit) {
                vertx.cancelTimer(timer);
                refuse(tooLarge());
            } else {
                body.appendBuffer(part);
            }
        });
        request.exceptionHandler(_ -> {
            vertx.cancelTimer(timer);
            done = true;
        });
        request.endHandler(_ -> {
            vertx.cancelTimer(timer);
            if (!done) {
                done = true;
                read.accept(body.getBytes());
            }
        });
    }

    private void refuse(Problem problem) {
        if (!done) {
            done = true;
            drop(request);
            refused.accept(problem);
        }
    }

    private Problem tooLarge() {
        return Problem.of(413, "too_large", "The body may have at most " + limit + " bytes.");
    }

    private long announcedLength() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return 0;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }
}

package io.ringtrace.http.listener;

import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.http.HttpSettings;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Caller;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.RequestBody;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.limit.RateLimit;
import io.ringtrace.http.limit.Source;
import io.ringtrace.http.text.QueryString;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way: bounds, door, rate, body, work, answer. Cheap refusals come first; nothing is read or begun for a request that is
 * not let in. Lives on the request's event loop.
 */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final long BUSY_RETRY_MILLIS = 1_000;
    private static final long STORE_RETRY_MILLIS = 2_000;
    private static final long ORIGIN = System.nanoTime();

    /** What all exchanges of a server share. */
    record Surroundings(
            HttpSettings settings,
            Door door,
            RateLimit rate,
            AtomicInteger running,
            AtomicInteger observers,
            int mostObservers,
            WaitingCalls waiting,
            WaitingCalls observing,
            WaitingCalls streaming) {}

    private final Surroundings surroundings;
    private final Endpoint endpoint;
    private final RouteMetrics metrics;
    private final RoutingContext context;
    private final HttpServerRequest request;
    private final Context eventLoop;
    private final long begun = System.nanoTime();

    Exchange(Surroundings surroundings, Endpoint endpoint, RouteMetrics metrics, RoutingContext context) {
        this.surroundings = surroundings;
        this.endpoint = endpoint;
        this.metrics = metrics;
        this.context = context;
        this.request = context.request();
        this.eventLoop = context.vertx().getOrCreateContext();
    }

    void begin() {
        boolean observes = endpoint.work() instanceof Work.Observing;
        AtomicInteger inWork = observes ? surroundings.observers() : surroundings.running();
        int most = observes
                ? surroundings.mostObservers()
                : surroundings.settings().concurrentRequests();
        boolean counted = inWork.incrementAndGet() <= most;
        if (!counted) {
            inWork.decrementAndGet();
        }
        context.addEndHandler(sent -> {
            if (counted) {
                inWork.decrementAndGet();
            }
            long nanos = System.nanoTime() - begun;
            int status = sent.succeeded() ? context.response().getStatusCode() : 0;
            metrics.record(status, nanos);
            if (LOG.isDebugEnabled()) {
                LOG.debug(
                        "{} {} {} {} ms",
                        endpoint.method(),
                        MaskedTarget.of(request.uri()),
                        status == 0 ? "gone" : status,
                        TimeUnit.NANOSECONDS.toMillis(nanos));
            }
        });
        if (!counted) {
            refuse(Problem.unavailable("Too many requests are in work.", BUSY_RETRY_MILLIS));
            return;
        }
        QueryString query = QueryString.parse(request.query());
        if (query == null) {
            refuse(Problem.invalid(
                    "The query has a wrong escape or more than " + QueryString.MOST_FIELDS + " fields."));
            return;
        }
        Door.Decision decision = surroundings
                .door()
                .decide(
                        endpoint,
                        context.pathParams(),
                        request.getHeader(HttpHeaders.AUTHORIZATION),
                        query.get("oauth_token"));
        switch (decision) {
            case Door.Decision.Refused(Problem problem) -> {
                // Whoever tries tokens does so at the rate of a source.
                Problem tooMany = beyondRate(Caller.ANYBODY, "");
                refuse(tooMany != null ? tooMany : problem);
            }
            case Door.Decision.Welcome(Caller caller, boolean mayManage, String token) -> {
                Problem tooMany = beyondRate(caller, token);
                if (tooMany != null) {
                    refuse(tooMany);
                } else {
                    readBody(caller, mayManage, query);
                }
            }
        }
    }

    /** Each token has a rate of its own: a program that asks too much does not keep its network's others from working. */
    private @Nullable Problem beyondRate(Caller caller, String token) {
        String bucket = switch (caller) {
            case Caller.Operator _ -> null;
            case Caller.OfNetwork _ -> "token " + token;
            case Caller.Anybody _ -> "source " + Source.address(source());
        };
        long wait = bucket == null ? 0 : surroundings.rate().admit(bucket, System.nanoTime() - ORIGIN);
        return wait == 0
                ? null
                : Problem.later(
                        429, "too_many_requests", "Too many requests; wait a little.", Math.ceilDiv(wait, 1_000_000L));
    }

    private @Nullable InetAddress source() {
        return Source.of(
                request.remoteAddress() == null ? null : request.remoteAddress().hostAddress(),
                request.headers().getAll("X-Forwarded-For"),
                surroundings.settings().trustedProxies());
    }

    private void readBody(Caller caller, boolean mayManage, QueryString query) {
        RequestBody wanted = endpoint.body();
        if (!wanted.accepts(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            refuse(Problem.of(415, "unsupported_media_type", "The body must be " + wanted.usualMediaType() + "."));
            return;
        }
        switch (wanted) {
            case NONE -> {
                BodyReader.drop(request);
                work(requested(caller, mayManage, query, new byte[0]));
            }
            case JSON, JSON_OF_PAGE, IMPORT ->
                BodyReader.read(
                        context.vertx(),
                        request,
                        wanted == RequestBody.IMPORT
                                ? surroundings.settings().importLimitBytes()
                                : surroundings.settings().bodyLimitBytes(),
                        body -> work(requested(caller, mayManage, query, body)),
                        this::answer);
        }
    }

    private Request requested(Caller caller, boolean mayManage, QueryString query, byte[] body) {
        return new Request(
                caller,
                context.pathParams(),
                query,
                source(),
                header(HttpHeaders.ACCEPT),
                header(HttpHeaders.ORIGIN),
                header(HttpHeaders.IF_NONE_MATCH),
                header(HttpHeaders.ACCEPT_ENCODING),
                header("Last-Event-ID"),
                body,
                begun,
                mayManage);
    }

    private String header(CharSequence name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    private void work(Request asked) {
        switch (endpoint.work()) {
            case Work.Later(var work) -> {
                try {
                    work.apply(asked)
                            .whenComplete((reply, failure) -> finish(failure == null ? reply : broke(failure)));
                } catch (RuntimeException e) {
                    answer(broke(e));
                }
            }
            case Work.Waiting(var work) -> {
                if (!surroundings.waiting().begin(() -> finish(waited(work, asked)))) {
                    answer(Problem.unavailable("Too many requests wait for the database.", BUSY_RETRY_MILLIS));
                }
            }
            case Work.Streaming(var work) -> {
                EventStream stream = new EventStream(context.response(), request.connection(), eventLoop);
                context.addEndHandler(_ -> stream.gone());
                if (!surroundings.streaming().begin(() -> stream(work, asked, stream))) {
                    answer(Problem.unavailable("Too many streams are open.", BUSY_RETRY_MILLIS));
                }
            }
            case Work.Observing(var work) -> {
                if (!surroundings.observing().begin(() -> finish(waited(work::apply, asked)))) {
                    answer(Problem.unavailable("Too many are looking.", BUSY_RETRY_MILLIS));
                }
            }
        }
    }

    private Reply waited(Work.WaitingWork work, Request asked) {
        try {
            return work.apply(asked);
        } catch (StoreUnavailableException e) {
            // The store itself says once that it is away; each request saying so again would bury it.
            LOG.debug("{} {}: {}", endpoint.method(), endpoint.path(), e.getMessage());
            return Problem.unavailable(
                    "The database is away; nothing was changed, or asking again is safe.", STORE_RETRY_MILLIS);
        } catch (RuntimeException e) {
            return broke(e);
        }
    }

    private void stream(Work.StreamingWork work, Request asked, EventStream stream) {
        Problem problem = null;
        try {
            problem = work.run(asked, stream);
        } catch (StoreUnavailableException e) {
            LOG.debug("{} {}: {}", endpoint.method(), endpoint.path(), e.getMessage());
            problem = Problem.unavailable("The database is away.", STORE_RETRY_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            problem = Problem.unavailable("The server stops.", BUSY_RETRY_MILLIS);
        } catch (RuntimeException e) {
            problem = broke(e);
        }
        if (problem != null && !stream.begun()) {
            finish(problem);
        } else {
            stream.end(problem == null ? null : problem.code());
        }
    }

    private Problem broke(Throwable failure) {
        return InternalErrors.problem(endpoint.method() + " " + endpoint.path(), failure);
    }

    /** From any thread. */
    private void finish(Reply reply) {
        eventLoop.runOnContext(_ -> answer(reply));
    }

    private void refuse(Problem problem) {
        BodyReader.drop(request);
        answer(problem);
    }

    private void answer(Reply reply) {
        Answer answer = switch (reply) {
            case Answer ready -> ready;
            case Problem problem -> endpoint.errors().answer(problem);
        };
        write(context.response(), endpoint.access() == Access.SITE ? readableByPage(answer) : answer);
    }

    /** Errors too, so that a page of the site may know why it gets no number; pages of other origins are told nothing. No cookies go along. */
    private Answer readableByPage(Answer answer) {
        String origin = header(HttpHeaders.ORIGIN);
        Answer varying = answer.with("Vary", "Origin");
        return surroundings.door().isOfSite(context.pathParams(), origin)
                ? varying.with("Access-Control-Allow-Origin", origin)
                : varying;
    }

    /** Nothing is written to a client that went away. */
    static void write(HttpServerResponse response, Answer answer) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(answer.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, answer.mediaType())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        answer.headers().forEach(response::putHeader);
        response.end(Buffer.buffer(answer.body()));
    }
}

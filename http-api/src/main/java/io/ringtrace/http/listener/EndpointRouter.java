package io.ringtrace.http.listener;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.ringtrace.http.HttpSettings;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.limit.RateLimit;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The way from a path to its endpoint, with 404 and 405 for what is none. One for the whole server; thread-safe. */
public final class EndpointRouter implements AutoCloseable {
    private static final int OBSERVERS = 16;

    private final List<Endpoint> endpoints;
    private final List<Pattern> paths;
    private final List<RouteMetrics> metrics;
    private final RouteMetrics unmatched;
    private final Exchange.Surroundings surroundings;

    public EndpointRouter(List<Endpoint> endpoints, HttpSettings settings, Door door, MeterRegistry registry) {
        this.endpoints = List.copyOf(endpoints);
        this.paths = endpoints.stream().map(e -> pattern(e.path())).toList();
        this.metrics = endpoints.stream()
                .map(e -> new RouteMetrics(registry, e.method(), e.path()))
                .toList();
        this.unmatched = new RouteMetrics(registry, "any", "unmatched");
        AtomicInteger running = new AtomicInteger();
        Gauge.builder("ringtrace.http.running", running, AtomicInteger::get)
                .description("HTTP requests in work")
                .register(registry);
        this.surroundings = new Exchange.Surroundings(
                settings,
                door,
                new RateLimit(settings.requestsPerSecond(), Duration.ofSeconds(1), settings.burst()),
                running,
                new AtomicInteger(),
                OBSERVERS,
                new WaitingCalls("http-waiting-", settings.waitingCalls()),
                new WaitingCalls("http-observing-", OBSERVERS),
                new WaitingCalls("http-streaming-", settings.streams()));
    }

    /** A Vert.x router with all endpoints; each event loop gets its own. */
    public Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint endpoint = endpoints.get(i);
            RouteMetrics ofRoute = metrics.get(i);
            router.route(HttpMethod.valueOf(endpoint.method()), endpoint.path())
                    .handler(context -> new Exchange(surroundings, endpoint, ofRoute, context).begin());
        }
        router.route().last().handler(context -> {
            BodyReader.drop(context.request());
            refuse(context, unmatchedProblem(context));
        });
        router.errorHandler(400, context -> refuse(context, Problem.invalid("The request is malformed.")));
        router.errorHandler(500, context -> refuse(context, InternalErrors.problem("routing", context.failure())));
        return router;
    }

    private Problem unmatchedProblem(RoutingContext context) {
        String path = context.normalizedPath();
        List<String> allowed = IntStream.range(0, endpoints.size())
                .filter(i -> paths.get(i).matcher(path).matches())
                .mapToObj(i -> endpoints.get(i).method())
                .distinct()
                .sorted()
                .toList();
        return allowed.isEmpty()
                ? Problem.of(404, "not_found", "There is no such resource.")
                : Problem.methodNotAllowed(allowed);
    }

    private void refuse(RoutingContext context, Problem problem) {
        if (!context.response().ended()) {
            unmatched.record(problem.status(), 0);
            Exchange.write(context.response(), ErrorShape.OURS.answer(problem));
        }
    }

    private static Pattern pattern(String path) {
        return Pattern.compile(path.replace(".", "\\.").replaceAll(":[A-Za-z]+", "[^/]+"));
    }

    /** Ends the streams, which would not end by themselves. */
    public void endStreams() {
        surroundings.streaming().close();
    }

    @Override
    public void close() {
        surroundings.waiting().close();
        surroundings.observing().close();
        surroundings.streaming().close();
    }
}

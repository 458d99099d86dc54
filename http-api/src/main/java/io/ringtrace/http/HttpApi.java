package io.ringtrace.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.ringtrace.http.account.DestinationEndpoints;
import io.ringtrace.http.account.MarketingDictionaryEndpoints;
import io.ringtrace.http.account.NumberReportEndpoints;
import io.ringtrace.http.allocate.AllocateEndpoints;
import io.ringtrace.http.allocate.BulkEndpoint;
import io.ringtrace.http.allocate.PoolKeys;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.AskedNetwork;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.lease.LeaseEndpoint;
import io.ringtrace.http.lease.SiteLeaseEndpoint;
import io.ringtrace.http.lease.VisitorFields;
import io.ringtrace.http.limit.NewNumbers;
import io.ringtrace.http.limit.RateLimit;
import io.ringtrace.http.listener.Door;
import io.ringtrace.http.listener.EndpointRouter;
import io.ringtrace.http.observe.ObservationEndpoints;
import io.ringtrace.http.operator.KeyEndpoints;
import io.ringtrace.http.operator.MatchingEndpoints;
import io.ringtrace.http.operator.OperationEndpoints;
import io.ringtrace.http.operator.OperatorEndpoints;
import io.ringtrace.http.operator.RemovalEndpoints;
import io.ringtrace.http.operator.SiteEndpoints;
import io.ringtrace.http.operator.SmsNumberEndpoint;
import io.ringtrace.http.pool.RingPoolEndpoints;
import io.ringtrace.http.pool.SizingEndpoints;
import io.ringtrace.http.record.CallEndpoints;
import io.ringtrace.http.record.CallStreamEndpoint;
import io.ringtrace.http.record.CallsInProgressEndpoint;
import io.ringtrace.http.record.TransactionEndpoints;
import io.ringtrace.http.tag.TagEndpoints;
import io.ringtrace.http.visitor.ErasureEndpoint;
import io.ringtrace.http.webhook.WebhookEndpoints;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP interface on one port. The server's main thread starts and closes it, each once; requests run on its own event loops. */
public final class HttpApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
    private static final int LONGEST_REQUEST_LINE = 16 * 1024;
    private static final int LONGEST_HEADERS = 16 * 1024;
    private static final int IDLE_SECONDS = 60;
    /** A pool's key is used from several servers of its owner at once: it may do what so many sources may. */
    private static final int SOURCES_OF_POOL = 4;

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final HttpSettings settings;
    private final List<Endpoint> endpoints;
    private final EndpointRouter router;
    private final AtomicInteger connections = new AtomicInteger();
    private final ConcurrentLinkedQueue<HttpServer> servers = new ConcurrentLinkedQueue<>();
    private @Nullable Vertx vertx;

    /**
     * @param metrics gets the HTTP metrics and is what {@code /metrics} shows
     * @param operatorToken its bytes as they stand in the Authorization header; empty: nobody is the operator
     */
    public HttpApi(HttpSettings settings, HttpPorts ports, PrometheusMeterRegistry metrics, byte[] operatorToken) {
        this.settings = settings;
        List<Endpoint> all = new ArrayList<>();
        VisitorFields visitorFields = new VisitorFields(ports.pools(), ports.dictionaries());
        PoolKeys keys = new PoolKeys(
                ports.pools(),
                new RateLimit(
                        SOURCES_OF_POOL * settings.requestsPerSecond(),
                        Duration.ofSeconds(1),
                        SOURCES_OF_POOL * settings.burst()));
        all.addAll(new AllocateEndpoints(ports.leases(), keys, visitorFields).endpoints());
        all.addAll(new BulkEndpoint(ports.leases(), keys, visitorFields, settings.bulkRows()).endpoints());
        all.addAll(new RingPoolEndpoints(ports.pools(), ports.poolSizes()).endpoints());
        all.addAll(new SizingEndpoints(ports.poolSizes(), ports.pools()).endpoints());
        all.addAll(new LeaseEndpoint(ports.leases(), ports.pools(), visitorFields, settings.bulkRows()).endpoints());
        all.addAll(new SiteLeaseEndpoint(
                        ports.leases(),
                        ports.destinations(),
                        ports.pools(),
                        visitorFields,
                        ports.accounts(),
                        ports.smsNumbers(),
                        new NewNumbers(
                                settings.pages().newNumbersBySource(),
                                settings.pages().newNumbersByPool()))
                .endpoints());
        all.addAll(new TagEndpoints().endpoints());
        RecordPorts records = ports.records();
        AskedNetwork networks = new AskedNetwork(ports.accounts());
        all.addAll(new CallStreamEndpoint(records.news(), records.transactions()).endpoints());
        all.addAll(new CallEndpoints(records.calls()).endpoints());
        all.addAll(new TransactionEndpoints(records.transactions()).endpoints());
        all.addAll(new CallsInProgressEndpoint(records.transactions()).endpoints());
        all.addAll(new WebhookEndpoints(records.webhooks(), records.webhookTargets(), networks).endpoints());
        all.addAll(new ErasureEndpoint(records.erasure(), networks).endpoints());
        all.addAll(new OperatorEndpoints(ports.accounts(), ports.numberBank()).endpoints());
        all.addAll(new MarketingDictionaryEndpoints(ports.dictionaries(), networks).endpoints());
        all.addAll(new DestinationEndpoints(ports.destinations(), networks).endpoints());
        all.addAll(new NumberReportEndpoints(ports.numberReports(), networks).endpoints());
        all.addAll(new SiteEndpoints(ports.accounts()).endpoints());
        all.addAll(new SmsNumberEndpoint(ports.accounts(), ports.smsNumbers()).endpoints());
        all.addAll(new RemovalEndpoints(ports.accounts()).endpoints());
        all.addAll(new KeyEndpoints(ports.accounts(), ports.pools()).endpoints());
        all.addAll(new MatchingEndpoints(ports.numberMatching()).endpoints());
        all.addAll(new OperationEndpoints(ports.operations(), ports.health()).endpoints());
        all.addAll(new ObservationEndpoints(ports.health(), metrics).endpoints());
        this.endpoints = List.copyOf(all);
        this.router = new EndpointRouter(endpoints, settings, new Door(ports.accounts(), operatorToken), metrics);
    }

    /** All it serves, in the order in which paths are tried. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /**
     * Listens.
     *
     * @return the port, the one chosen when the settings say 0
     */
    public int start() throws HttpListenerException {
        int loops = Runtime.getRuntime().availableProcessors();
        Vertx started = Vertx.builder()
                .with(new VertxOptions()
                        .setEventLoopPoolSize(loops)
                        .setWorkerPoolSize(1)
                        .setInternalBlockingPoolSize(2)
                        .setFileSystemOptions(new FileSystemOptions()
                                .setFileCachingEnabled(false)
                                .setClassPathResolvingEnabled(false)))
                .build();
        vertx = started;
        try {
            started.deployVerticle(Listening::new, new DeploymentOptions().setInstances(loops))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            close();
            throw new HttpListenerException(sentence(e), e);
        }
        HttpServer first = servers.element();
        return first.actualPort();
    }

    /** One event loop's share of the listener. */
    private final class Listening extends VerticleBase {
        @Override
        public Future<?> start() {
            HttpServer server = vertx.createHttpServer(options())
                    .connectionHandler(HttpApi.this::connected)
                    .invalidRequestHandler(HttpApi::unreadable)
                    .requestHandler(router.router(vertx));
            servers.add(server);
            // All event loops share one socket; a free port has to be shared by name.
            return server.listen(
                    settings.port() == 0
                            ? SocketAddress.sharedRandomPort(1, settings.address())
                            : SocketAddress.inetSocketAddress(settings.port(), settings.address()));
        }
    }

    private HttpServerOptions options() {
        return new HttpServerOptions() // All event loops share one socket; for a free port of the system's choice
                // Vert.x wants -1 to share it,
                // not 0.
                .setPort(settings.port() == 0 ? -1 : settings.port())
                .setMaxInitialLineLength(LONGEST_REQUEST_LINE)
                .setMaxHeaderSize(LONGEST_HEADERS)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                .setTcpNoDelay(true);
    }

    private void connected(HttpConnection connection) {
        connection.closeHandler(_ -> connections.decrementAndGet());
        if (connections.incrementAndGet() > settings.connections()) {
            connection.close();
        }
    }

    /** What Netty could not read as HTTP within the limits; the connection has no use after it. */
    private static void unreadable(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Problem problem = switch (cause) {
            case TooLongHttpLineException _ ->
                Problem.of(
                        414, "uri_too_long", "The request line may have at most " + LONGEST_REQUEST_LINE + " bytes.");
            case TooLongHttpHeaderException _ ->
                Problem.of(431, "headers_too_large", "The headers may have at most " + LONGEST_HEADERS + " bytes.");
            case null, default -> Problem.of(400, "malformed_request", "The request is not HTTP.");
        };
        Answer answer = ErrorShape.OURS.answer(problem);
        request.response()
                .setStatusCode(answer.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, answer.mediaType())
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end(Buffer.buffer(answer.body()))
                .onComplete(_ -> request.connection().close());
    }

    private String sentence(CompletionException e) {
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        String said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        String why;
        if (said.contains("in use")) {
            why = "the port is in use";
        } else if (said.contains("permission denied")) {
            why = "this user may not open the port";
        } else if (said.contains("cannot assign")
                || said.contains("failed to resolve")
                || said.contains("unknown host")) {
            why = "this machine has no such address";
        } else {
            why = cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
        String host = settings.address().contains(":") ? "[" + settings.address() + "]" : settings.address();
        return "HTTP listener " + host + ":" + settings.port() + ": " + why;
    }

    /** Stops listening, lets running requests end for up to 5 s, then cuts. Returns when the port is free. */
    @Override
    public void close() {
        Vertx running = vertx;
        vertx = null;
        if (running == null) {
            return;
        }
        router.endStreams();
        List<Future<Void>> shut = servers.stream().map(s -> s.shutdown(GRACE)).toList();
        finish("HTTP requests", Future.join(shut));
        finish("the HTTP listener", running.close());
        router.close();
    }

    private static void finish(String what, Future<?> end) {
        try {
            end.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(GRACE.toSeconds() * 2, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                LOG.warn("{} did not end in time", what);
            } else {
                LOG.debug("{} ended with an error", what, e);
            }
        }
    }
}

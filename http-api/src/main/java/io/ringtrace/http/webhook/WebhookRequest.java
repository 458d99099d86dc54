package io.ringtrace.http.webhook;

import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.http.record.TransactionText;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Tells one receiver of one transaction. Thread-safe; each call waits for the answer, at most 10 s. */
final class WebhookRequest {
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 64 * 1024;
    private static final int LONGEST_REASON = 200;

    private final HttpClient client;
    private final WebhookTargets targets;
    private final Context eventLoop;

    WebhookRequest(Vertx vertx, WebhookTargets targets) {
        this.targets = targets;
        this.eventLoop = vertx.getOrCreateContext();
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) LONGEST.toMillis() / 2)
                        .setIdleTimeout(30)
                        .setKeepAliveTimeout(20)
                        .setVerifyHost(true),
                // One at a time for a receiver: the order is part of the bargain.
                new PoolOptions().setHttp1MaxSize(1));
    }

    /** What came of it. */
    sealed interface Outcome {
        record Delivered() implements Outcome {}

        /** @param refused the receiver is there, and does not take this one */
        record Failed(String reason, boolean refused) implements Outcome {}
    }

    Outcome send(URI url, String secret, Transaction transaction, long unixSeconds) {
        return switch (targets.of(url.toString())) {
            case WebhookTargets.Target.Refused(String why) -> new Outcome.Failed(why, false);
            case WebhookTargets.Target.Allowed target -> send(target, secret, transaction, unixSeconds);
        };
    }

    private Outcome send(
            WebhookTargets.Target.Allowed target, String secret, Transaction transaction, long unixSeconds) {
        byte[] body = TransactionText.json(transaction);
        URI url = target.url();
        boolean tls = "https".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(
                        SocketAddress.inetSocketAddress(port, target.address().getHostAddress()))
                .setHost(url.getHost())
                .setPort(port)
                .setSsl(tls)
                .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .setFollowRedirects(false)
                .setTimeout(LONGEST.toMillis())
                .putHeader("Content-Type", "application/json")
                .putHeader("User-Agent", "Ringtrace-Webhook")
                .putHeader("Idempotency-Key", Long.toString(transaction.id()))
                .putHeader(WebhookSignature.HEADER, WebhookSignature.of(secret, unixSeconds, body));
        try {
            Promise<Integer> answered = Promise.promise();
            // All of it on one event loop: elsewhere an answer may be over before somebody listens to its end.
            eventLoop.runOnContext(_ -> client.request(options)
                    .compose(request -> request.send(Buffer.buffer(body)))
                    .compose(WebhookRequest::readToTheEnd)
                    .onComplete(answered));
            int status = answered.future()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(LONGEST.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
            return status >= 200 && status < 300
                    ? new Outcome.Delivered()
                    : new Outcome.Failed("it answered " + status, refuses(status));
        } catch (CompletionException e) {
            return new Outcome.Failed(reason(e.getCause()), false);
        }
    }

    /** Too early, too often and too late are about the moment, other 4xx about the call. */
    private static boolean refuses(int status) {
        return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
    }

    /** So that the connection serves again; nobody reads what the receiver says. */
    private static Future<Integer> readToTheEnd(HttpClientResponse response) {
        AtomicInteger read = new AtomicInteger();
        response.handler(part -> {
            if (read.addAndGet(part.length()) > LONGEST_ANSWER) {
                response.request().reset();
            }
        });
        return response.end().map(response.statusCode());
    }

    private static String reason(@Nullable Throwable cause) {
        String text = cause == null
                ? "no answer"
                : cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String line = text.lines().findFirst().orElse("no answer");
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON);
    }
}

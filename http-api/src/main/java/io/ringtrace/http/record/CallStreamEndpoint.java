package io.ringtrace.http.record;

import io.ringtrace.call.CallEvent;
import io.ringtrace.call.CallNews;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions;
import io.ringtrace.call.Transactions.Scope;
import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.EventSink;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.endpoint.Work;
import io.ringtrace.http.text.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/calls/stream}: a network's calls as server-sent events. {@code started}, {@code answered} and {@code ended} tell of the calls
 * that this node carries, as they happen and once; {@code published} tells of all nodes' calls, has the transaction id as its id and can be
 * gone on after by Last-Event-ID. Each client is served by a virtual thread of its own and has a queue of its own; one that is full ends the
 * stream.
 */
public final class CallStreamEndpoint {
    private static final int LONGEST_QUEUE = 4096;
    private static final int PAGE = 500;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final CallNews news;
    private final Transactions transactions;

    public CallStreamEndpoint(CallNews news, Transactions transactions) {
        this.news = news;
        this.transactions = transactions;
    }

    public List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/v1/calls/stream", Access.NETWORK, ErrorShape.OURS, new Work.Streaming(this::stream)));
    }

    private @Nullable Problem stream(Request request, EventSink sink)
            throws StoreUnavailableException, InterruptedException {
        String last = request.lastEventId().isEmpty() ? request.query().get("last_event_id") : request.lastEventId();
        if (last != null && !last.matches("[0-9]{1,18}")) {
            return Problem.invalid("Last-Event-ID must be the id of an event as it was given.");
        }
        String network = TransactionEndpoints.network(request);
        BlockingQueue<CallEvent> heard = new ArrayBlockingQueue<>(LONGEST_QUEUE);
        AtomicBoolean lost = new AtomicBoolean();
        try (CallNews.Subscription _ = news.subscribe(network, event -> {
            if (!heard.offer(event)) {
                lost.set(true);
            }
        })) {
            long cursor = last == null ? transactions.newest(network) : Long.parseLong(last);
            return serve(sink, heard, lost, new Scope(network, null), cursor);
        }
    }

    private @Nullable Problem serve(
            EventSink sink, BlockingQueue<CallEvent> heard, AtomicBoolean lost, Scope scope, long from)
            throws StoreUnavailableException, InterruptedException {
        long cursor = from;
        long sent = System.nanoTime();
        long looked = sent - BETWEEN_LOOKS.toNanos();
        boolean there = sink.send(Long.toString(from), "open", "{}");
        while (there) {
            if (lost.get()) {
                return Problem.of(503, "too_slow", "The client does not read as fast as calls come.");
            }
            CallEvent event = heard.poll(BETWEEN_LOOKS.toMillis() / 5, TimeUnit.MILLISECONDS);
            if (event != null) {
                String name = name(event);
                if (name != null) {
                    there = sink.send(null, name, Json.text(json(event)));
                    sent = System.nanoTime();
                }
            }
            long now = System.nanoTime();
            if (now - looked >= BETWEEN_LOOKS.toNanos() && heard.isEmpty()) {
                List<Transaction> page = transactions.after(scope, cursor, PAGE);
                for (int i = 0; i < page.size() && there; i++) {
                    Transaction transaction = page.get(i);
                    there = sink.send(
                            Long.toString(transaction.id()),
                            "published",
                            new String(TransactionText.json(transaction), StandardCharsets.UTF_8));
                    cursor = transaction.id();
                    sent = System.nanoTime();
                }
                // A full page has another one behind it.
                looked = page.size() == PAGE ? looked : now;
            }
            if (there && now - sent > KEEP_ALIVE.toNanos()) {
                there = sink.keepAlive();
                sent = now;
            }
        }
        return null;
    }

    private static @Nullable String name(CallEvent event) {
        return switch (event) {
            case CallEvent.Began _ -> "started";
            case CallEvent.Answered _ -> "answered";
            case CallEvent.Ended _, CallEvent.Corrected _ -> "ended";
            case CallEvent.Progressed _, CallEvent.Continued _ -> null;
        };
    }

    private static ObjectNode json(CallEvent event) {
        ObjectNode json = Json.object()
                .put("call_id", event.callId().toString())
                .put("time", Instant.ofEpochMilli(event.atMillis()).toString());
        return switch (event) {
            case CallEvent.Began began ->
                json.put("trunk", began.trunk())
                        .put("caller_number", text(began.caller()))
                        .put("promo_number", text(began.dialed()))
                        .put("destination_number", text(began.destination()))
                        .put("attribution_status", began.attribution().status().text());
            case CallEvent.Answered answered -> json.put("gateway", answered.gateway());
            case CallEvent.Ended ended ->
                json.put("end_reason", ended.reason().text())
                        .put("ended_by", ended.by().text())
                        .put("talk_ms", ended.talkMillis() < 0 ? null : (Long) ended.talkMillis())
                        .put("sip_code_sent", ended.statusSent() == 0 ? null : (Integer) ended.statusSent());
            case CallEvent.Corrected corrected ->
                json.put("end_reason", corrected.reason().text())
                        .put("ended_by", corrected.by().text())
                        .put("talk_ms", corrected.talkMillis() < 0 ? null : (Long) corrected.talkMillis())
                        .put("instead_of", corrected.instead().text());
            case CallEvent.Progressed _, CallEvent.Continued _ -> json;
        };
    }

    private static @Nullable String text(@Nullable PhoneNumber number) {
        return number == null ? null : number.toString();
    }
}

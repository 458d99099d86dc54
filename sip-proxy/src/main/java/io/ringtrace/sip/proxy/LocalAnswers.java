package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.CallTallies;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.RefusalReason;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.message.LocalResponse;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transaction.ServerTransaction;
import io.ringtrace.sip.transaction.TimerWheel;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Hop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The responses that we make ourselves, with a transaction or without one. The To tag is the same for all of them: a retransmitted request
 * gets an equal answer (RFC 3261 §8.2.7), and a stranger learns nothing from it. One per shard.
 */
final class LocalAnswers {
    private static final int ROOM_FOR_OWN_FIELDS = 384;
    private static final int TRYING = 100;
    private static final int SHED = 503;
    private static final String RETRY_AFTER = "Retry-After";
    private final TransactionLayer transactions;
    private final String toTag;
    private final OverloadSignal overload;
    private final CallTallies tallies;
    private final LocalResponse response = new LocalResponse();

    LocalAnswers(TransactionLayer transactions, String toTag, OverloadSignal overload, CallTallies tallies) {
        this.transactions = transactions;
        this.tallies = tallies;
        this.toTag = toTag;
        this.overload = overload;
    }

    SipCounters counters() {
        return transactions.counters();
    }

    /** What came from there is refused, or dropped, before it has a record. */
    void count(Hop source, Count counted, RefusalReason why) {
        transactions.counters().add(counted);
        tallies.refusalsOf(overload.sender(source)).add(why);
    }

    /** Refuses a request without keeping anything of it. */
    void refuse(SipMessage request, Hop source, Refusal refusal) {
        count(source, refusal.counted(), refusal.why());
        if (!request.answerable()) {
            return;
        }
        begin(request, source, refusal.status(), refusal.reason(), refusal.field(), refusal.value());
        if (refusal.status() == Refusal.BAD_EXTENSION.status()) {
            response.unsupported(SipHeader.PROXY_REQUIRE);
        }
        sendStateless(request, source, refusal.status());
    }

    /** Asks for credentials, without keeping anything of the request. */
    void challenge(SipMessage request, Hop source, List<String> challenges) {
        count(source, Count.CHALLENGED, RefusalReason.CHALLENGED);
        if (!request.answerable()) {
            return;
        }
        begin(request, source, 407, "Proxy Authentication Required", null, null);
        for (int i = 0; i < challenges.size(); i++) {
            response.field(SipHeader.PROXY_AUTHENTICATE.fieldName(), challenges.get(i));
        }
        sendStateless(request, source, 407);
    }

    /** True for an ACK to one of these answers: it needs no other thought. */
    boolean acknowledges(SipMessage ack) {
        return ack.method() == SipMethod.ACK && ack.is(ack.toTag(), toTag);
    }

    /** Answers an OPTIONS: what we take (RFC 3261 §11.2), and nothing of who we are. */
    void capabilities(SipMessage options, Hop source) {
        begin(options, source, 200, "OK", "Allow", Refusal.ALLOWED_METHODS);
        response.field("Accept", "application/sdp");
        sendStateless(options, source, 200);
    }

    /** Answers a request without keeping anything of it. */
    void answer(
            SipMessage request, Hop source, int status, String reason, @Nullable String field, @Nullable String value) {
        begin(request, source, status, reason, field, value);
        sendStateless(request, source, status);
    }

    /** Answers an unanswered transaction's request. */
    void respond(ServerTransaction server, int status, String reason, @Nullable String field, @Nullable String value) {
        SipMessage request = server.request();
        begin(request, server.source(), status, reason, field, value);
        ByteBuf out = transactions.buffer(server.peer(), request.bodyStart() + ROOM_FOR_OWN_FIELDS);
        response.writeTo(out);
        server.respond(status, out);
    }

    void respond(ServerTransaction server, int status, String reason) {
        respond(server, status, reason, null, null);
    }

    /**
     * Lets an INVITE have its 100 within 200 ms (§17.2.1), and none when it is answered before. Such an answer is on its way with most
     * gateways, so that the 100 would only be one datagram more.
     */
    void trying(InviteServerTransaction server) {
        long after = transactions.timers().trying().toMillis();
        if (after == 0) {
            respond(server, TRYING, "Trying");
        } else {
            transactions.wheel().start(new Trying(server), after - TimerWheel.LONGEST_TICK_MILLIS);
        }
    }

    private final class Trying extends TimerWheel.Entry {
        private final InviteServerTransaction server;

        Trying(InviteServerTransaction server) {
            this.server = server;
        }

        @Override
        protected void fired() {
            if (server.silent()) {
                respond(server, TRYING, "Trying");
            }
        }
    }

    /** The reason phrase of RFC 3261 §21 for a status that the router may choose. */
    static String reasonPhrase(int status) {
        return switch (status) {
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 480 -> "Temporarily Unavailable";
            case 486 -> "Busy Here";
            case 503 -> "Service Unavailable";
            case 603 -> "Decline";
            case 607 -> "Unwanted";
            case 608 -> "Rejected";
            default -> "Refused";
        };
    }

    private void begin(
            SipMessage request, Hop source, int status, String reason, @Nullable String field, @Nullable String value) {
        response.begin(request, status, reason)
                .source(source.host(), source.port())
                .toTag(toTag);
        CharSequence told = overload.parameters(request, request.topVia().span(), source);
        if (told != null) {
            response.overload(told);
        }
        // Who is told how much to keep back would by a Retry-After keep back all.
        boolean keepsBack = told != null && status == SHED && RETRY_AFTER.equals(field);
        if (field != null && value != null && !keepsBack) {
            response.field(field, value);
        }
    }

    private void sendStateless(SipMessage request, Hop source, int status) {
        Hop to = ServerTransaction.replyTo(request, source);
        ByteBuf out = transactions.buffer(to, request.bodyStart() + ROOM_FOR_OWN_FIELDS);
        response.writeTo(out);
        transactions.counters().responseSent(status);
        transactions.send(out, to);
    }
}

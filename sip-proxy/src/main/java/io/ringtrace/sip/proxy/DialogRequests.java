package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.transaction.ServerTransaction;
import io.ringtrace.sip.transport.Hop;
import java.net.InetAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests within a dialog, of any method and from both sides: let through by the cookie in our Record-Route alone, which works after a
 * restart too, and sent where their Route and Request-URI say (RFC 3261 §16.6 steps 6 and 7). One per shard.
 */
final class DialogRequests {
    private static final int DEFAULT_PORT = 5060;
    private final ProxyParts parts;
    private final SipUri next = new SipUri();

    DialogRequests(ProxyParts parts) {
        this.parts = parts;
    }

    /** Forwards a request other than ACK and CANCEL. */
    void request(SipMessage request, Hop source, RouteProcessing routes, int loopHash) {
        Dialog dialog = check(request, source, routes);
        if (dialog == null || !next.read(request, routes.nextUri()) || !Span.present(next.host())) {
            parts.answers().refuse(request, source, Refusal.NO_DIALOG);
            return;
        }
        if (parts.transactions().full()) {
            parts.answers().refuse(request, source, Refusal.FULL);
            return;
        }
        boolean loose = next.lr();
        DialogRequestContext context = new DialogRequestContext(parts, dialog, loopHash, loose);
        if (request.method() == SipMethod.INVITE) {
            context.beginInvite(parts.transactions().newInviteServer(request, source));
        } else {
            context.begin(parts.transactions().newNonInviteServer(request, source));
        }
        resolveNext(request, source, to -> context.resolved(to, routes(context, routes)));
    }

    /** Forwards the ACK to a 2xx, without a transaction; one without a valid cookie is dropped. */
    void ack(SipMessage ack, Hop source, RouteProcessing routes, int loopHash) {
        Dialog dialog = check(ack, source, routes);
        if (dialog == null || !next.read(ack, routes.nextUri()) || !Span.present(next.host())) {
            parts.counters().add(Count.STRAY_ACKS);
            return;
        }
        boolean loose = next.lr();
        resolveNext(ack, source, to -> {
            ByteBuf out = to == null
                    ? null
                    : parts.forwarding()
                            .inDialog(ack, source, routes, loose, to, parts.transactions().branchWithoutTransaction(loopHash));
            if (out == null || to == null) {
                parts.counters().add(Count.STRAY_ACKS);
            } else {
                parts.counters().requestSent(SipMethod.ACK);
                parts.transactions().send(out, to);
            }
        });
    }
}

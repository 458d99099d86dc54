package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.transport.Hop;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests within a dialog, of any method and from both sides: let through by the cookie in our Record-Route alone, which works after a
 * restart too, and sent where their Route and Request-URI say (RFC 3261 §16.6 steps 6 and 7). One per shard.
 */
final class DialogRequests {
    private final ProxyParts parts;
    private final RouteProcessing routes;
    private final DialogHops hops;
    private final SipUri next = new SipUri();
    private String lastHost = "";

    DialogRequests(ProxyParts parts, RouteProcessing routes) {
        this.parts = parts;
        this.routes = routes;
        this.hops = new DialogHops(parts);
    }

    /** True when the request's cookie is good, and it comes from a side of that call. */
    boolean admits(SipMessage request, Hop source) {
        routes.process(request);
        return check(request, source) != null;
    }

    /** Forwards a request other than ACK and CANCEL, whose routes have just been processed. */
    void request(SipMessage request, Hop source, int loopHash) {
        Dialog dialog = check(request, source);
        if (dialog == null || !hasNext(request)) {
            parts.answers().refuse(request, source, Refusal.NO_DIALOG);
            return;
        }
        if (parts.transactions().full()) {
            parts.answers().refuse(request, source, Refusal.FULL);
            return;
        }
        parts.recording().requested(dialog, request);
        DialogRequestContext context = request.method() == SipMethod.INVITE
                ? DialogRequestContext.ofInvite(
                        parts, this, dialog, loopHash, parts.transactions().newInviteServer(request, source))
                : DialogRequestContext.ofOther(
                        parts, this, dialog, loopHash, parts.transactions().newNonInviteServer(request, source));
        withNextHop(request, source, context::resolved);
    }

    /** Forwards the ACK to a 2xx, without a transaction; one without a valid cookie is dropped. */
    void ack(SipMessage ack, Hop source, int loopHash) {
        Dialog dialog = check(ack, source);
        if (dialog == null || !hasNext(ack)) {
            parts.counters().add(Count.STRAY_ACKS);
            return;
        }
        SipMessage lasting = ack;
        if (!hops.atOnce(nextHost(ack))) {
            lasting = new SipMessage();
            lasting.copyFrom(ack);
        }
        SipMessage kept = lasting;
        withNextHop(ack, source, to -> forwardAck(kept, source, dialog, to, loopHash));
    }

    private void withNextHop(SipMessage request, Hop source, Consumer<@Nullable Hop> then) {
        int written = next.transport();
        hops.find(
                nextHost(request),
                next.port(),
                DialogHops.transport(Span.present(written) ? request.text(written) : null),
                source.listener(),
                then);
    }

    /** The request as it goes on to that hop; null when its Route cannot be followed. */
    @Nullable
    ByteBuf forwarded(SipMessage request, Hop source, Dialog dialog, Hop to, byte[] branch) {
        routes.process(request);
        return hasNext(request)
                ? parts.forwarding().inDialog(request, source, routes, next.lr(), dialog, to, branch)
                : null;
    }

    private void forwardAck(SipMessage ack, Hop source, Dialog dialog, @Nullable Hop to, int loopHash) {
        ByteBuf out = to == null
                ? null
                : forwarded(ack, source, dialog, to, parts.transactions().branchWithoutTransaction(loopHash));
        if (to == null || out == null) {
            parts.counters().add(Count.STRAY_ACKS);
        } else {
            parts.counters().requestSent(SipMethod.ACK);
            parts.transactions().send(out, to);
        }
    }

    /** Mostly the same as for the message before. */
    private String nextHost(SipMessage request) {
        if (!request.is(next.host(), lastHost)) {
            lastHost = request.text(next.host());
        }
        return lastHost;
    }

    private boolean hasNext(SipMessage request) {
        return Span.present(routes.nextUri())
                && next.read(request, routes.nextUri())
                && next.scheme() == SipUri.Scheme.SIP
                && Span.present(next.host());
    }

    /** Null unless the cookie is ours, made for this call, young enough, and the request comes from the side that it says it does. */
    private @Nullable Dialog check(SipMessage request, Hop source) {
        if (!Span.present(routes.cookie()) || !Span.present(request.toTag()) || !Span.present(request.fromTag())) {
            return null;
        }
        CallCookie cookie = parts.signer().read(request, routes.cookie());
        if (cookie == null
                || !cookie.youngerThan(parts.longestMillis(), parts.clock().nowMillis())) {
            return null;
        }
        long fromTag = CookieSigner.tagHash(request, request.fromTag());
        long toTag = CookieSigner.tagHash(request, request.toTag());
        boolean fromCaller = (int) fromTag == cookie.callerTag();
        long begunAt = cookie.callId().madeAtMillis();
        boolean itsSide = fromCaller
                ? parts.admission().trunkSends(cookie.trunk(), source.address(), begunAt)
                : (int) toTag == cookie.callerTag()
                        && parts.admission().gatewaySends(cookie.gateway(), source.address(), begunAt);
        return itsSide
                ? new Dialog(
                        cookie,
                        fromCaller,
                        fromCaller ? toTag : fromTag,
                        Span.present(routes.sealedFrom()),
                        parts.admission().trunk(cookie.trunk()),
                        parts.admission().gateway(cookie.gateway()))
                : null;
    }
}

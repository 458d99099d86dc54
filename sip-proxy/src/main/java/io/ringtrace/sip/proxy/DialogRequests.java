package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.transport.Hop;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Requests within a dialog, of any method and from both sides: let through by the cookie in our Record-Route alone, which works after a
 * restart too, and sent where their Route and Request-URI say (RFC 3261 §16.6 steps 6 and 7). One per shard.
 */
final class DialogRequests {
    private static final int DEFAULT_PORT = 5060;
    private static final int DEFAULT_TLS_PORT = 5061;
    private final ProxyParts parts;
    private final RouteProcessing routes;
    private final SipUri next = new SipUri();

    DialogRequests(ProxyParts parts, RouteProcessing routes) {
        this.parts = parts;
        this.routes = routes;
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
        Transport transport = transport(request);
        int port = port(transport);
        String host = request.text(next.host());
        parts.targets()
                .resolve(host, parts.loop(), address -> context.resolved(hop(address, host, port, transport, source)));
    }

    /** Forwards the ACK to a 2xx, without a transaction; one without a valid cookie is dropped. */
    void ack(SipMessage ack, Hop source, int loopHash) {
        Dialog dialog = check(ack, source);
        if (dialog == null || !hasNext(ack)) {
            parts.counters().add(Count.STRAY_ACKS);
            return;
        }
        Transport transport = transport(ack);
        int port = port(transport);
        String host = ack.text(next.host());
        InetAddress known = parts.targets().knownAddress(host);
        if (known != null) {
            forwardAck(ack, source, dialog, hop(known, host, port, transport, source), loopHash);
        } else {
            SipMessage kept = new SipMessage();
            kept.copyFrom(ack);
            parts.targets()
                    .resolve(
                            host,
                            parts.loop(),
                            address -> forwardAck(
                                    kept, source, dialog, hop(address, host, port, transport, source), loopHash));
        }
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

    private boolean hasNext(SipMessage request) {
        return Span.present(routes.nextUri())
                && next.read(request, routes.nextUri())
                && next.scheme() == SipUri.Scheme.SIP
                && Span.present(next.host());
    }

    private @Nullable Hop hop(@Nullable InetAddress address, String host, int port, Transport transport, Hop source) {
        if (address == null) {
            return null;
        }
        // Many a Contact of a peer on TCP forgets to say so; where we have no UDP at all, it cannot mean that.
        Transport reached =
                transport == Transport.UDP && !parts.hops().has(Transport.UDP, address) ? Transport.TCP : transport;
        return parts.hops().to(address, port, reached, host, source.listener());
    }

    /** What the next URI's transport parameter says; UDP without one (RFC 3263 §4.1). */
    private Transport transport(SipMessage request) {
        int written = next.transport();
        if (!Span.present(written)) {
            return Transport.UDP;
        }
        String name = request.text(written);
        return name.equalsIgnoreCase("tcp")
                ? Transport.TCP
                : name.equalsIgnoreCase("tls") ? Transport.TLS : Transport.UDP;
    }

    private int port(Transport transport) {
        return next.port() >= 0 ? next.port() : transport == Transport.TLS ? DEFAULT_TLS_PORT : DEFAULT_PORT;
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

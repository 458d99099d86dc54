package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.admission.TrunkAdmission;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.target.LongMessages;
import io.ringtrace.sip.transaction.InviteServerTransaction;
import io.ringtrace.sip.transaction.NonInviteServerTransaction;
import io.ringtrace.sip.transaction.ServerTransaction;
import io.ringtrace.sip.transport.Hop;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests within a dialog, of any method and from both sides: let through by the cookie in our Record-Route, which works on any node and
 * after a restart too, and sent where their Route and Request-URI say (RFC 3261 §16.6 steps 6 and 7). A trunk or gateway that sends no cookie
 * at all may go on in a call that is live here, when Call-ID and both tags are that call's. One per shard.
 */
final class DialogRequests {
    /** What we add makes none of those too long that are shorter. */
    private static final int MAYBE_LONG = 1_000;

    private final ProxyParts parts;
    private final RouteProcessing routes;
    private final DialogHops hops;
    private final SipUri next = new SipUri();
    private final NameAddress address = new NameAddress();
    private String lastHost = "";

    DialogRequests(ProxyParts parts, RouteProcessing routes) {
        this.parts = parts;
        this.routes = routes;
        this.hops = new DialogHops(parts);
    }

    /** True when the request's cookie is good, and it comes from a side of that call. */
    boolean admits(SipMessage request, Hop source) {
        routes.process(request);
        return hasTags(request) && byCookie(request, source) != null;
    }

    /** Forwards a request other than ACK and CANCEL, whose routes have just been processed. */
    void request(SipMessage request, Hop source, int loopHash) {
        Dialog dialog = check(request, source);
        if (dialog == null || !hasNext(request, dialog)) {
            parts.answers().refuse(request, source, Refusal.NO_DIALOG);
            return;
        }
        if (parts.transactions().full()) {
            parts.answers().refuse(request, source, Refusal.TABLE_FULL);
            return;
        }
        parts.recording().requested(dialog, request);
        ServerTransaction server;
        DialogRequestContext context;
        if (request.method() == SipMethod.INVITE) {
            InviteServerTransaction invite = parts.transactions().newInviteServer(request, source);
            server = invite;
            context = DialogRequestContext.ofInvite(parts, this, dialog, loopHash, invite);
        } else {
            NonInviteServerTransaction other = parts.transactions().newNonInviteServer(request, source);
            server = other;
            context = DialogRequestContext.ofOther(parts, this, dialog, loopHash, other);
        }
        withNextHop(
                request,
                dialog,
                source,
                to -> context.resolved(
                        to != null && server.unanswered() ? byLength(server.request(), source, dialog, to) : to));
    }

    /**
     * The hop by TCP instead of that by UDP for a request that is too long for a datagram (§18.1.1), where the gateway leaves the transport to us.
     * An ACK goes by UDP: it has no transaction, so that nobody would notice a connection that does not come about.
     */
    private Hop byLength(SipMessage request, Hop source, Dialog dialog, Hop to) {
        if (to.reliable() || !leftToUs(dialog) || request.length() <= MAYBE_LONG) {
            return to;
        }
        ByteBuf byUdp =
                forwarded(request, source, dialog, to, parts.transactions().branchWithoutTransaction(0));
        if (byUdp == null) {
            return to;
        }
        boolean isLong = byUdp.readableBytes() > LongMessages.LONGEST_BY_UDP && !Span.present(next.transport());
        byUdp.release();
        Hop stream = isLong ? parts.longMessages().streamTo(to) : null;
        return stream == null ? to : stream;
    }

    private static boolean leftToUs(Dialog dialog) {
        Gateway gateway = dialog.gateway();
        return dialog.fromCaller() && gateway != null && gateway.transport() == null;
    }

    /** Once the request could not be sent: the hop by UDP where it was to go by TCP for its length alone; null for any other. */
    @Nullable
    Hop backToUdp(SipMessage request, Hop source, Dialog dialog) {
        if (!leftToUs(dialog) || request.length() <= MAYBE_LONG) {
            return null;
        }
        routes.process(request);
        if (!hasNext(request, dialog) || Span.present(next.transport()) || !hops.atOnce(nextHost(request, dialog))) {
            return null;
        }
        Hop[] found = new Hop[1];
        withNextHop(request, dialog, source, to -> {
            if (to != null) {
                found[0] = to;
            }
        });
        Hop udp = found[0];
        if (udp == null || udp.reliable() || parts.longMessages().refuses(udp.remote())) {
            return null;
        }
        parts.longMessages().refused(udp.remote());
        return udp;
    }

    /** Forwards the ACK to a 2xx, without a transaction; one without a valid cookie is dropped. */
    void ack(SipMessage ack, Hop source, int loopHash) {
        Dialog dialog = check(ack, source);
        if (dialog == null || !hasNext(ack, dialog)) {
            parts.counters().add(Count.STRAY_ACKS);
            return;
        }
        SipMessage lasting = ack;
        if (!hops.atOnce(nextHost(ack, dialog))) {
            lasting = new SipMessage();
            lasting.copyFrom(ack);
        }
        SipMessage kept = lasting;
        withNextHop(ack, dialog, source, to -> forwardAck(kept, source, dialog, to, loopHash));
    }

    private void withNextHop(SipMessage request, Dialog dialog, Hop source, Consumer<@Nullable Hop> then) {
        int written = next.transport();
        // §16.6 step 7: what a sips URI names is reached by TLS, through whichever routes.
        boolean secure = request.requestUri().scheme() == SipUri.Scheme.SIPS
                && !routes.fromStrictRouter()
                && dialog.requestUri() == null;
        hops.find(
                nextHost(request, dialog),
                next.port(),
                secure
                        ? Transport.TLS
                        : DialogHops.transport(
                                next, Span.present(written) ? textOfNext(request, dialog, written) : null),
                source.listener(),
                then);
    }

    /** The request as it goes on to that hop; null when its Route cannot be followed. */
    @Nullable
    ByteBuf forwarded(SipMessage request, Hop source, Dialog dialog, Hop to, byte[] branch) {
        routes.process(request);
        return hasNext(request, dialog)
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
            parts.transactions().sendUnhurried(out, to);
        }
    }

    /** Mostly the same as for the message before. */
    private String nextHost(SipMessage request, Dialog dialog) {
        if (dialog.requestUri() != null) {
            return textOfNext(request, dialog, DialogHops.host(next));
        }
        int host = DialogHops.host(next);
        if (!request.is(host, lastHost)) {
            lastHost = request.text(host);
        }
        return lastHost;
    }

    private static String textOfNext(SipMessage request, Dialog dialog, int span) {
        String instead = dialog.requestUri();
        // What was read as text begins at 1.
        return instead == null ? request.text(span) : instead.substring(Span.start(span) - 1, Span.end(span) - 1);
    }

    private boolean hasNext(SipMessage request, Dialog dialog) {
        String instead = dialog.requestUri();
        boolean read = instead == null
                ? Span.present(routes.nextUri()) && next.read(request, routes.nextUri())
                : next.read(instead);
        return read && DialogHops.leads(next);
    }

    private @Nullable Dialog check(SipMessage request, Hop source) {
        if (!hasTags(request)) {
            return null;
        }
        return Span.present(routes.cookie()) ? byCookie(request, source) : byLiveCall(request, source);
    }

    private static boolean hasTags(SipMessage request) {
        return Span.present(request.toTag()) && Span.present(request.fromTag());
    }

    /** Null unless the cookie is ours, made for this call, young enough, and the request comes from the side that it says it does. */
    private @Nullable Dialog byCookie(SipMessage request, Hop source) {
        CallCookie cookie = Span.present(routes.cookie()) ? parts.signer().read(request, routes.cookie()) : null;
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
        return itsSide ? dialog(cookie, fromCaller, null, fromCaller ? toTag : fromTag) : null;
    }

    /**
     * The dialog of a request whose sender left our Record-Route out, or the user part of it; null unless the call is live in this shard, both
     * tags are its own, and the source is that side's. Many a carrier's border controller then puts our address into the Request-URI too: the
     * request goes to the other side's Contact.
     */
    private @Nullable Dialog byLiveCall(SipMessage request, Hop source) {
        LiveCall call = routes.foreign() ? null : parts.liveCalls().findBySipCallId(request);
        LiveDialog known = call == null ? null : call.dialog;
        if (call == null || known == null) {
            return null;
        }
        long fromTag = CookieSigner.tagHash(request, request.fromTag());
        long toTag = CookieSigner.tagHash(request, request.toTag());
        LiveDialog.Side sender = known.sender(fromTag, toTag, address);
        for (LiveDialog leg = known.next; sender == null && leg != null; leg = leg.next) {
            known = leg;
            sender = leg.sender(fromTag, toTag, address);
        }
        if (sender == null || !comesFrom(sender, known, source, call.callId.madeAtMillis())) {
            return null;
        }
        boolean fromCaller = sender == LiveDialog.Side.CALLER;
        boolean namesUs = !routes.routesLeft() && parts.names().names(request.requestUri());
        String target = known.targetText(fromCaller ? LiveDialog.Side.DESTINATION : LiveDialog.Side.CALLER);
        CallCookie cookie =
                new CallCookie(call.callId, known.trunk(), known.gateway(), (int) (fromCaller ? fromTag : toTag));
        return dialog(cookie, fromCaller, namesUs ? target : null, known.leg());
    }

    /** Without a cookie the caller's side must be the trunk itself, told by its source. */
    private boolean comesFrom(LiveDialog.Side side, LiveDialog known, Hop source, long begunAtMillis) {
        return switch (side) {
            case CALLER -> {
                Trunk trunk = parts.admission().trunkFrom(source);
                yield trunk != null && TrunkAdmission.hash(trunk.name()) == known.trunk();
            }
            case DESTINATION -> parts.admission().gatewaySends(known.gateway(), source.address(), begunAtMillis);
        };
    }

    private Dialog dialog(CallCookie cookie, boolean fromCaller, @Nullable String requestUri, long leg) {
        return new Dialog(
                cookie,
                fromCaller,
                requestUri,
                leg,
                Span.present(routes.sealedFrom()),
                parts.admission().trunk(cookie.trunk()),
                parts.admission().gateway(cookie.gateway()));
    }
}

package io.ringtrace.sip.proxy;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.NumberSteps;
import io.ringtrace.sip.message.RequestSplice;
import io.ringtrace.sip.message.ResponseSplice;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.transaction.BranchParameter;
import io.ringtrace.sip.transaction.ServerTransaction;
import io.ringtrace.sip.transaction.TransactionLayer;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/** RFC 3261 §16.6: what a request looks like when it leaves, and §16.7 steps 3 and 8 for responses. One per shard. */
final class RequestForwarding {
    private final TransactionLayer transactions;
    private final CookieSigner signer;
    private final RequestSplice splice = new RequestSplice();
    private final ResponseSplice responseSplice = new ResponseSplice();
    private final StringBuilder requestUri = new StringBuilder();
    private final CallHeaders headers;
    private final OverloadSignal overload;
    private final byte[] cookieText = new byte[CookieSigner.LENGTH];

    RequestForwarding(
            TransactionLayer transactions, CookieSigner signer, CallHeaders headers, OverloadSignal overload) {
        this.overload = overload;
        this.transactions = transactions;
        this.signer = signer;
        this.headers = headers;
    }

    /**
     * The INVITE of a new call as it goes to a gateway: Request-URI of the destination number there, Record-Route with the call's cookie;
     * To stays as it is.
     *
     * @param routes how many Route values, all ours, are removed
     * @param steps how the gateway wants the number written; null for E.164
     * @param breadth the branch's share of Max-Breadth
     * @param callData what the destination is told of the call; null for nothing
     */
    ByteBuf newCall(
            SipMessage request,
            Hop source,
            int routes,
            CallAttempt attempt,
            PhoneNumber destination,
            @Nullable NumberSteps steps,
            Gateway gateway,
            Hop to,
            CallCookie cookie,
            int breadth,
            byte[] branch,
            @Nullable String callData) {
        boolean secure = request.requestUri().scheme() == SipUri.Scheme.SIPS;
        requestUri.setLength(0);
        requestUri.append(secure ? "sips:" : "sip:");
        if (steps == null) {
            requestUri.append('+').append(destination.digits()).append('@');
        } else {
            requestUri.append(steps.written(destination)).append('@');
        }
        if (gateway.host().indexOf(':') >= 0) {
            requestUri.append('[').append(gateway.host()).append(']');
        } else {
            requestUri.append(gateway.host());
        }
        if (gateway.port() > 0) {
            requestUri.append(':').append(gateway.port());
        }
        SentBy outgoing = transactions.sentBy(to);
        SentBy incoming = transactions.sentBy(source);
        signer.write(cookieText, 0, cookie, request);
        splice.begin(request)
                .requestUri(requestUri)
                .removeTopRoutes(routes)
                .maxBreadth(breadth)
                .source(source.host(), source.port())
                .via(outgoing, branch, 0, BranchParameter.LENGTH);
        if (secure) {
            splice.secureRecordRoutes();
        }
        headers.newCall(splice, request, attempt, gateway, requestUri, outgoing, callData);
        if (!incoming.equals(outgoing)) {
            // The caller can reach only the listener that it called; the gateway, which reads from the top, only the
            // other.
            splice.recordRoute(incoming, cookieText, 0, CookieSigner.LENGTH);
        }
        splice.recordRoute(outgoing, cookieText, 0, CookieSigner.LENGTH);
        return write(to);
    }

    /** A request within a dialog as it goes on; null when a Route that it needs is malformed. */
    @Nullable
    ByteBuf inDialog(
            SipMessage request,
            Hop source,
            RouteProcessing routes,
            boolean nextIsLoose,
            Dialog dialog,
            Hop to,
            byte[] branch) {
        SentBy outgoing = transactions.sentBy(to);
        splice.begin(request).source(source.host(), source.port()).via(outgoing, branch, 0, BranchParameter.LENGTH);
        String requestUriOfOurs = dialog.requestUri();
        if (requestUriOfOurs != null) {
            splice.requestUri(requestUriOfOurs);
        }
        headers.inDialog(splice, request, dialog, routes.sealedFrom(), outgoing);
        if (request.method() != SipMethod.ACK) {
            splice.maxBreadth(request.maxBreadthOrDefault());
        }
        if (routes.fromStrictRouter()) {
            if (!splice.restoreFromStrictRouter()) {
                return null;
            }
        } else {
            splice.removeTopRoutes(routes.removed());
        }
        if (routes.routesLeft() && !nextIsLoose && !splice.rewriteForStrictRouter()) {
            return null;
        }
        return write(to);
    }

    /**
     * A response without our Via, as it goes upstream.
     *
     * @param server whose request it answers
     * @param rules null when its headers pass as they came
     */
    ByteBuf response(SipMessage response, ServerTransaction server, @Nullable ResponseRules rules) {
        responseSplice.begin(response);
        if (rules != null) {
            rules.apply(responseSplice, response);
        }
        // The request itself is gone when its answer is repeated, or a second one comes; its Via is here too.
        if (response.entryCount(SipHeader.VIA) > 1) {
            CharSequence told = overload.parameters(response, response.entry(SipHeader.VIA, 1), server.source());
            if (told != null) {
                responseSplice.overload(told);
            }
        }
        ByteBuf out = transactions.buffer(server.peer(), responseSplice.length());
        responseSplice.writeTo(out);
        return out;
    }

    /** The same as bytes that may be kept without being given back. */
    byte[] responseBytes(SipMessage response, ServerTransaction server, @Nullable ResponseRules rules) {
        ByteBuf out = response(response, server, rules);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        out.release();
        return bytes;
    }

    private ByteBuf write(Hop to) {
        ByteBuf out = transactions.buffer(to, splice.length());
        splice.writeTo(out);
        return out;
    }
}

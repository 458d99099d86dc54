package io.ringtrace.sip.proxy;

import io.ringtrace.sip.admission.OurNames;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;

/** RFC 3261 §16.4: which Route values name us, and where the request would go by those left. One per shard; holds the last request's result. */
final class RouteProcessing {
    private final OurNames names;
    private final NameAddress address = new NameAddress();
    private int cookie;
    private int sealedFrom;
    private int removed;
    private boolean fromStrictRouter;
    private int left;
    private boolean foreign;
    private int nextUri;

    RouteProcessing(OurNames names) {
        this.names = names;
    }

    void process(SipMessage request) {
        cookie = Span.NONE;
        sealedFrom = Span.NONE;
        removed = 0;
        fromStrictRouter = false;
        foreign = false;
        int count = request.has(SipHeader.ROUTE) ? request.entryCount(SipHeader.ROUTE) : 0;
        SipUri requestUri = request.requestUri();
        if (count > 0
                && Span.present(requestUri.user())
                && Span.length(requestUri.user()) == CookieSigner.LENGTH
                && names.names(requestUri)) {
            // A strict router upstream put our Record-Route into the Request-URI, and the real one is the last Route.
            fromStrictRouter = true;
            cookie = requestUri.user();
            sealedFrom = requestUri.parameter(FromSeal.PARAMETER);
            left = count - 1;
            nextUri = uriOf(request, left == 0 ? count - 1 : 0);
            return;
        }
        while (removed < count && namesUs(request, removed)) {
            removed++;
        }
        left = count - removed;
        foreign = count > 0 && removed == 0;
        nextUri = left > 0 ? uriOf(request, removed) : request.requestUriSpan();
    }

    /** The user part of our own Route value: the call cookie; absent when there is none. */
    int cookie() {
        return cookie;
    }

    /** The From that we replaced in this call, sealed; absent when we did not. */
    int sealedFrom() {
        return sealedFrom;
    }

    /** How many Route values name us, from the top. */
    int removed() {
        return removed;
    }

    boolean fromStrictRouter() {
        return fromStrictRouter;
    }

    /** True when the first Route is somebody else's. */
    boolean foreign() {
        return foreign;
    }

    /** True when Route values are left after ours are gone. */
    boolean routesLeft() {
        return left > 0;
    }

    /** The URI that the request goes to next (§16.6 step 7); absent when it is malformed. */
    int nextUri() {
        return nextUri;
    }

    /** The values of one call's double Record-Route have the same cookie; another call's is that of a spiral and stays. */
    private boolean namesUs(SipMessage request, int index) {
        if (!address.read(request, request.entry(SipHeader.ROUTE, index))) {
            return false;
        }
        SipUri uri = address.uri();
        if (!names.names(uri)) {
            return false;
        }
        if (index > 0) {
            return Span.present(uri.user()) && request.same(uri.user(), request, cookie);
        }
        cookie = uri.user();
        sealedFrom = uri.parameter(FromSeal.PARAMETER);
        return true;
    }

    private int uriOf(SipMessage request, int index) {
        return address.read(request, request.entry(SipHeader.ROUTE, index)) ? address.uriSpan() : Span.NONE;
    }
}

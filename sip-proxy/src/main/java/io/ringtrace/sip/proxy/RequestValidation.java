package io.ringtrace.sip.proxy;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.admission.OurNames;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.message.Via;
import io.ringtrace.sip.transaction.BranchParameter;
import io.ringtrace.sip.transport.Hop;
import org.jspecify.annotations.Nullable;

/** RFC 3261 §16.3: the checks before a request is worked on, in its order. Step 1 is the parser's. One per shard. */
final class RequestValidation {
    /** Via values looked at for a loop; no request that comes back to us has passed more hops. */
    private static final int MOST_VIAS = 100;

    private final OurNames names;
    private final Via via = new Via();

    RequestValidation(OurNames names) {
        this.names = names;
    }

    /**
     * The hash that our Via carries over everything that decides where the request goes (RFC 5393 §4.2.2): a request that comes back with
     * the same hash is in a loop, one with another is a spiral and passes.
     *
     * @param origin hash of the trunk's name, which routes depend on; 0 within a dialog
     */
    static int loopHash(SipMessage request, int origin) {
        long hash = request.hash(request.requestUriSpan(), origin);
        hash = request.hash(request.callId(), hash);
        hash = request.hash(request.fromTag(), hash);
        hash = request.hash(request.toTag(), hash);
        for (int field = request.first(SipHeader.ROUTE); field >= 0; field = request.next(field)) {
            hash = request.hash(request.value(field), hash);
        }
        return (int) (hash ^ hash >>> 32);
    }

    /** Null when the request may be worked on. */
    @Nullable
    Refusal check(SipMessage request, Hop source, int loopHash) {
        // Step 2. A tel URI names a number, which is all that a first request needs.
        boolean understood = switch (request.requestUri().scheme()) {
            case SIP, TEL -> true;
            // What was not asked for over TLS cannot be said to have come over TLS all the way (§26.2.2). A dialog goes
            // on.
            case SIPS -> source.listener().transport() == Transport.TLS || Span.present(request.toTag());
            case OTHER -> false;
        };
        if (!understood) {
            return Refusal.UNKNOWN_SCHEME;
        }
        // Step 3. OPTIONS that is not within a dialog ends here instead of being forwarded.
        if (request.maxForwards() == 0 && (request.method() != SipMethod.OPTIONS || Span.present(request.toTag()))) {
            return Refusal.TOO_MANY_HOPS;
        }
        if (looped(request, loopHash)) {
            return Refusal.LOOP;
        }
        // RFC 5393 §5.3.3: not even one branch may be open. It does not limit an ACK, which has no answer.
        if (request.maxBreadth() == 0 && request.method() != SipMethod.ACK) {
            return Refusal.MAX_BREADTH;
        }
        // An ACK cannot be answered, and refusing it would leave a call that both sides have (§8.2.2.3).
        return request.method() != SipMethod.ACK && request.entryCount(SipHeader.PROXY_REQUIRE) > 0
                ? Refusal.BAD_EXTENSION
                : null;
    }

    private boolean looped(SipMessage request, int loopHash) {
        int count = Math.min(request.entryCount(SipHeader.VIA), MOST_VIAS);
        for (int i = 0; i < count; i++) {
            int span = request.entry(SipHeader.VIA, i);
            if (!via.read(request, span) || !names.names(request, via)) {
                continue;
            }
            int from = request.offset() + Span.start(via.branch());
            if (BranchParameter.ours(request.bytes(), from, from + Span.length(via.branch()))
                    && BranchParameter.loopHash(request.bytes(), from) == loopHash) {
                return true;
            }
        }
        return false;
    }
}

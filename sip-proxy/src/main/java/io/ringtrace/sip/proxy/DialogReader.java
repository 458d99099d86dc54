package io.ringtrace.sip.proxy;

import io.ringtrace.call.DialogFacts;
import io.ringtrace.sip.admission.OurNames;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a call's dialogs from its INVITE and each 2xx (RFC 3261 §12.1), as each side would. One per shard; used once for each leg. */
final class DialogReader {
    private static final int LONGEST_CALL_ID = 256;
    private final OurNames names;
    private final NameAddress address = new NameAddress();
    private final SipUri uri = new SipUri();
    private final ByteBuffer out = ByteBuffer.allocate(DialogFacts.MOST_BYTES);
    private boolean sendable;

    DialogReader(OurNames names) {
        this.names = names;
    }

    /**
     * The dialog that this 2xx makes. One without a Contact, with a strict router in its route set, or beyond {@link DialogFacts#MOST_BYTES}
     * is known by its Call-ID and tag alone: nothing can be sent in it. Null when not even these fit.
     *
     * @param invite as the caller sent it
     * @param response as the gateway sent it
     * @param leg hash of the destination's tag
     */
    @Nullable
    LiveDialog read(
            SipMessage invite,
            SipMessage response,
            CallCookie cookie,
            long leg,
            int callerListener,
            int destinationListener) {
        if (Span.length(invite.callId()) > LONGEST_CALL_ID) {
            return null;
        }
        LiveDialog.writeHead(
                cookie.trunk(),
                cookie.gateway(),
                callerListener,
                destinationListener,
                leg,
                invite.cseqNumber(),
                out.clear());
        sendable = true;
        text(invite, invite.callId());
        int afterCallId = out.position();
        int caller = invite.value(SipHeader.FROM);
        int callerAsSent = response.value(SipHeader.FROM);
        int above = aboveUs(invite, response);
        int before = routes(invite);
        text(invite, caller);
        text(response, invite.same(caller, response, callerAsSent) ? Span.NONE : callerAsSent);
        text(response, response.value(SipHeader.TO));
        target(invite);
        routes(invite, 0, before, 1);
        target(response);
        routes(response, above - 1, -1, -1);
        firstRoute(invite, before > 0 ? 0 : -1);
        firstRoute(response, above - 1);
        return read(afterCallId);
    }

    /**
     * The dialog that a 2xx of a further branch makes (§13.2.2.4): the caller's side of it is that of the first one, for the INVITE is gone by
     * then.
     *
     * @param response as the gateway sent it
     * @param gateway hash of the gateway's name
     * @param leg hash of the destination's tag
     */
    LiveDialog readFurther(LiveDialog first, SipMessage response, int gateway, long leg, int listener) {
        LiveDialog.writeHead(
                first.trunk(),
                gateway,
                first.listener(LiveDialog.Side.CALLER),
                listener,
                leg,
                response.cseqNumber(),
                out.clear());
        sendable = first.reachable();
        copy(first, LiveDialog.Text.CALL_ID);
        int afterCallId = out.position();
        int callerAsSent = response.value(SipHeader.FROM);
        int above = aboveUs(response);
        copy(first, LiveDialog.Text.CALLER);
        text(response, first.is(LiveDialog.Text.CALLER, response, callerAsSent) ? Span.NONE : callerAsSent);
        text(response, response.value(SipHeader.TO));
        copy(first, LiveDialog.Text.CALLER_TARGET);
        copy(first, LiveDialog.Text.CALLER_ROUTES);
        target(response);
        routes(response, above - 1, -1, -1);
        copy(first, LiveDialog.Text.CALLER_FIRST_ROUTE);
        firstRoute(response, above - 1);
        return read(afterCallId);
    }

    private LiveDialog read(int afterCallId) {
        if (!sendable) {
            out.position(afterCallId);
            LiveDialog.writeNothingMore(out);
        }
        return LiveDialog.of(Arrays.copyOf(out.array(), out.position()));
    }

    /** The Contact of a request or response that makes or refreshes a target; absent where there is none that we can send to. */
    int contact(SipMessage message) {
        return message.has(SipHeader.CONTACT)
                        && address.read(message, message.entry(SipHeader.CONTACT, 0))
                        && uri.read(message, address.uriSpan())
                        && DialogHops.leads(uri)
                ? address.uriSpan()
                : Span.NONE;
    }

    private void target(SipMessage message) {
        int contact = contact(message);
        sendable &= Span.present(contact);
        text(message, contact);
    }

    /** How many Record-Route values of a response stand above our own: those of gateways behind us. */
    private int aboveUs(SipMessage invite, SipMessage response) {
        int above = routes(response) - routes(invite);
        int cookie = Span.NONE;
        for (int ours = 0; ours < 2 && above > 0; ours++) {
            if (!address.read(response, response.entry(SipHeader.RECORD_ROUTE, above - 1))
                    || !names.names(address.uri())
                    || (ours == 1 && !response.same(address.uri().user(), response, cookie))) {
                break;
            }
            cookie = address.uri().user();
            above--;
        }
        return Math.max(above, 0);
    }

    /** The same where the INVITE is gone: those that stand above the first one that names us. */
    private int aboveUs(SipMessage response) {
        for (int i = 0; i < routes(response); i++) {
            if (address.read(response, response.entry(SipHeader.RECORD_ROUTE, i)) && names.names(address.uri())) {
                return i;
            }
        }
        return 0;
    }

    private static int routes(SipMessage message) {
        return message.has(SipHeader.RECORD_ROUTE) ? message.entryCount(SipHeader.RECORD_ROUTE) : 0;
    }

    private void routes(SipMessage message, int from, int to, int step) {
        int start = begin();
        for (int i = from; i != to && i >= 0; i += step) {
            if (i != from) {
                put(',');
            }
            put(message, message.entry(SipHeader.RECORD_ROUTE, i));
        }
        end(start);
    }

    /** A strict router would want another Request-URI; there are none left to try that with. */
    private void firstRoute(SipMessage message, int index) {
        int span = Span.NONE;
        if (index >= 0) {
            if (address.read(message, message.entry(SipHeader.RECORD_ROUTE, index))
                    && uri.read(message, address.uriSpan())
                    && DialogHops.leads(uri)
                    && uri.lr()) {
                span = address.uriSpan();
            } else {
                sendable = false;
            }
        }
        text(message, span);
    }

    private void text(SipMessage message, int span) {
        int start = begin();
        put(message, span);
        end(start);
    }

    private void copy(LiveDialog from, LiveDialog.Text text) {
        int start = begin();
        byte[] bytes = from.bytes(text);
        if (out.remaining() < bytes.length) {
            sendable = false;
        } else {
            out.put(bytes);
        }
        end(start);
    }

    private int begin() {
        int start = out.position();
        if (out.remaining() < 2) {
            sendable = false;
        } else {
            out.putShort((short) 0);
        }
        return start;
    }

    private void end(int start) {
        if (sendable) {
            out.putShort(start, (short) (out.position() - start - 2));
        }
    }

    private void put(SipMessage message, int span) {
        if (out.remaining() < Span.length(span)) {
            sendable = false;
        } else {
            out.put(message.bytes(), message.offset() + Span.start(span), Span.length(span));
        }
    }

    private void put(char separator) {
        if (out.hasRemaining()) {
            out.put((byte) separator);
        } else {
            sendable = false;
        }
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.NumberReading;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which numbers an INVITE names: the dialed one and the caller's, read and normalised by the rules of its trunk. One per shard. */
final class InviteNumbers {
    static final int LONGEST_DIALED_TEXT = 128;
    private static final int MOST_IDENTITIES = 4;
    private final StringBuilder number = new StringBuilder();
    private final NameAddress address = new NameAddress();
    private @Nullable PhoneNumber dialed;
    private int dialedText;

    CallAttempt attempt(SipMessage invite, CallId callId, Trunk trunk) {
        readDialed(invite, trunk);
        String text = invite.text(dialedText);
        PhoneNumber screened = caller(invite, trunk);
        boolean withheld = Privacy.idAsked(invite);
        return new CallAttempt(
                callId,
                trunk,
                dialed,
                text.length() > LONGEST_DIALED_TEXT ? text.substring(0, LONGEST_DIALED_TEXT) : text,
                withheld ? null : screened,
                withheld,
                screened);
    }

    /** The first place of the trunk's that holds a phone number; the Request-URI's text when none does. */
    private void readDialed(SipMessage invite, Trunk trunk) {
        List<NumberReading.DialedSource> places = trunk.reading().dialedFrom();
        for (int i = 0; i < places.size(); i++) {
            SipUri uri = uriAt(invite, places.get(i));
            if (uri == null) {
                continue;
            }
            dialed = dialed(uri, trunk);
            dialedText = uri.user();
            if (dialed != null) {
                return;
            }
        }
        dialed = null;
        dialedText = invite.requestUri().user();
    }

    private @Nullable SipUri uriAt(SipMessage invite, NumberReading.DialedSource place) {
        return switch (place) {
            case REQUEST_URI -> invite.requestUri();
            case TO -> uriOf(invite, invite.value(SipHeader.TO));
            case DIVERSION -> uriOf(invite, invite.entry(SipHeader.DIVERSION, 0));
            case P_CALLED_PARTY_ID -> uriOf(invite, invite.value(SipHeader.P_CALLED_PARTY_ID));
        };
    }

    private @Nullable PhoneNumber dialed(SipUri uri, Trunk trunk) {
        boolean routingCounts = switch (trunk.reading().ported()) {
            case DIALED -> false;
            case ROUTING -> true;
        };
        PhoneNumber ported = routingCounts && uri.routingNumber(number) ? normalised(trunk) : null;
        return ported == null && uri.phoneNumber(number) ? normalised(trunk) : ported;
    }

    /** RFC 3325 §9.1: up to a sip and a tel URI, of which the first that is a phone number says who calls. */
    private @Nullable PhoneNumber caller(SipMessage invite, Trunk trunk) {
        if (trunk.reading().trusted() && invite.has(SipHeader.P_ASSERTED_IDENTITY)) {
            int count = Math.min(invite.entryCount(SipHeader.P_ASSERTED_IDENTITY), MOST_IDENTITIES);
            for (int i = 0; i < count; i++) {
                PhoneNumber asserted = phoneNumber(invite, invite.entry(SipHeader.P_ASSERTED_IDENTITY, i), trunk);
                if (asserted != null) {
                    return asserted;
                }
            }
        }
        return phoneNumber(invite, invite.value(SipHeader.FROM), trunk);
    }

    private @Nullable PhoneNumber phoneNumber(SipMessage invite, int value, Trunk trunk) {
        SipUri uri = uriOf(invite, value);
        return uri != null && uri.phoneNumber(number) ? normalised(trunk) : null;
    }

    private @Nullable SipUri uriOf(SipMessage invite, int value) {
        if (!Span.present(value) || !address.read(invite, value)) {
            return null;
        }
        SipUri uri = address.uri();
        return Span.present(uri.span()) && Span.present(uri.user()) ? uri : null;
    }

    private @Nullable PhoneNumber normalised(Trunk trunk) {
        return number.length() <= LONGEST_DIALED_TEXT ? trunk.normalisation().normalise(number) : null;
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.CallId;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.RouteDecision;
import io.ringtrace.routing.Router;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import org.jspecify.annotations.Nullable;

/** RFC 3261 §16.5: whose number was dialed, and where the call therefore goes. One per shard. */
final class TargetSelection {
    private static final int LONGEST_DIALED_TEXT = 128;
    private final AttributionLookup lookup;
    private final StringBuilder number = new StringBuilder();
    private final NameAddress from = new NameAddress();

    /**
     * @param staleMillis how far the directory was behind; 0 for a static number
     */
    record Selected(CallAttempt attempt, AttributionResult attribution, RouteDecision decision, long staleMillis) {}

    TargetSelection(AttributionLookup lookup) {
        this.lookup = lookup;
    }

    Selected select(RoutingPlan plan, SipMessage invite, CallId callId, Trunk trunk, long atMillis) {
        CallAttempt attempt = attempt(invite, callId, trunk);
        PhoneNumber dialed = attempt.dialed();
        AttributionResult attribution = Router.attribute(plan, dialed, lookup, atMillis);
        boolean fromDirectory = dialed != null && !(attribution instanceof AttributionResult.Static);
        long stale = fromDirectory ? lookup.staleMillis() : 0;
        long draw = callId.low() ^ callId.high();
        return new Selected(attempt, attribution, Router.route(plan, attempt, attribution, atMillis, draw), stale);
    }

    private CallAttempt attempt(SipMessage invite, CallId callId, Trunk trunk) {
        SipUri uri = invite.requestUri();
        String dialedText = invite.text(uri.user());
        if (dialedText.length() > LONGEST_DIALED_TEXT) {
            dialedText = dialedText.substring(0, LONGEST_DIALED_TEXT);
        }
        PhoneNumber dialed = phoneNumber(uri, trunk);
        boolean withheld = withheld(invite);
        PhoneNumber caller =
                withheld || !from.read(invite, invite.value(SipHeader.FROM)) ? null : phoneNumber(from.uri(), trunk);
        return new CallAttempt(callId, trunk, dialed, dialedText, caller, withheld);
    }

    private @Nullable PhoneNumber phoneNumber(SipUri uri, Trunk trunk) {
        number.setLength(0);
        return Span.present(uri.span()) && uri.phoneNumber(number) && number.length() <= LONGEST_DIALED_TEXT
                ? trunk.normalisation().normalise(number)
                : null;
    }

    /** Privacy: id, alone or among others (RFC 3323 §4.2: separated by semicolons; RFC 3325 §9.3). */
    private static boolean withheld(SipMessage invite) {
        int privacy = invite.value(SipHeader.PRIVACY);
        if (!Span.present(privacy)) {
            return false;
        }
        for (String value : invite.text(privacy).split(";", -1)) {
            if (value.strip().equalsIgnoreCase("id")) {
                return true;
            }
        }
        return false;
    }
}

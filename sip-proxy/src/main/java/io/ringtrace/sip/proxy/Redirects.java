package io.ringtrace.sip.proxy;

import io.ringtrace.attribution.AttributionLookup;
import io.ringtrace.attribution.AttributionResult;
import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Router;
import io.ringtrace.routing.RoutingPlan;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import io.ringtrace.sip.message.Span;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * RFC 3261 §16.5 and §16.7 step 4: the Contacts of one call's 3xx responses that may be followed, best first. Belongs to one
 * {@link ResponseContext} of a route that follows them, which makes it at the first 3xx.
 */
final class Redirects {
    /** In all of a call: a chain of gateways that redirect to one another ends. */
    private static final int MOST = 5;

    private static final int MOST_CONTACTS = 20;
    private static final int DEFAULT_PORT = 5060;
    private final CallAttempt attempt;
    private final ArrayDeque<Target> waiting = new ArrayDeque<>();
    private final Set<Place> seen = new HashSet<>();
    private final NameAddress contact = new NameAddress();
    private int followed;

    /** A gateway and the number to call there. */
    record Target(Gateway gateway, PhoneNumber number) {}

    private record Candidate(Target target, double preference) {}

    private record Place(String gateway, PhoneNumber number) {
        static Place of(Target target) {
            return new Place(target.gateway.name(), target.number);
        }
    }

    /**
     * @param gateways, destination where the call goes by itself; a redirection there is none
     */
    Redirects(CallAttempt attempt, List<Gateway> gateways, PhoneNumber destination) {
        this.attempt = attempt;
        gateways.forEach(gateway -> seen.add(new Place(gateway.name(), destination)));
    }

    /** True when some Contact of the 3xx is followed; the target set never has the same one twice (§16.5). */
    boolean add(SipMessage response, RoutingPlan plan, AttributionLookup lookup, long atMillis) {
        List<Candidate> candidates = new ArrayList<>();
        int count = response.entryCount(SipHeader.CONTACT);
        for (int i = 0; i < Math.min(count, MOST_CONTACTS); i++) {
            Target target = contact.read(response, response.entry(SipHeader.CONTACT, i))
                    ? target(response, contact.uri(), plan, lookup, atMillis)
                    : null;
            if (target != null) {
                candidates.add(new Candidate(target, preference(response)));
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::preference).reversed());
        int before = waiting.size();
        for (Candidate candidate : candidates) {
            if (followed < MOST && seen.add(Place.of(candidate.target()))) {
                followed++;
                waiting.add(candidate.target());
            }
        }
        return waiting.size() > before;
    }

    /** Whether there is one whose turn has not come. */
    boolean hasNext() {
        return !waiting.isEmpty();
    }

    Target next() {
        return waiting.remove();
    }

    int size() {
        return waiting.size();
    }

    private @Nullable Target target(
            SipMessage response, SipUri uri, RoutingPlan plan, AttributionLookup lookup, long atMillis) {
        StringBuilder text = new StringBuilder();
        if (uri.scheme() != SipUri.Scheme.SIP || !Span.present(uri.host()) || !uri.phoneNumber(text)) {
            return null;
        }
        PhoneNumber number = attempt.trunk().normalisation().normalise(text);
        if (number == null) {
            return null;
        }
        AttributionResult known = Router.attribute(plan, number, lookup, atMillis);
        int port = uri.port() < 0 ? DEFAULT_PORT : uri.port();
        Gateway gateway = Router.redirected(plan, attempt, number, response.text(uri.host()), port, known, atMillis);
        return gateway == null ? null : new Target(gateway, number);
    }

    /** The q of the Contact just read; 1 when it has none that can be read (§20.10). */
    private double preference(SipMessage response) {
        int q = contact.parameter("q");
        try {
            return Span.present(q) ? Double.parseDouble(response.text(q)) : 1;
        } catch (NumberFormatException _) {
            return 1;
        }
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.HeaderRules;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.message.DigestCredentials;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.RequestSplice;
import io.ringtrace.sip.message.SentBy;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;
import io.ringtrace.sip.message.Splice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of a trunk and the trust of both sides change in the headers of a call, besides what a proxy must. A call of a trunk without
 * rules costs a few comparisons here. One per shard.
 */
final class CallHeaders {
    private static final String IDENTITY_INFO = "Identity-Info";
    private final FromSeal seal;
    private final HistoryInfo history = new HistoryInfo();
    private final NameAddress address = new NameAddress();
    private final StringBuilder value = new StringBuilder();

    CallHeaders(FromSeal seal) {
        this.seal = seal;
    }

    /**
     * Edits the first INVITE of a call; to be called before the Record-Routes are put.
     *
     * @param target the Request-URI it goes on with
     * @param ours how we name ourselves towards the gateway
     * @param callDataValue what the destination is told of the call; null for nothing
     */
    void newCall(
            RequestSplice splice,
            SipMessage invite,
            CallAttempt attempt,
            Gateway gateway,
            CharSequence target,
            SentBy ours,
            @Nullable String callDataValue) {
        Trunk trunk = attempt.trunk();
        identityByTrust(splice, invite, trunk.reading().trusted(), gateway.trusted());
        consumeCredentials(splice, invite, trunk);
        HeaderRules rules = trunk.headers();
        if (!rules.changeInvite()) {
            return;
        }
        strip(splice, rules.stripped());
        PhoneNumber dialed = attempt.dialed();
        PhoneNumber shown = rules.callerId().shown(dialed);
        if (shown != null) {
            show(splice, invite, attempt, shown, rules.rewriteFrom(), ours);
        }
        if (dialed != null) {
            promoNumber(splice, invite, attempt, dialed, target, ours);
        }
        HeaderRules.CallDataHeader callData = rules.callData();
        if (callData != null && callDataValue != null) {
            // What came under this name is not ours, and the destination could not tell.
            splice.removeNamed(callData.name());
            splice.add(callData.name(), callDataValue);
        }
    }

    /** RFC 3325 §5: an identity is taken from a trusted neighbour only, and told to another only when its owner did not ask for privacy. */
    static void identityByTrust(Splice splice, SipMessage message, boolean fromTrusted, boolean toTrusted) {
        if (fromTrusted && toTrusted) {
            return;
        }
        if (message.has(SipHeader.P_ASSERTED_IDENTITY) && (!fromTrusted || Privacy.idAsked(message))) {
            splice.remove(SipHeader.P_ASSERTED_IDENTITY);
        }
    }

    /** RFC 3261 §22.3: the credentials that were for us are nobody else's business. */
    private static void consumeCredentials(RequestSplice splice, SipMessage request, Trunk trunk) {
        DigestUser user = trunk.access().digest();
        if (user == null) {
            return;
        }
        for (int field = request.first(SipHeader.PROXY_AUTHORIZATION); field >= 0; field = request.next(field)) {
            DigestCredentials credentials = DigestCredentials.read(request.text(request.value(field)));
            if (credentials != null && credentials.realm().equals(user.realm())) {
                splice.removeField(field);
            }
        }
    }

    static void strip(Splice splice, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            splice.removeNamed(names.get(i));
        }
    }

    private void show(
            RequestSplice splice,
            SipMessage invite,
            CallAttempt attempt,
            PhoneNumber shown,
            boolean rewriteFrom,
            SentBy ours) {
        splice.remove(SipHeader.P_ASSERTED_IDENTITY);
        splice.remove(SipHeader.P_PREFERRED_IDENTITY);
        splice.add(SipHeader.P_ASSERTED_IDENTITY.fieldName(), uri(shown, ours));
        int from = invite.value(SipHeader.FROM);
        if (!rewriteFrom || !address.read(invite, from)) {
            return;
        }
        String sealed = seal.sealed(attempt.callId(), shown, originalFrom(invite, from));
        if (sealed == null) {
            return;
        }
        splice.recordRouteParameter(FromSeal.PARAMETER + "=" + sealed);
        rewrite(splice, invite, SipHeader.FROM, uri(shown, ours));
        splice.remove(SipHeader.IDENTITY);
        splice.removeNamed(IDENTITY_INFO);
    }

    /** From without its parameters; without its display name where that makes it too long. */
    private String originalFrom(SipMessage invite, int from) {
        int parameters = address.parameters();
        int end = Span.present(parameters) ? Span.start(parameters) : Span.end(from);
        String whole = invite.text(Span.of(Span.start(from), end)).strip();
        return whole.length() <= FromSeal.LONGEST ? whole : "<" + invite.text(address.uriSpan()) + ">";
    }

    /** Puts another address into From or To and leaves its parameters, of which the tag names the dialog. */
    private void rewrite(RequestSplice splice, SipMessage request, SipHeader header, CharSequence with) {
        int field = request.first(header);
        if (!address.read(request, request.value(field))) {
            return;
        }
        String parameters = Span.present(address.parameters()) ? request.text(address.parameters()) : "";
        splice.replaceValue(field, with + parameters);
    }

    /**
     * Edits a request within a dialog.
     *
     * @param sealed range of what {@link FromSeal} put into the request's top Route; absent when From was not replaced
     */
    void inDialog(RequestSplice splice, SipMessage request, Dialog dialog, int sealed, SentBy ours) {
        Trunk trunk = dialog.trunk();
        boolean trunkTrusted = trunk == null || trunk.reading().trusted();
        Gateway gateway = dialog.gateway();
        boolean gatewayTrusted = gateway == null || gateway.trusted();
        identityByTrust(
                splice,
                request,
                dialog.fromCaller() ? trunkTrusted : gatewayTrusted,
                dialog.fromCaller() ? gatewayTrusted : trunkTrusted);
        if (trunk != null) {
            consumeCredentials(splice, request, trunk);
            strip(splice, trunk.headers().stripped());
        }
        if (!Span.present(sealed)) {
            return;
        }
        FromSeal.Opened opened = seal.opened(dialog.cookie().callId(), request.text(sealed));
        if (opened == null) {
            return;
        }
        if (dialog.fromCaller()) {
            rewrite(splice, request, SipHeader.FROM, uri(opened.shown(), ours));
            splice.remove(SipHeader.IDENTITY);
            splice.removeNamed(IDENTITY_INFO);
        } else {
            rewrite(splice, request, SipHeader.TO, opened.original());
        }
    }

    private void promoNumber(
            RequestSplice splice,
            SipMessage invite,
            CallAttempt attempt,
            PhoneNumber dialed,
            CharSequence target,
            SentBy ours) {
        switch (attempt.trunk().headers().promoNumber()) {
            case NONE -> {}
            case DIVERSION ->
                splice.addOnTop(SipHeader.DIVERSION, uri(dialed, ours) + ";reason=unconditional;counter=1;privacy=off");
            case HISTORY_INFO ->
                splice.add(
                        SipHeader.HISTORY_INFO.fieldName(), history.added(invite, attempt, uri(dialed, ours), target));
        }
    }

    /** {@code <sip:+18005550123@host>} with our own host, for the number is ours. */
    private String uri(PhoneNumber number, SentBy ours) {
        value.setLength(0);
        value.append("<sip:+").append(number.digits()).append('@');
        boolean ipv6 = ours.host().indexOf(':') >= 0;
        value.append(ipv6 ? "[" : "").append(ours.host()).append(ipv6 ? "]" : "");
        return value.append(";user=phone>").toString();
    }
}

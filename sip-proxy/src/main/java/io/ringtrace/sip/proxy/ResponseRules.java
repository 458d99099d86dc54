package io.ringtrace.sip.proxy;

import io.ringtrace.routing.Gateway;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.message.ResponseSplice;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the headers of a request's responses.
 *
 * @param from From as the request had it when it came, to be put back; null when it went on unchanged
 * @param to the same for To
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
record ResponseRules(
        boolean fromTrusted, boolean toTrusted, List<String> stripped, byte @Nullable [] from, byte @Nullable [] to) {

    /**
     * Null when responses pass as they come.
     *
     * @param trunk null when it is not known any more
     * @param gateway null when it is not known any more
     * @param rewritten the request went on with another From or To
     */
    static @Nullable ResponseRules of(
            SipMessage request,
            @Nullable Trunk trunk,
            @Nullable Gateway gateway,
            boolean towardsCaller,
            boolean rewritten) {
        boolean trunkTrusted = trunk == null || trunk.reading().trusted();
        boolean gatewayTrusted = gateway == null || gateway.trusted();
        List<String> stripped = trunk == null ? List.of() : trunk.headers().stripped();
        if (trunkTrusted && gatewayTrusted && stripped.isEmpty() && !rewritten) {
            return null;
        }
        return new ResponseRules(
                towardsCaller ? gatewayTrusted : trunkTrusted,
                towardsCaller ? trunkTrusted : gatewayTrusted,
                stripped,
                rewritten ? request.copy(request.value(SipHeader.FROM)) : null,
                rewritten && Span.present(request.toTag()) ? request.copy(request.value(SipHeader.TO)) : null);
    }

    void apply(ResponseSplice splice, SipMessage response) {
        CallHeaders.identityByTrust(splice, response, fromTrusted, toTrusted);
        CallHeaders.strip(splice, stripped);
        byte[] originalFrom = from;
        if (originalFrom != null && response.has(SipHeader.FROM)) {
            splice.replaceValue(response.first(SipHeader.FROM), originalFrom);
        }
        byte[] originalTo = to;
        if (originalTo != null && response.has(SipHeader.TO)) {
            splice.replaceValue(response.first(SipHeader.TO), originalTo);
        }
    }
}

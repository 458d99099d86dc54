package io.ringtrace.sip.proxy;

import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;

/** What a caller asked to be kept private (RFC 3323). */
final class Privacy {
    private Privacy() {}

    /** Privacy: id, alone or among others (RFC 3323 §4.2: separated by semicolons; RFC 3325 §9.3). */
    static boolean idAsked(SipMessage request) {
        for (int field = request.first(SipHeader.PRIVACY); field >= 0; field = request.next(field)) {
            for (String value : request.text(request.value(field)).split("[;,]", -1)) {
                if (value.strip().equalsIgnoreCase("id")) {
                    return true;
                }
            }
        }
        return false;
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallAttempt;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.sip.message.NameAddress;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;
import java.util.regex.Pattern;

/** What a proxy that changes the Request-URI adds to History-Info (RFC 7044 §9.1, §10.3): where the request was, and where it goes. One per shard. */
final class HistoryInfo {
    private static final Pattern INDEX = Pattern.compile("[0-9]{1,4}(\\.[0-9]{1,4}){0,8}");
    private final NameAddress address = new NameAddress();
    private final StringBuilder number = new StringBuilder();

    /**
     * The value of the field that is added behind all others.
     *
     * @param here the number that was dialed, in angle brackets
     * @param target the new Request-URI
     */
    String added(SipMessage invite, CallAttempt attempt, String here, CharSequence target) {
        int entries = invite.entryCount(SipHeader.HISTORY_INFO);
        String last = entries == 0 ? "" : lastIndex(invite, entries);
        if (!last.isEmpty() && namesDialed(attempt)) {
            return "<" + target + ">;index=" + last + ".1;mp=" + last;
        }
        String index = last.isEmpty() ? "1" : last + ".1";
        return here + ";index=" + index + ", <" + target + ">;index=" + index + ".1;mp=" + index;
    }

    /** The index of the last entry, which is then the one read; empty when it has none that can be counted on. */
    private String lastIndex(SipMessage invite, int entries) {
        if (!address.read(invite, invite.entry(SipHeader.HISTORY_INFO, entries - 1))) {
            return "";
        }
        int index = address.parameter("index");
        String written = Span.present(index) ? invite.text(index) : "";
        return INDEX.matcher(written).matches() ? written : "";
    }

    /** Who sent us the INVITE has written down where he sent it. */
    private boolean namesDialed(CallAttempt attempt) {
        PhoneNumber dialed = attempt.dialed();
        return dialed != null
                && address.uri().phoneNumber(number)
                && dialed.equals(attempt.trunk().normalisation().normalise(number));
    }
}

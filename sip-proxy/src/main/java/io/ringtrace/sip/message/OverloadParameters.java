package io.ringtrace.sip.message;

/**
 * The parameters by which a Via offers overload control, {@code oc} and those that begin with {@code oc-} (RFC 7339 §4). Stateless.
 */
public final class OverloadParameters {
    /** Who put the Via offers nothing. */
    public static final int NONE = 0;
    /** It follows the loss algorithm, as all do who offer anything. */
    public static final int LOSS = 1;
    /** It follows the rate algorithm too (RFC 7415). */
    public static final int LOSS_AND_RATE = 2;

    private static final String OC = "oc";
    private static final String ALGORITHMS = "oc-algo";
    private static final String RATE = "rate";

    private OverloadParameters() {}

    /** What the Via at that span offers: an {@code oc} without a value. */
    public static int offered(SipMessage message, int via) {
        byte[] bytes = message.bytes;
        int to = message.offset + Span.end(via);
        boolean offers = false;
        boolean rate = false;
        int at = HeaderLists.next(bytes, message.offset + Span.start(via), to, ';');
        while (at < to) {
            int end = HeaderLists.next(bytes, at + 1, to, ';');
            int name = Ascii.skipWhite(bytes, at + 1, end);
            if (ours(bytes, name, end)) {
                int nameEnd = nameEnd(bytes, name, end);
                boolean hasValue = Ascii.skipWhite(bytes, nameEnd, end) < end;
                offers |= !hasValue && Ascii.sameIgnoringCase(OC, bytes, name, nameEnd);
                rate |= Ascii.sameIgnoringCase(ALGORITHMS, bytes, name, nameEnd) && names(bytes, nameEnd, end);
            }
            at = end;
        }
        return !offers ? NONE : rate ? LOSS_AND_RATE : LOSS;
    }

    /** Takes the parameters out of the Via value that was composed from there on, and puts these in their place. */
    static void replace(Scratch text, int from, CharSequence with) {
        int at = HeaderLists.next(text.bytes(), from, text.length(), ';');
        while (at < text.length()) {
            int end = HeaderLists.next(text.bytes(), at + 1, text.length(), ';');
            if (ours(text.bytes(), Ascii.skipWhite(text.bytes(), at + 1, end), end)) {
                text.delete(at, end);
            } else {
                at = end;
            }
        }
        text.append(with);
    }

    /** The same in a message that is edited, for the Via at that span. */
    static void replace(Splice splice, SipMessage message, int via, CharSequence with) {
        int to = message.offset + Span.end(via);
        int at = HeaderLists.next(message.bytes, message.offset + Span.start(via), to, ';');
        while (at < to) {
            int end = HeaderLists.next(message.bytes, at + 1, to, ';');
            if (ours(message.bytes, Ascii.skipWhite(message.bytes, at + 1, end), end)) {
                splice.delete(at - message.offset, end - message.offset);
            }
            at = end;
        }
        splice.insert(Span.end(via), with);
    }

    private static boolean ours(byte[] bytes, int name, int end) {
        if (end - name < OC.length() || Ascii.lower(bytes[name]) != 'o' || Ascii.lower(bytes[name + 1]) != 'c') {
            return false;
        }
        int after = name + OC.length();
        return after == end || bytes[after] == '-' || bytes[after] == '=' || Ascii.white(bytes[after]);
    }

    private static int nameEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '=' && !Ascii.white(bytes[at])) {
            at++;
        }
        return at;
    }

    /** True when rate is among the names in quotes. */
    private static boolean names(byte[] bytes, int from, int end) {
        for (int at = from; at + RATE.length() <= end; at++) {
            boolean begins = at > from && !Ascii.token(bytes[at - 1]);
            int after = at + RATE.length();
            if (begins
                    && Ascii.sameIgnoringCase(RATE, bytes, at, after)
                    && (after == end || !Ascii.token(bytes[after]))) {
                return true;
            }
        }
        return false;
    }
}

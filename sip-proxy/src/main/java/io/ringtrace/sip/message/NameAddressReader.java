package io.ringtrace.sip.message;

/** Reads name-addr and addr-spec values with their header parameters into the view (RFC 3261 §20.10, §25.1). */
final class NameAddressReader {
    private static final String TAG = "tag";

    private NameAddressReader() {}

    static boolean read(byte[] bytes, int base, int span, NameAddress into) {
        into.bytes = bytes;
        into.base = base;
        into.displayName = Span.NONE;
        into.uriSpan = Span.NONE;
        into.parameters = Span.NONE;
        int from = base + Span.start(span);
        int end = base + Span.end(span);
        int at = from;
        if (at < end && bytes[at] == '"') {
            at = HeaderLists.closingQuote(bytes, at, end) + 1;
            if (at > end) {
                return false;
            }
            into.displayName = Span.of(from - base, at - base);
            at = Ascii.skipWhite(bytes, at, end);
            return at < end && bytes[at] == '<' && bracketed(bytes, at, end, base, into);
        }
        while (at < end && bytes[at] != '<' && bytes[at] != ':') {
            at++;
        }
        if (at >= end) {
            return false;
        }
        if (bytes[at] == '<') {
            int nameEnd = Ascii.trimEnd(bytes, from, at);
            if (nameEnd > from) {
                into.displayName = Span.of(from - base, nameEnd - base);
            }
            return bracketed(bytes, at, end, base, into);
        }
        int uriEnd = from;
        while (uriEnd < end && bytes[uriEnd] != ';' && !Ascii.white(bytes[uriEnd])) {
            uriEnd++;
        }
        return at < uriEnd && rest(bytes, from, uriEnd, uriEnd, end, base, into);
    }

    private static boolean bracketed(byte[] bytes, int open, int end, int base, NameAddress into) {
        int close = Ascii.indexOf(bytes, open, end, '>');
        return close > open + 1 && rest(bytes, open + 1, close, close + 1, end, base, into);
    }

    /** Notes the URI and checks that nothing but parameters follows it. */
    private static boolean rest(byte[] bytes, int uri, int uriEnd, int from, int end, int base, NameAddress into) {
        int at = Ascii.skipWhite(bytes, from, end);
        if (at < end) {
            if (bytes[at] != ';') {
                return false;
            }
            into.parameters = Span.of(at - base, end - base);
        }
        into.uriSpan = Span.of(uri - base, uriEnd - base);
        return true;
    }

    /** The tag, which nearly always is the first parameter and is read for every message. */
    static int tag(byte[] bytes, int base, int parameters) {
        int from = base + Span.start(parameters) + 1;
        int end = base + Span.end(parameters);
        if (end - from > TAG.length()
                && bytes[from + TAG.length()] == '='
                && Ascii.sameIgnoringCase(TAG, bytes, from, from + TAG.length())) {
            int value = Ascii.skipWhite(bytes, from + TAG.length() + 1, end);
            int valueEnd = HeaderLists.next(bytes, value, end, ';');
            return Span.of(value - base, Ascii.trimEnd(bytes, value, valueEnd) - base);
        }
        return parameter(bytes, base, parameters, TAG);
    }

    static int parameter(byte[] bytes, int base, int parameters, CharSequence name) {
        int end = base + Span.end(parameters);
        int at = base + Span.start(parameters);
        while (at < end && Span.present(parameters)) {
            int from = Ascii.skipWhite(bytes, at + 1, end);
            int to = HeaderLists.next(bytes, from, end, ';');
            int equal = Ascii.indexOf(bytes, from, to, '=');
            int nameEnd = Ascii.trimEnd(bytes, from, equal < 0 ? to : equal);
            if (Ascii.sameIgnoringCase(name, bytes, from, nameEnd)) {
                int value = equal < 0 ? nameEnd : Ascii.skipWhite(bytes, equal + 1, to);
                return Span.of(value - base, Ascii.trimEnd(bytes, value, Math.max(value, to)) - base);
            }
            at = to;
        }
        return Span.NONE;
    }
}

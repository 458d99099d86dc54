package io.ringtrace.sip.message;

/**
 * Reads URIs into their view (RFC 3261 §19.1 and §25.1, RFC 3966). Characters beyond the grammar that phones do send in a user part, such
 * as {@code #}, pass; white space, angle brackets, quotes and controls never do.
 */
final class UriReader {
    private static final int HIGHEST_PORT = 65_535;
    private static final int LONGEST_SCHEME = 32;

    private UriReader() {}

    static boolean read(byte[] bytes, int base, int span, SipUri into) {
        into.clear();
        into.bytes = bytes;
        into.base = base;
        int from = base + Span.start(span);
        int end = base + Span.end(span);
        int colon = schemeEnd(bytes, from, end);
        if (colon < 0 || colon + 1 >= end || !onlyUriCharacters(bytes, colon + 1, end)) {
            return false;
        }
        into.scheme = scheme(bytes, from, colon);
        boolean good = switch (into.scheme) {
            case SIP, SIPS -> sip(bytes, colon + 1, end, base, into);
            case TEL -> tel(bytes, colon + 1, end, base, into);
            case OTHER -> true;
        };
        if (good) {
            into.span = span;
        } else {
            into.clear();
        }
        return good;
    }

    private static SipUri.Scheme scheme(byte[] bytes, int from, int colon) {
        if (Ascii.sameIgnoringCase("sip", bytes, from, colon)) {
            return SipUri.Scheme.SIP;
        } else if (Ascii.sameIgnoringCase("sips", bytes, from, colon)) {
            return SipUri.Scheme.SIPS;
        } else if (Ascii.sameIgnoringCase("tel", bytes, from, colon)) {
            return SipUri.Scheme.TEL;
        }
        return SipUri.Scheme.OTHER;
    }

    private static int schemeEnd(byte[] bytes, int from, int end) {
        int last = Math.min(end, from + LONGEST_SCHEME);
        for (int at = from; at < last; at++) {
            int c = Ascii.lower(bytes[at]);
            if (c == ':') {
                return at == from ? -1 : at;
            }
            boolean letter = c >= 'a' && c <= 'z';
            if (!letter && (at == from || !(Ascii.digit(c) || c == '+' || c == '-' || c == '.'))) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean onlyUriCharacters(byte[] bytes, int from, int end) {
        for (int at = from; at < end; at++) {
            int c = bytes[at];
            if ((c >= 0 && c <= ' ') || c == '<' || c == '>' || c == '"' || c == 0x7F) {
                return false;
            }
        }
        return true;
    }

    private static boolean sip(byte[] bytes, int from, int end, int base, SipUri into) {
        int at = from;
        int sign = Ascii.indexOf(bytes, from, end, '@');
        if (sign >= 0) {
            int password = Ascii.indexOf(bytes, from, sign, ':');
            int userEnd = password < 0 ? sign : password;
            if (userEnd == from
                    || !escapesComplete(bytes, from, sign)
                    || Ascii.indexOf(bytes, sign + 1, end, '@') >= 0) {
                return false;
            }
            into.user = Span.of(from - base, userEnd - base);
            at = sign + 1;
        }
        int hostEnd = Hosts.end(bytes, at, end);
        if (hostEnd == at) {
            return false;
        }
        into.ipv6 = bytes[at] == '[';
        into.host = into.ipv6 ? Span.of(at + 1 - base, hostEnd - 1 - base) : Span.of(at - base, hostEnd - base);
        at = hostEnd;
        if (at < end && bytes[at] == ':') {
            int digits = ++at;
            while (at < end && Ascii.digit(bytes[at])) {
                at++;
            }
            into.port = (int) Ascii.number(bytes, digits, at, HIGHEST_PORT);
            if (into.port < 0) {
                return false;
            }
        }
        int question = Ascii.indexOf(bytes, at, end, '?');
        int parametersEnd = question < 0 ? end : question;
        if (at < parametersEnd) {
            if (bytes[at] != ';') {
                return false;
            }
            into.parameters = Span.of(at - base, parametersEnd - base);
        }
        if (question >= 0) {
            into.headers = Span.of(question - base, end - base);
        }
        return true;
    }

    private static boolean tel(byte[] bytes, int from, int end, int base, SipUri into) {
        int semicolon = Ascii.indexOf(bytes, from, end, ';');
        int numberEnd = semicolon < 0 ? end : semicolon;
        if (numberEnd == from || !escapesComplete(bytes, from, numberEnd)) {
            return false;
        }
        into.user = Span.of(from - base, numberEnd - base);
        if (semicolon >= 0) {
            into.parameters = Span.of(semicolon - base, end - base);
        }
        return true;
    }

    private static boolean escapesComplete(byte[] bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            if (bytes[at] == '%'
                    && (at + 2 >= to || !Ascii.hexDigit(bytes[at + 1]) || !Ascii.hexDigit(bytes[at + 2]))) {
                return false;
            }
        }
        return true;
    }

    static int parameter(SipUri uri, CharSequence name) {
        byte[] bytes = uri.bytes;
        int base = uri.base;
        int end = base + Span.end(uri.parameters);
        int at = base + Span.start(uri.parameters);
        while (at < end && Span.present(uri.parameters)) {
            int from = at + 1;
            int next = Ascii.indexOf(bytes, from, end, ';');
            int to = next < 0 ? end : next;
            int equal = Ascii.indexOf(bytes, from, to, '=');
            if (Ascii.sameIgnoringCase(name, bytes, from, equal < 0 ? to : equal)) {
                return Span.of((equal < 0 ? to : equal + 1) - base, to - base);
            }
            at = to;
        }
        return Span.NONE;
    }

    /**
     * The value of a parameter of the number itself: in a tel URI any parameter, in a sip URI one within the user part (RFC 3261 §19.1.6).
     */
    private static int numberParameter(SipUri uri, CharSequence name) {
        if (uri.scheme == SipUri.Scheme.TEL) {
            return parameter(uri, name);
        }
        int end = uri.base + Span.end(uri.user);
        int at = Ascii.indexOf(uri.bytes, uri.base + Span.start(uri.user), end, ';');
        while (at >= 0 && at < end) {
            int next = Ascii.indexOf(uri.bytes, at + 1, end, ';');
            int to = next < 0 ? end : next;
            int equal = Ascii.indexOf(uri.bytes, at + 1, to, '=');
            if (equal >= 0 && Ascii.sameIgnoringCase(name, uri.bytes, at + 1, equal)) {
                return Span.of(equal + 1 - uri.base, to - uri.base);
            }
            at = to;
        }
        return Span.NONE;
    }

    static boolean phoneNumber(SipUri uri, StringBuilder into) {
        into.setLength(0);
        if (!Span.present(uri.user)) {
            return false;
        }
        unescape(uri, uri.user, into);
        if (!into.isEmpty() && into.charAt(0) != '+') {
            putContextBefore(uri, "phone-context", into);
        }
        return !into.isEmpty();
    }

    static boolean routingNumber(SipUri uri, StringBuilder into) {
        into.setLength(0);
        if (!Span.present(uri.user)) {
            return false;
        }
        int number = numberParameter(uri, "rn");
        if (!Span.present(number)) {
            return false;
        }
        unescape(uri, number, into);
        if (!into.isEmpty() && into.charAt(0) != '+') {
            putContextBefore(uri, "rn-context", into);
        }
        return !into.isEmpty();
    }

    /** A local number's context that begins with a plus sign makes it global (RFC 3966 §5.1.5); a domain name says nothing here. */
    private static void putContextBefore(SipUri uri, CharSequence name, StringBuilder number) {
        int context = numberParameter(uri, name);
        if (!Span.present(context) || Span.length(context) == 0) {
            return;
        }
        String local = number.toString();
        number.setLength(0);
        unescape(uri, context, number);
        if (number.charAt(0) != '+') {
            number.setLength(0);
        }
        number.append(local);
    }

    /** Appends the range up to its first semicolon, with escapes resolved. */
    private static void unescape(SipUri uri, int span, StringBuilder into) {
        byte[] bytes = uri.bytes;
        int end = uri.base + Span.end(span);
        for (int at = uri.base + Span.start(span); at < end && bytes[at] != ';'; at++) {
            int c = bytes[at] & 0xFF;
            if (c == '%' && at + 2 < end && Ascii.hexDigit(bytes[at + 1]) && Ascii.hexDigit(bytes[at + 2])) {
                c = Character.digit(bytes[at + 1], 16) << 4 | Character.digit(bytes[at + 2], 16);
                at += 2;
            }
            into.append((char) c);
        }
    }
}

package io.ringtrace.sip.message;

/**
 * Reads a Via value (RFC 3261 §25.1, via-parm): {@code SIP/2.0/UDP host:port;params}, with white space wherever the grammar allows it
 * (RFC 4475 §3.1.1.1).
 */
final class ViaReader {
    private static final String MAGIC_COOKIE = "z9hG4bK";
    private static final int HIGHEST_PORT = 65_535;

    private ViaReader() {}

    static boolean hasMagicCookie(SipMessage message, int branch) {
        int from = message.offset + Span.start(branch);
        return Span.length(branch) >= MAGIC_COOKIE.length()
                && Ascii.sameIgnoringCase(MAGIC_COOKIE, message.bytes, from, from + MAGIC_COOKIE.length());
    }

    static boolean read(SipMessage message, int span, Via into) {
        into.clear();
        byte[] bytes = message.bytes;
        int base = message.offset;
        int end = base + Span.end(span);
        int at = protocol(bytes, base + Span.start(span), end, base, into);
        if (at > 0) {
            at = sentBy(bytes, Ascii.skipWhite(bytes, at, end), end, base, into);
        }
        if (at <= 0 || !parameters(bytes, at, end, base, into)) {
            into.clear();
            return false;
        }
        into.span = span;
        return true;
    }

    /** Reads {@code SIP / 2.0 / UDP}; the position behind it, 0 when it is malformed or no white space follows. */
    private static int protocol(byte[] bytes, int from, int end, int base, Via into) {
        int at = token(bytes, from, end);
        if (at == from) {
            return 0;
        }
        at = Ascii.skipWhite(bytes, at, end);
        if (at >= end || bytes[at] != '/') {
            return 0;
        }
        int version = Ascii.skipWhite(bytes, at + 1, end);
        at = token(bytes, version, end);
        if (at == version) {
            return 0;
        }
        at = Ascii.skipWhite(bytes, at, end);
        if (at >= end || bytes[at] != '/') {
            return 0;
        }
        int transport = Ascii.skipWhite(bytes, at + 1, end);
        at = token(bytes, transport, end);
        if (at == transport || at >= end || !Ascii.white(bytes[at])) {
            return 0;
        }
        into.transport = Span.of(transport - base, at - base);
        into.tls = Ascii.sameIgnoringCase("TLS", bytes, transport, at);
        return at;
    }

    /** Reads {@code host [: port]}; the position behind it and white space, 0 when it is malformed. */
    private static int sentBy(byte[] bytes, int from, int end, int base, Via into) {
        int at = Hosts.end(bytes, from, end);
        if (at <= from) {
            return 0;
        }
        into.host = Span.of(from - base, at - base);
        at = Ascii.skipWhite(bytes, at, end);
        if (at < end && bytes[at] == ':') {
            int digits = Ascii.skipWhite(bytes, at + 1, end);
            at = digits;
            while (at < end && Ascii.digit(bytes[at])) {
                at++;
            }
            into.port = (int) Ascii.number(bytes, digits, at, HIGHEST_PORT);
            if (into.port < 0) {
                return 0;
            }
            at = Ascii.skipWhite(bytes, at, end);
        }
        return at;
    }

    private static boolean parameters(byte[] bytes, int from, int end, int base, Via into) {
        int at = from;
        while (at < end) {
            if (bytes[at] != ';') {
                return false;
            }
            int name = Ascii.skipWhite(bytes, at + 1, end);
            int nameEnd = token(bytes, name, end);
            if (nameEnd == name) {
                return false;
            }
            at = Ascii.skipWhite(bytes, nameEnd, end);
            int value = nameEnd;
            int valueEnd = nameEnd;
            if (at < end && bytes[at] == '=') {
                value = Ascii.skipWhite(bytes, at + 1, end);
                valueEnd = valueEnd(bytes, value, end);
                if (valueEnd == value || valueEnd > end) {
                    return false;
                }
                at = Ascii.skipWhite(bytes, valueEnd, end);
            }
            if (!keep(bytes, name, nameEnd, value, valueEnd, base, into)) {
                return false;
            }
        }
        return true;
    }

    private static int valueEnd(byte[] bytes, int from, int end) {
        if (from < end && bytes[from] == '"') {
            return HeaderLists.closingQuote(bytes, from, end) + 1;
        }
        int at = from;
        while (at < end && bytes[at] != ';' && !Ascii.white(bytes[at])) {
            at++;
        }
        return at;
    }

    /** Notes a parameter that counts; false when it stands there twice or its value cannot be (§7.3.1). */
    private static boolean keep(byte[] bytes, int name, int nameEnd, int value, int valueEnd, int base, Via into) {
        int span = Span.of(value - base, valueEnd - base);
        switch (nameEnd - name) {
            case 5 -> {
                if (Ascii.sameIgnoringCase("rport", bytes, name, nameEnd)) {
                    if (into.rport != Via.NO_RPORT) {
                        return false;
                    }
                    into.rportSpan = Span.of(name - base, valueEnd - base);
                    into.rport = value == valueEnd
                            ? Via.ASKED_RPORT
                            : (int) Ascii.number(bytes, value, valueEnd, HIGHEST_PORT);
                    return into.rport >= 0;
                }
                if (Ascii.sameIgnoringCase("maddr", bytes, name, nameEnd)) {
                    into.maddr = span;
                }
            }
            case 6 -> {
                if (Ascii.sameIgnoringCase("branch", bytes, name, nameEnd)) {
                    if (Span.present(into.branch) || value == valueEnd) {
                        return false;
                    }
                    into.branch = span;
                }
            }
            case 8 -> {
                if (Ascii.sameIgnoringCase("received", bytes, name, nameEnd)) {
                    if (Span.present(into.received) || value == valueEnd) {
                        return false;
                    }
                    into.received = span;
                }
            }
            default -> {}
        }
        return true;
    }

    private static int token(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && Ascii.token(bytes[at])) {
            at++;
        }
        return at;
    }
}

package io.ringtrace.sip.message;

import org.jspecify.annotations.Nullable;

/** Reads a Request-Line or Status-Line (RFC 3261 §7.1, §7.2). */
final class StartLine {
    private static final String VERSION = "SIP/2.0";
    private static final String VERSION_START = "SIP/";
    private static final int STATUS_DIGITS = 3;

    private StartLine() {}

    /** Reads the line between the positions, line end excluded; null when it is good. */
    static @Nullable Flaw read(SipMessage into, int from, int lineEnd) {
        byte[] bytes = into.bytes;
        int first = from + VERSION_START.length();
        if (first <= lineEnd && Ascii.sameIgnoringCase(VERSION_START, bytes, from, first)) {
            return statusLine(into, from, lineEnd);
        }
        return requestLine(into, from, lineEnd);
    }

    private static @Nullable Flaw requestLine(SipMessage into, int from, int lineEnd) {
        byte[] bytes = into.bytes;
        int base = into.offset;
        int methodEnd = Ascii.indexOf(bytes, from, lineEnd, ' ');
        if (methodEnd < 0 || !Ascii.token(bytes, from, methodEnd)) {
            return Flaw.NOT_SIP;
        }
        int end = Ascii.trimEnd(bytes, methodEnd, lineEnd);
        int version = end;
        while (version > methodEnd && bytes[version - 1] != ' ') {
            version--;
        }
        int uri = methodEnd + 1;
        int versionStart = version + VERSION_START.length();
        if (versionStart > end || !Ascii.sameIgnoringCase(VERSION_START, bytes, version, versionStart)) {
            return Flaw.NOT_SIP;
        }
        into.request = true;
        into.methodSpan = Span.of(from - base, methodEnd - base);
        into.method = SipMethod.of(bytes, from, methodEnd);
        if (!Ascii.sameIgnoringCase(VERSION, bytes, version, end)) {
            return Flaw.VERSION;
        }
        if (version - 1 < uri) {
            return Flaw.REQUEST_URI;
        }
        into.requestUriSpan = Span.of(uri - base, version - 1 - base);
        if (!into.requestUri().read(bytes, base, into.requestUriSpan)) {
            return Flaw.REQUEST_URI;
        }
        // RFC 4475 §3.1.2.9: white space behind the version is no Request-Line.
        return end == lineEnd ? null : Flaw.START_LINE;
    }

    private static @Nullable Flaw statusLine(SipMessage into, int from, int lineEnd) {
        byte[] bytes = into.bytes;
        int versionEnd = from + VERSION.length();
        if (versionEnd >= lineEnd || bytes[versionEnd] != ' ') {
            return Flaw.START_LINE;
        }
        if (!Ascii.sameIgnoringCase(VERSION, bytes, from, versionEnd)) {
            return Flaw.VERSION;
        }
        int code = versionEnd + 1;
        int codeEnd = Math.min(lineEnd, code + STATUS_DIGITS);
        int status = (int) Ascii.number(bytes, code, codeEnd, 699);
        if (status < 100 || (codeEnd < lineEnd && bytes[codeEnd] != ' ')) {
            return Flaw.START_LINE;
        }
        into.status = status;
        int reason = Math.min(lineEnd, codeEnd + 1);
        into.reasonSpan = Span.of(reason - into.offset, lineEnd - into.offset);
        return null;
    }
}

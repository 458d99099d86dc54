package io.ringtrace.sip.message;

/** Notes in the caller's Via where his request really came from (RFC 3261 §18.2.1, RFC 3581 §4). */
final class ViaStamp {
    private ViaStamp() {}

    /**
     * Appends the message's topmost Via value with "received" and "rport" as the source demands; other bytes as they came.
     * A caller's own received or rport value is never believed but overwritten.
     */
    static void write(SipMessage message, CharSequence address, int port, Scratch out) {
        Via via = message.topVia();
        int at = Span.start(via.span());
        int end = Span.end(via.span());
        boolean hasRport = via.rport() != Via.NO_RPORT;
        boolean hasReceived = Span.present(via.received());
        boolean rportFirst = hasRport && (!hasReceived || Span.start(via.rportSpan) < Span.start(via.received()));
        if (rportFirst) {
            at = rport(message, via, at, port, out);
        }
        if (hasReceived) {
            out.append(message, at, Span.start(via.received()));
            out.append(address);
            at = Span.end(via.received());
        }
        if (hasRport && !rportFirst) {
            at = rport(message, via, at, port, out);
        }
        out.append(message, at, end);
        if (!hasReceived && (hasRport || !sentFrom(message, via, address))) {
            out.append(";received=");
            out.append(address);
        }
    }

    private static int rport(SipMessage message, Via via, int at, int port, Scratch out) {
        out.append(message, at, Span.start(via.rportSpan));
        out.append("rport=");
        out.append(port);
        return Span.end(via.rportSpan);
    }

    /** True when the sent-by host is that very address. Another spelling of the same IPv6 address only gains a harmless received. */
    private static boolean sentFrom(SipMessage message, Via via, CharSequence address) {
        int from = message.offset + Span.start(via.host());
        int to = message.offset + Span.end(via.host());
        if (message.bytes[from] == '[') {
            from++;
            to--;
        }
        return Ascii.sameIgnoringCase(address, message.bytes, from, to);
    }
}

package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A response we make ourselves to a request (RFC 3261 §8.2.6): Via, From, To, Call-ID and CSeq copied in order, Record-Route too in 101 to
 * 299 (§12.1.1), Timestamp in a 100 (§8.2.6.1); no body. A shard owns one and reuses it: begin, state what is special, write. The request
 * is read when written, so a kept one serves as well as the one just parsed.
 */
public final class LocalResponse {
    private static final int TRYING = 100;
    private SipMessage request = new SipMessage();
    private int status;
    private CharSequence reason = "";
    private @Nullable CharSequence sourceAddress;
    private int sourcePort;
    private @Nullable CharSequence overload;
    private final Scratch toTag = new Scratch();
    private final Scratch fields = new Scratch();
    private final Scratch whole = new Scratch();

    /** Starts a response to an answerable request. Returns itself. */
    public LocalResponse begin(SipMessage request, int status, CharSequence reason) {
        Wire.requireOneLine(reason);
        this.request = request;
        this.status = status;
        this.reason = reason;
        sourceAddress = null;
        overload = null;
        toTag.clear();
        fields.clear();
        return this;
    }

    /** Where the request came from; adds received and rport to the top Via as {@link RequestSplice#source} does. */
    public LocalResponse source(CharSequence address, int port) {
        sourceAddress = address;
        sourcePort = port;
        return this;
    }

    /** What the topmost Via tells instead of what it offered of overload control (RFC 7339 §5.3); only with {@link #source}. */
    public LocalResponse overload(CharSequence parameters) {
        overload = parameters;
        return this;
    }

    /** The tag added to To when the request's To has none; not added to a 100. */
    public LocalResponse toTag(CharSequence tag) {
        toTag.clear();
        toTag.append(tag);
        return this;
    }

    /** Adds a field such as Retry-After, Allow, Unsupported, Warning. CR and LF must not be in it (throws IllegalArgumentException). */
    public LocalResponse field(CharSequence name, CharSequence value) {
        Wire.requireOneLine(name);
        Wire.requireOneLine(value);
        fields.append(name);
        fields.append(": ");
        fields.append(value);
        fields.append("\r\n");
        return this;
    }

    /** Adds one {@code Unsupported} field naming every entry of the request's header (Proxy-Require), for a 420 (§16.3 step 5). */
    public LocalResponse unsupported(SipHeader header) {
        int count = request.entryCount(header);
        for (int i = 0; i < count; i++) {
            int entry = request.entry(header, i);
            fields.append(i == 0 ? "Unsupported: " : ", ");
            fields.append(request, Span.start(entry), Span.end(entry));
        }
        if (count > 0) {
            fields.append("\r\n");
        }
        return this;
    }

    /** Writes the response behind the buffer's writer index. */
    public void writeTo(ByteBuf out) {
        whole.clear();
        whole.append("SIP/2.0 ");
        whole.append(status);
        whole.append(' ');
        whole.append(reason);
        whole.append("\r\n");
        composeVias();
        if (status > TRYING && status < 300) {
            composeAll(SipHeader.RECORD_ROUTE);
        }
        composeFirst(SipHeader.FROM);
        composeTo();
        composeFirst(SipHeader.CALL_ID);
        composeFirst(SipHeader.CSEQ);
        if (status == TRYING) {
            composeAll(SipHeader.TIMESTAMP);
        }
        whole.append(fields.bytes(), 0, fields.length());
        whole.append("Content-Length: 0\r\n\r\n");
        out.writeBytes(whole.bytes(), 0, whole.length());
    }

    /** The first of a header that must stand once; a request with more of them is answered from the first. */
    private void composeFirst(SipHeader header) {
        compose(header, request.value(header));
        whole.append("\r\n");
    }

    private void composeAll(SipHeader header) {
        composeFrom(header, request.first(header));
    }

    /** Composes that field and the later ones of its header. */
    private void composeFrom(SipHeader header, int first) {
        for (int field = first; field >= 0; field = request.next(field)) {
            compose(header, request.value(field));
            whole.append("\r\n");
        }
    }

    private void compose(SipHeader header, int value) {
        whole.append(header.fieldName());
        whole.append(": ");
        whole.append(request, Span.start(value), Span.end(value));
    }

    private void composeTo() {
        compose(SipHeader.TO, request.value(SipHeader.TO));
        if (status > TRYING && toTag.length() > 0 && !Span.present(request.toTag())) {
            whole.append(";tag=");
            whole.append(toTag.bytes(), 0, toTag.length());
        }
        whole.append("\r\n");
    }

    private void composeVias() {
        int field = request.first(SipHeader.VIA);
        CharSequence address = sourceAddress;
        if (address != null) {
            whole.append("Via: ");
            int start = whole.length();
            ViaStamp.write(request, address, sourcePort, whole);
            CharSequence told = overload;
            if (told != null) {
                OverloadParameters.replace(whole, start, told);
            }
            whole.append(request, Span.end(request.topVia().span()), Span.end(request.value(field)));
            whole.append("\r\n");
            field = request.next(field);
        }
        composeFrom(SipHeader.VIA, field);
    }
}

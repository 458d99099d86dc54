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
    private final Scratch toTag = new Scratch();
    private final Scratch fields = new Scratch();
    private final Scratch topVia = new Scratch();

    /** Starts a response to an answerable request. Returns itself. */
    public LocalResponse begin(SipMessage request, int status, CharSequence reason) {
        Wire.requireOneLine(reason);
        this.request = request;
        this.status = status;
        this.reason = reason;
        sourceAddress = null;
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
        out.writeBytes(Wire.VERSION);
        out.writeByte(' ');
        Wire.number(out, status);
        out.writeByte(' ');
        Wire.text(out, reason);
        out.writeBytes(Wire.CRLF);
        writeVias(out);
        if (status > TRYING && status < 300) {
            Wire.fields(out, SipHeader.RECORD_ROUTE, request);
        }
        Wire.field(out, SipHeader.FROM, request, request.value(SipHeader.FROM));
        writeTo(out, request.value(SipHeader.TO));
        Wire.field(out, SipHeader.CALL_ID, request, request.value(SipHeader.CALL_ID));
        Wire.field(out, SipHeader.CSEQ, request, request.value(SipHeader.CSEQ));
        if (status == TRYING) {
            Wire.fields(out, SipHeader.TIMESTAMP, request);
        }
        out.writeBytes(fields.bytes(), 0, fields.length());
        out.writeBytes(Wire.NO_BODY);
    }

    private void writeTo(ByteBuf out, int to) {
        Wire.text(out, "To: ");
        Wire.span(out, request, to);
        if (status > TRYING && toTag.length() > 0 && !Span.present(request.toTag())) {
            Wire.text(out, ";tag=");
            out.writeBytes(toTag.bytes(), 0, toTag.length());
        }
        out.writeBytes(Wire.CRLF);
    }

    private void writeVias(ByteBuf out) {
        CharSequence address = sourceAddress;
        if (address == null) {
            Wire.fields(out, SipHeader.VIA, request);
            return;
        }
        topVia.clear();
        ViaStamp.write(request, address, sourcePort, topVia);
        int field = request.first(SipHeader.VIA);
        Wire.text(out, "Via: ");
        out.writeBytes(topVia.bytes(), 0, topVia.length());
        Wire.span(out, request, Span.of(Span.end(request.topVia().span()), Span.end(request.value(field))));
        out.writeBytes(Wire.CRLF);
        for (field = request.next(field); field >= 0; field = request.next(field)) {
            Wire.field(out, SipHeader.VIA, request, request.value(field));
        }
    }
}

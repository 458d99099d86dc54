package io.ringtrace.sip.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Writes pieces of messages into buffers without allocating. */
final class Wire {
    static final byte[] VERSION = Ascii.bytes("SIP/2.0");
    static final byte[] CRLF = Ascii.bytes("\r\n");
    static final byte[] NO_BODY = Ascii.bytes("Content-Length: 0\r\n\r\n");

    private Wire() {}

    static void text(ByteBuf out, CharSequence text) {
        ByteBufUtil.writeUtf8(out, text);
    }

    static void number(ByteBuf out, long number) {
        if (number >= 10) {
            number(out, number / 10);
        }
        out.writeByte((int) ('0' + number % 10));
    }

    static void span(ByteBuf out, SipMessage message, int span) {
        out.writeBytes(message.bytes, message.offset + Span.start(span), Span.length(span));
    }

    static void field(ByteBuf out, CharSequence name, CharSequence value) {
        text(out, name);
        out.writeShort(':' << 8 | ' ');
        text(out, value);
        out.writeBytes(CRLF);
    }

    /** A field with its long name and the value that stands at that span. */
    static void field(ByteBuf out, SipHeader header, SipMessage message, int value) {
        text(out, header.fieldName());
        out.writeShort(':' << 8 | ' ');
        span(out, message, value);
        out.writeBytes(CRLF);
    }

    /** The same with a value that stands at that span of the bytes. */
    static void field(ByteBuf out, SipHeader header, byte[] bytes, int value) {
        text(out, header.fieldName());
        out.writeShort(':' << 8 | ' ');
        out.writeBytes(bytes, Span.start(value), Span.length(value));
        out.writeBytes(CRLF);
    }

    /** Every field of that header, in order. */
    static void fields(ByteBuf out, SipHeader header, SipMessage message) {
        for (int field = message.first(header); field >= 0; field = message.next(field)) {
            field(out, header, message, message.value(field));
        }
    }

    /** @throws IllegalArgumentException for text that would end its line, and so could forge a field */
    static void requireOneLine(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r' || c == '\n') {
                throw new IllegalArgumentException(
                        "a header field must not contain a line end, as at character " + i + " here");
            }
        }
    }
}

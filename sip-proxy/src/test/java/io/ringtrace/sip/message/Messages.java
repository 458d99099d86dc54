package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Messages of the tests: written with plain line ends, sent with CRLF. */
public final class Messages {
    private Messages() {}

    /** An INVITE as a carrier sends it. */
    static final String INVITE = """
            INVITE sip:+18005550123@192.0.2.10:5060;user=phone SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK74bf9;rport
            Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKnashds8;received=198.51.100.9
            Max-Forwards: 69
            From: "Alice, of \\"Atlanta\\"" <sip:+12125550100@carrier.example;user=phone>;tag=9fxced76sl
            To: <sip:+18005550123@192.0.2.10>
            Call-ID: 3848276298220188511@carrier.example
            CSeq: 1 INVITE
            Contact: <sip:+12125550100@192.0.2.1:5060>
            Identity: eyJhbGciOiJFUzI1NiJ9..tQ;info=<https://cert.example/a.cer>;alg=ES256;ppt=shaken
            P-Asserted-Identity:   <tel:+12125550100>
            Supported: 100rel,  timer
            X-Odd:    kept    as	it is
            Content-Type: application/sdp
            Content-Length: 11

            v=0
            o=-  x""";

    static byte[] bytes(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Parses text whose lines end with LF in the source and with CRLF on the wire; the message may be flawed. */
    static SipMessage parse(String text) {
        return parse(bytes(text));
    }

    static SipMessage parse(byte[] bytes) {
        // Not at the array's start, so that no reader may take positions for indices.
        byte[] shifted = new byte[bytes.length + 7];
        System.arraycopy(bytes, 0, shifted, 7, bytes.length);
        SipMessage message = new SipMessage();
        new SipParser().parseDatagram(shifted, 7, bytes.length, message);
        return message;
    }

    /** As {@link #parse(String)}; the message is to have no flaw. */
    public static SipMessage good(String text) {
        SipMessage message = parse(text);
        assertThat(message.flaw()).as("flaw").isNull();
        return message;
    }

    static String written(Consumer<ByteBuf> writer) {
        ByteBuf out = Unpooled.buffer();
        writer.accept(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The text with CRLF line ends. */
    static String wire(String text) {
        return text.replace("\n", "\r\n");
    }
}

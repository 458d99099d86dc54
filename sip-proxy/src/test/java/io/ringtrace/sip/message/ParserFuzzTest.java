package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtrace.routing.Transport;
import java.util.Arrays;

/**
 * Any bytes at all, read as a datagram, a URI and a Via. As a part of the suite it runs what is kept beside it in ParserFuzzTestInputs, one
 * folder for each method; CONTRIBUTING.md says how to let it search for more.
 */
class ParserFuzzTest {
    private static final SentBy US = new SentBy(Transport.UDP, "192.0.2.10", 5070);
    private static final String COOKIE = "cookie";

    @FuzzTest(maxDuration = "5m")
    void aDatagramIsReadForwardedAndAnswered(byte[] datagram) {
        SipMessage message = Messages.parse(datagram);
        partsLieWithinTheMessage(message);
        if (message.flaw() == null && message.isRequest()) {
            forwardedAsSound(message);
        } else if (message.flaw() == null) {
            ByteBuf out = Unpooled.buffer();
            new ResponseSplice().begin(message).writeTo(out);
            assertThat(out.readableBytes()).isLessThan(message.length());
        }
        if (message.answerable()) {
            answeredAsSound(message);
        }
    }

    private static void partsLieWithinTheMessage(SipMessage message) {
        assertThat(message.bodyStart()).isBetween(0, message.length());
        for (int field = 0; field < message.fieldCount(); field++) {
            assertThat(Span.end(message.value(field))).isLessThanOrEqualTo(Span.end(message.line(field)));
            assertThat(Span.end(message.line(field))).isLessThanOrEqualTo(message.bodyStart());
        }
        for (SipHeader header :
                new SipHeader[] {SipHeader.VIA, SipHeader.ROUTE, SipHeader.CONTACT, SipHeader.SUPPORTED}) {
            int entries = message.entryCount(header);
            for (int i = 0; i < Math.min(entries, 100); i++) {
                assertThat(message.entry(header, i)).isNotEqualTo(Span.NONE);
            }
        }
    }

    private static void forwardedAsSound(SipMessage request) {
        ByteBuf out = Unpooled.buffer();
        new RequestSplice()
                .begin(request)
                .requestUri("sip:+12125550199@203.0.113.5:5060")
                .source("203.0.113.9", 5999)
                .via(US, "z9hG4bKus")
                .recordRoute(US, COOKIE)
                .maxBreadth(60)
                .removeTopRoutes(1)
                .writeTo(out);
        if (out.readableBytes() > SipParser.LONGEST) {
            return;
        }
        SipMessage forwarded = new SipMessage();
        Flaw flaw = new SipParser().parseCopy(out, forwarded);
        // Our own fields may be one too many for the next reader.
        if (flaw != Flaw.TOO_MANY_FIELDS) {
            assertThat(flaw).isNull();
            assertThat(US.names(forwarded, forwarded.topVia())).isTrue();
            assertThat(forwarded.entryCount(SipHeader.VIA)).isEqualTo(request.entryCount(SipHeader.VIA) + 1);
            assertThat(forwarded.same(forwarded.callId(), request, request.callId()))
                    .isTrue();
            assertThat(forwarded.same(forwarded.fromTag(), request, request.fromTag()))
                    .isTrue();
            assertThat(forwarded.bodyLength()).isEqualTo(request.bodyLength());
            assertThat(forwarded.maxBreadth()).isEqualTo(60);
        }
    }

    private static void answeredAsSound(SipMessage request) {
        ByteBuf out = Unpooled.buffer();
        new LocalResponse()
                .begin(request, 400, "Bad Request")
                .source("203.0.113.9", 5999)
                .toTag("us")
                .writeTo(out);
        SipMessage response = new SipMessage();
        new SipParser().parseCopy(out, response);
        assertThat(response.isRequest()).isFalse();
        assertThat(response.status()).isEqualTo(400);
        assertThat(Span.present(response.topVia().span())).isTrue();
    }

    @FuzzTest(maxDuration = "5m")
    void aUriIsReadOrRefused(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > 4096) {
            return;
        }
        byte[] shifted = new byte[bytes.length + 3];
        System.arraycopy(bytes, 0, shifted, 3, bytes.length);
        SipUri uri = new SipUri();
        if (!uri.read(shifted, 2, Span.of(1, bytes.length + 1))) {
            assertThat(uri.span()).isEqualTo(Span.NONE);
            return;
        }
        for (int part :
                new int[] {uri.user(), uri.host(), uri.parameters(), uri.headers(), uri.transport(), uri.maddr()}) {
            assertThat(Span.end(part)).isLessThanOrEqualTo(Span.end(uri.span()));
        }
        assertThat(uri.port()).isBetween(-1, 65_535);
        StringBuilder number = new StringBuilder();
        assertThat(uri.phoneNumber(number)).isEqualTo(!number.isEmpty());
        assertThat(uri.toString()).isNotEmpty();
        assertThat(uri.lr()).isEqualTo(Span.present(uri.parameter("LR")));
    }

    @FuzzTest(maxDuration = "5m")
    void aViaIsReadOrRefused(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > 4096) {
            return;
        }
        byte[] head = Messages.bytes("OPTIONS sip:a@b SIP/2.0\nVia: ");
        byte[] text = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, text, head.length, bytes.length);
        SipMessage message = new SipMessage();
        message.clear(text, 0, text.length);
        Via via = new Via();
        if (via.read(message, Span.of(head.length, text.length))) {
            assertThat(Span.length(via.host())).isPositive();
            assertThat(Span.length(via.transport())).isPositive();
            assertThat(via.port()).isBetween(0, 65_535);
            assertThat(via.rport()).isBetween(Via.NO_RPORT, 65_535);
            assertThat(Span.end(via.branch())).isLessThanOrEqualTo(text.length);
        } else {
            assertThat(via.span()).isEqualTo(Span.NONE);
        }
    }
}

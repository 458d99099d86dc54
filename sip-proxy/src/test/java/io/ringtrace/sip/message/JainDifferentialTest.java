package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import gov.nist.javax.sip.message.SIPMessage;
import gov.nist.javax.sip.message.SIPRequest;
import gov.nist.javax.sip.parser.StringMsgParser;
import io.ringtrace.routing.Transport;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import javax.sip.address.SipURI;
import javax.sip.header.ContactHeader;
import javax.sip.header.ProxyRequireHeader;
import javax.sip.header.RecordRouteHeader;
import javax.sip.header.RouteHeader;
import javax.sip.header.ViaHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * JAIN SIP RI's parser beside ours over generated messages: where both read a message, both must have read the same; where only one of
 * them does with a message that was generated good, ours must be the one.
 */
@DisplayName("differential: JAIN SIP RI")
class JainDifferentialTest {
    private static final int MESSAGES = 4000;
    private static final List<String> METHODS =
            List.of("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO", "WHATEVER");
    private static final List<String> HOSTS =
            List.of("192.0.2.7", "pbx.example.com", "[2001:db8::7]", "a-b.c1.example");
    private static final List<String> USERS = List.of(
            "+18005550123",
            "alice",
            "a%20b",
            "1;phone-context=x",
            "bob.smith_",
            "800-555-0100",
            "%2B18005550123",
            "alice:secret",
            "(800)5550100",
            "a&b=c+d$e");

    private final Random random = new Random(20261123);

    private String any(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String maybe(String text) {
        return random.nextBoolean() ? text : "";
    }

    private String uri() {
        return "sip:" + maybe(any(USERS) + "@") + any(HOSTS) + maybe(":" + (1024 + random.nextInt(60_000)))
                + maybe(";transport=udp") + maybe(";lr");
    }

    private String address() {
        return any(List.of("", "Alice ", "\"Bob, \\\"the\\\" <b>\" ")) + "<" + uri() + ">";
    }

    private String via() {
        return "SIP/2.0/" + any(List.of("UDP", "TCP", "TLS")) + " " + any(HOSTS)
                + maybe(":" + (1024 + random.nextInt(60_000))) + ";branch=z9hG4bK"
                + Integer.toHexString(random.nextInt())
                + maybe(";rport") + maybe(";received=192.0.2.99");
    }

    private String message() {
        String method = any(METHODS);
        StringBuilder text = new StringBuilder();
        text.append(
                random.nextInt(3) > 0
                        ? method + " " + uri() + " SIP/2.0\r\n"
                        : "SIP/2.0 " + (100 + random.nextInt(600)) + " Reason of it\r\n");
        int vias = 1 + random.nextInt(4);
        for (int i = 0; i < vias; i++) {
            text.append(any(List.of("Via", "v", "VIA"))).append(": ").append(via());
            if (random.nextInt(3) == 0) {
                text.append(maybe(" ")).append(",").append(maybe("\r\n ")).append(via());
            }
            text.append("\r\n");
        }
        text.append(maybe("Max-Forwards: " + random.nextInt(256) + "\r\n"));
        text.append(any(List.of("From", "f")))
                .append(": ")
                .append(address())
                .append(";tag=")
                .append(random.nextInt(100_000))
                .append("\r\n");
        text.append(any(List.of("To", "t")))
                .append(": ")
                .append(address())
                .append(maybe(";tag=" + random.nextInt(100_000)))
                .append("\r\n");
        text.append(any(List.of("Call-ID", "i", "CALL-id")))
                .append(": ")
                .append(Long.toHexString(random.nextLong()))
                .append("@h\r\n");
        text.append("CSeq: ")
                .append(random.nextInt(Integer.MAX_VALUE))
                .append(" ")
                .append(method)
                .append("\r\n");
        text.append(maybe("Route: <sip:r1.example;lr>,<" + uri() + ">\r\n"));
        text.append(maybe("Supported: 100rel, timer\r\n")).append(maybe("X-Mine: some, thing; else\r\n"));
        text.append(
                maybe(any(List.of("Contact", "m")) + ": " + address() + ";expires=" + random.nextInt(4000) + "\r\n"));
        text.append(maybe("Record-Route: <" + uri() + ">, <sip:rr.example.com;lr>\r\n"));
        text.append(maybe("Proxy-Require: " + any(List.of("foo", "foo, bar", "foo ,\r\n bar")) + "\r\n"));
        text.append(maybe("Subject" + any(List.of(":", " :", ":\t")) + "folded\r\n  subject\r\n"));
        text.append(maybe("Reason: SIP ;cause=200 ;text=\"elsewhere, or so\"\r\n"));
        String body = random.nextBoolean() ? "v=0\r\n" : "";
        if (!body.isEmpty()) {
            text.append("Content-Type: application/sdp\r\n");
        }
        return text.append("Content-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body)
                .toString();
    }

    /** Null when JAIN refuses; some faults it meets with errors, so everything is caught. */
    private static @Nullable SIPMessage jain(byte[] bytes) {
        try {
            return new StringMsgParser().parseSIPMessage(bytes, true, true, (_, _, _, _, _) -> {
                throw new ParseException("refused", 0);
            });
        } catch (Throwable _) {
            return null;
        }
    }

    @Test
    void generatedMessagesReadTheSame() {
        int compared = 0;
        for (int i = 0; i < MESSAGES; i++) {
            String text = message();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            SipMessage ours = Messages.parse(bytes);
            assertThat(ours.flaw()).as(text).isNull();
            SIPMessage theirs = jain(bytes);
            if (theirs != null) {
                compared++;
                compare(text, ours, theirs);
            }
        }
        assertThat(compared).isGreaterThan(MESSAGES * 8 / 10);
    }

    @Test
    void mutatedMessagesReadTheSameWhereBothReadThem() {
        int compared = 0;
        int flawed = 0;
        for (int i = 0; i < MESSAGES; i++) {
            byte[] bytes = message().getBytes(StandardCharsets.UTF_8);
            int changes = 1 + random.nextInt(3);
            for (int c = 0; c < changes; c++) {
                // Letters, digits and separators only: line ends that split headers make two different right answers.
                bytes[random.nextInt(bytes.length)] = (byte) " ;,:<>\"@=/.aZ09%[]\\".charAt(random.nextInt(19));
            }
            SipMessage ours = Messages.parse(bytes);
            if (ours.flaw() != null) {
                flawed++;
                continue;
            }
            SIPMessage theirs = jain(bytes);
            if (theirs != null) {
                compared++;
                compareTransaction(new String(bytes, StandardCharsets.UTF_8), ours, theirs);
            }
        }
        assertThat(flawed).isPositive();
        assertThat(compared).isGreaterThan(MESSAGES / 8);
    }

    @Test
    @DisplayName("what we forward is read by both, our Via on top and everything else as it was")
    void forwardedMessagesReadTheSame() {
        SentBy us = new SentBy(Transport.UDP, "192.0.2.10", 5070);
        for (int i = 0; i < MESSAGES / 4; i++) {
            SipMessage received = Messages.parse(message().getBytes(StandardCharsets.UTF_8));
            if (!received.isRequest()) {
                continue;
            }
            RequestSplice splice = new RequestSplice()
                    .begin(received)
                    .via(us, "z9hG4bKus")
                    .recordRoute(us, "cookie")
                    .source("203.0.113.9", 5999)
                    .removeTopRoutes(1);
            byte[] bytes = Messages.written(splice::writeTo).getBytes(StandardCharsets.UTF_8);
            SipMessage forwarded = Messages.parse(bytes);
            String text = forwarded.toString();
            assertThat(forwarded.flaw()).as(text).isNull();
            assertThat(us.names(forwarded, forwarded.topVia())).isTrue();
            assertThat(forwarded.entryCount(SipHeader.VIA)).isEqualTo(received.entryCount(SipHeader.VIA) + 1);
            assertThat(forwarded.entryCount(SipHeader.ROUTE))
                    .isEqualTo(Math.max(0, received.entryCount(SipHeader.ROUTE) - 1));
            Via caller = new Via();
            assertThat(caller.read(forwarded, forwarded.entry(SipHeader.VIA, 1)))
                    .isTrue();
            assertThat(forwarded.text(caller.received())).as(text).isEqualTo("203.0.113.9");
            SIPMessage theirs = jain(bytes);
            if (theirs != null) {
                compare(text, forwarded, theirs);
            }
        }
    }

    @Test
    void anyBytesAreReadWithoutAnError() {
        for (int i = 0; i < MESSAGES; i++) {
            byte[] bytes = message().getBytes(StandardCharsets.UTF_8);
            int changes = random.nextInt(20);
            for (int c = 0; c < changes; c++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length);
            SipMessage message = Messages.parse(cut);
            NameAddress address = new NameAddress();
            Via via = new Via();
            for (int field = 0; field < message.fieldCount(); field++) {
                if (address.read(message, message.value(field))) {
                    address.tag();
                    address.uri().phoneNumber(new StringBuilder());
                    address.uri().lr();
                }
                via.read(message, message.value(field));
            }
            for (SipHeader header : SipHeader.values()) {
                if (header != SipHeader.OTHER) {
                    int count = message.entryCount(header);
                    assertThat(Span.present(message.entry(header, count))).isFalse();
                }
            }
            if (message.answerable()) {
                LocalResponse response = new LocalResponse()
                        .begin(message, 400, "Bad")
                        .source("192.0.2.1", 5060)
                        .toTag("t");
                assertThat(Messages.written(response::writeTo)).startsWith("SIP/2.0 400 Bad\r\nVia: ");
            }
            if (message.flaw() == null) {
                Splice splice = message.isRequest()
                        ? new RequestSplice()
                                .begin(message)
                                .source("192.0.2.1", 5060)
                                .removeTopRoutes(1)
                        : new ResponseSplice().begin(message);
                assertThat(Messages.written(splice::writeTo)).isNotEmpty();
            }
        }
    }

    private static void compareTransaction(String text, SipMessage ours, SIPMessage theirs) {
        assertThat(ours.text(ours.callId()))
                .as(text)
                .isEqualTo(theirs.getCallId().getCallId());
        assertThat(ours.cseqNumber()).as(text).isEqualTo(theirs.getCSeq().getSeqNumber());
        assertThat(ours.text(ours.cseqMethodSpan()))
                .as(text)
                .isEqualTo(theirs.getCSeq().getMethod());
    }

    private static void entriesAreEqual(String text, SipMessage ours, SipHeader header, Iterator<?> theirs) {
        int count = 0;
        while (theirs.hasNext()) {
            theirs.next();
            count++;
        }
        assertThat(ours.entryCount(header)).as("%s of %s", header, text).isEqualTo(count);
    }

    private static void compare(String text, SipMessage ours, SIPMessage theirs) {
        compareTransaction(text, ours, theirs);
        assertThat(ours.text(ours.fromTag())).as(text).isEqualTo(theirs.getFromTag());
        assertThat(Span.present(ours.toTag()) ? ours.text(ours.toTag()) : null)
                .as(text)
                .isEqualTo(theirs.getToTag());
        assertThat(ours.entryCount(SipHeader.VIA))
                .as(text)
                .isEqualTo(theirs.getViaHeaders().size());
        Via via = new Via();
        for (int i = 0; i < theirs.getViaHeaders().size(); i++) {
            ViaHeader their = (ViaHeader) theirs.getViaHeaders().get(i);
            assertThat(via.read(ours, ours.entry(SipHeader.VIA, i))).as(text).isTrue();
            assertThat(ours.text(via.host())).as(text).isEqualTo(their.getHost());
            assertThat(via.hasPort() ? via.port() : -1).as(text).isEqualTo(their.getPort());
            assertThat(ours.text(via.branch())).as(text).isEqualTo(their.getBranch());
            assertThat(ours.text(via.transport())).as(text).isEqualTo(their.getTransport());
            assertThat(Span.present(via.received()) ? ours.text(via.received()) : null)
                    .as(text)
                    .isEqualTo(
                            their.getReceived() == null
                                    ? null
                                    : their.getReceived().strip());
        }
        entriesAreEqual(text, ours, SipHeader.ROUTE, theirs.getHeaders(RouteHeader.NAME));
        entriesAreEqual(text, ours, SipHeader.RECORD_ROUTE, theirs.getHeaders(RecordRouteHeader.NAME));
        entriesAreEqual(text, ours, SipHeader.CONTACT, theirs.getHeaders(ContactHeader.NAME));
        entriesAreEqual(text, ours, SipHeader.PROXY_REQUIRE, theirs.getHeaders(ProxyRequireHeader.NAME));
        if (theirs instanceof SIPRequest request && request.getRequestURI() instanceof SipURI uri) {
            String host = uri.getHost();
            assertThat(ours.text(ours.requestUri().host()))
                    .as(text)
                    .isEqualTo(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
            assertThat(ours.requestUri().port()).as(text).isEqualTo(uri.getPort());
            assertThat(ours.requestUri().lr()).as(text).isEqualTo(uri.hasLrParam());
        }
        assertThat(ours.maxForwards())
                .as(text)
                .isEqualTo(
                        theirs.getMaxForwards() == null
                                ? -1
                                : theirs.getMaxForwards().getMaxForwards());
        byte[] body = theirs.getRawContent();
        assertThat(ours.bodyLength()).as(text).isEqualTo(body == null ? 0 : body.length);
    }
}

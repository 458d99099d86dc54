package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtrace.routing.Transport;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LocalMessagesTest {
    private static final SentBy OURS = new SentBy(Transport.UDP, "192.0.2.10", 5060);

    private static final String INVITE = """
            INVITE sip:b@example.com SIP/2.0
            Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKours, SIP/2.0/UDP caller.example;rport;branch=z9hG4bK1
            v: SIP/2.0/UDP below
            Record-Route: <sip:rr;lr>
            Route: <sip:r1;lr>,<sip:r2;lr>
            Timestamp: 54.2
            f: A <sip:a@example.com>;tag=1
            t: <sip:b@example.com>
            i: c1
            CSeq: 7 INVITE
            Proxy-Require: foo,  bar
            Proxy-Require: baz

            """;

    @Nested
    @DisplayName("RFC 3261 §8.2.6, responses")
    class Responses {
        private final SipMessage invite = Messages.good(INVITE);
        private final LocalResponse response = new LocalResponse();

        @Test
        void tryingHasTimestampAndNoTagAndNoRecordRoute() {
            assertThat(Messages.written(response.begin(invite, 100, "Trying").toTag("t1")::writeTo))
                    .isEqualTo(Messages.wire("""
                            SIP/2.0 100 Trying
                            Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKours, SIP/2.0/UDP caller.example;rport;branch=z9hG4bK1
                            Via: SIP/2.0/UDP below
                            From: A <sip:a@example.com>;tag=1
                            To: <sip:b@example.com>
                            Call-ID: c1
                            CSeq: 7 INVITE
                            Timestamp: 54.2
                            Content-Length: 0

                            """));
        }

        @Test
        void aFinalResponseHasItsTagAndFieldsAndTheSource() {
            response.begin(invite, 420, "Bad Extension")
                    .toTag("t1")
                    .source("203.0.113.1", 5088)
                    .unsupported(SipHeader.PROXY_REQUIRE)
                    .field("Retry-After", "5");
            assertThat(Messages.written(response::writeTo)).isEqualTo(Messages.wire("""
                            SIP/2.0 420 Bad Extension
                            Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKours;received=203.0.113.1, SIP/2.0/UDP caller.example;rport;branch=z9hG4bK1
                            Via: SIP/2.0/UDP below
                            From: A <sip:a@example.com>;tag=1
                            To: <sip:b@example.com>;tag=t1
                            Call-ID: c1
                            CSeq: 7 INVITE
                            Unsupported: foo, bar, baz
                            Retry-After: 5
                            Content-Length: 0

                            """));
        }

        @Test
        @DisplayName("§12.1.1, 101 to 299 carry Record-Route")
        void recordRouteIsCopiedWhereADialogMayBegin() {
            assertThat(Messages.written(response.begin(invite, 200, "OK").toTag("x")::writeTo))
                    .contains("Record-Route: <sip:rr;lr>\r\n")
                    .doesNotContain("Timestamp");
        }

        @Test
        void aTagThatIsThereStays() {
            SipMessage within =
                    Messages.good(INVITE.replace("t: <sip:b@example.com>", "t: <sip:b@example.com>;tag=theirs"));
            assertThat(Messages.written(response.begin(within, 481, "Gone").toTag("ours")::writeTo))
                    .contains("To: <sip:b@example.com>;tag=theirs\r\n");
        }

        @Test
        void aFlawedRequestIsAnsweredFromWhatStandsThere() {
            SipMessage flawed = Messages.parse(INVITE.replace("f: A <sip", "f: \"A <sip"));
            assertThat(flawed.flaw()).isEqualTo(Flaw.FROM);
            assertThat(flawed.answerable()).isTrue();
            SipMessage answer = Messages.parse(
                    Messages.written(response.begin(flawed, Flaw.FROM.status(), Flaw.FROM.reason())::writeTo)
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.text(answer.reasonSpan())).isEqualTo("Malformed From Header");
        }

        @Test
        void aRepeatedFieldIsAnsweredFromTheFirst() {
            SipMessage flawed = Messages.parse(INVITE.replace("i: c1\n", "i: c1\ni: c2\n"));
            assertThat(flawed.flaw()).isEqualTo(Flaw.REPEATED_CALL_ID);
            assertThat(Messages.written(response.begin(flawed, 400, "Bad")::writeTo))
                    .contains("Call-ID: c1\r\n")
                    .doesNotContain("c2");
        }

        @Test
        void anInjectedLineIsRefused() {
            response.begin(invite, 400, "x");
            assertThatThrownBy(() -> response.field("Warning", "a\nb")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> response.begin(invite, 400, "a\rb")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    @DisplayName("requests made from the INVITE as sent")
    class FromInvite {
        private final SipMessage sent = new SipMessage();

        FromInvite() {
            ByteBuf buffer = Unpooled.wrappedBuffer(Messages.bytes(INVITE));
            assertThat(new SipParser().parseCopy(buffer, sent)).isNull();
            assertThat(buffer.readableBytes()).isEqualTo(Messages.bytes(INVITE).length);
        }

        @Test
        @DisplayName("RFC 3261 §9.1, CANCEL")
        void cancel() {
            assertThat(Messages.written(out -> LocalRequests.cancel(sent, "SIP;cause=200", out)))
                    .isEqualTo(Messages.wire("""
                            CANCEL sip:b@example.com SIP/2.0
                            Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKours
                            Max-Forwards: 70
                            Route: <sip:r1;lr>,<sip:r2;lr>
                            From: A <sip:a@example.com>;tag=1
                            To: <sip:b@example.com>
                            Call-ID: c1
                            CSeq: 7 CANCEL
                            Reason: SIP;cause=200
                            Content-Length: 0

                            """));
        }

        @Test
        @DisplayName("RFC 3261 §17.1.1.3, ACK of a non-2xx with the response's To")
        void ack() {
            SipMessage busy = Messages.good(INVITE.replace("INVITE sip:b@example.com SIP/2.0", "SIP/2.0 486 Busy")
                    .replace("t: <sip:b@example.com>", "t: <sip:b@example.com>;tag=busy"));
            assertThat(Messages.written(out -> LocalRequests.ack(sent, busy, out)))
                    .isEqualTo(Messages.wire("""
                            ACK sip:b@example.com SIP/2.0
                            Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKours
                            Max-Forwards: 70
                            Route: <sip:r1;lr>,<sip:r2;lr>
                            From: A <sip:a@example.com>;tag=1
                            To: <sip:b@example.com>;tag=busy
                            Call-ID: c1
                            CSeq: 7 ACK
                            Content-Length: 0

                            """));
        }
    }

    @Test
    @DisplayName("RFC 3261 §11.1, an OPTIONS ping is a good request")
    void options() {
        String ping = Messages.written(out -> LocalRequests.options(
                OURS, "z9hG4bKp", "sip:203.0.113.5:5060", "sip:192.0.2.10:5060", "t", "ping-1", 12, 70, out));
        SipMessage message = Messages.parse(ping.getBytes(StandardCharsets.UTF_8));
        assertThat(message.flaw()).isNull();
        assertThat(message.method()).isEqualTo(SipMethod.OPTIONS);
        assertThat(OURS.names(message, message.topVia())).isTrue();
        assertThat(message.cseqNumber()).isEqualTo(12);
        assertThat(message.text(message.fromTag())).isEqualTo("t");
    }

    @Nested
    @DisplayName("kept messages")
    class Kept {
        private final KeptMessages kept = new KeptMessages(2);

        @Test
        void aKeptMessageOutlivesItsBytes() {
            SipMessage scratch = Messages.good(Messages.INVITE);
            String before = scratch.toString();
            SipMessage copy = kept.keep(scratch);
            Arrays.fill(scratch.bytes(), (byte) 'x');
            assertThat(copy.toString()).isEqualTo(before);
            assertThat(copy.text(copy.requestUri().user())).isEqualTo("+18005550123");
            assertThat(copy.requestUri().userIsPhone()).isTrue();
            assertThat(copy.text(copy.topVia().branch())).isEqualTo("z9hG4bK74bf9");
            assertThat(copy.entryCount(SipHeader.VIA)).isEqualTo(2);
            RequestSplice splice = new RequestSplice().begin(copy).via(OURS, "z9hG4bK1");
            assertThat(Messages.written(splice::writeTo)).contains("X-Odd:    kept    as\tit is\r\n");
        }

        @Test
        void oneGivenBackIsReusedUpToTheBound() {
            SipMessage scratch = Messages.good(Messages.INVITE);
            SipMessage first = kept.keep(scratch);
            SipMessage second = kept.keep(scratch);
            SipMessage third = kept.keep(scratch);
            kept.giveBack(first);
            kept.giveBack(second);
            kept.giveBack(third);
            assertThat(kept.idle()).isEqualTo(2);
            assertThat(kept.keep(scratch)).isSameAs(second);
        }

        @Test
        void parsingIntoAKeptMessageNeverWritesToAnothersBytes() {
            byte[] datagram = Messages.bytes(Messages.INVITE);
            byte[] before = datagram.clone();
            SipMessage message = new SipMessage();
            new SipParser().parseDatagram(datagram, 0, datagram.length, message);
            message.copyFrom(Messages.good(INVITE));
            assertThat(datagram).isEqualTo(before);
            assertThat(message.text(message.callId())).isEqualTo("c1");
        }
    }
}

package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.routing.Transport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SpliceTest {
    private static final SentBy OURS = new SentBy(Transport.UDP, "192.0.2.10", 5060);
    private static final SentBy OURS_IPV6 = new SentBy(Transport.TCP, "2001:db8::1", 5062);

    private static String request(String head) {
        return head + """
                From: <sip:a@example.com>;tag=1
                To: <sip:b@example.com>
                Call-ID: c1
                CSeq: 7 BYE

                """;
    }

    @Nested
    @DisplayName("RFC 3261 §16.6, a forwarded request")
    class Request {
        private final RequestSplice splice = new RequestSplice();

        @Test
        void onlyWhatTheProxyChangesChanges() {
            splice.begin(Messages.good(Messages.INVITE))
                    .requestUri("sip:+12125550199@203.0.113.5")
                    .via(OURS, "z9hG4bKours")
                    .recordRoute(OURS, "cookie")
                    .source("203.0.113.77", 5099);
            String expected = Messages.wire(Messages.INVITE)
                    .replace("sip:+18005550123@192.0.2.10:5060;user=phone SIP", "sip:+12125550199@203.0.113.5 SIP")
                    .replace("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK74bf9;rport\r\n", Messages.wire("""
                                    Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKours
                                    Record-Route: <sip:cookie@192.0.2.10:5060;lr>
                                    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK74bf9;rport=5099;received=203.0.113.77
                                    """))
                    .replace("Max-Forwards: 69", "Max-Forwards: 68");
            assertThat(Messages.written(splice::writeTo)).isEqualTo(expected);
            assertThat(splice.length()).isEqualTo(expected.length());
            assertThat(expected)
                    .contains("X-Odd:    kept    as\tit is\r\n")
                    .contains("\r\nIdentity: eyJhbGciOiJFUzI1NiJ9..tQ;");
        }

        @Test
        void theSameMessageAgainForTheNextGateway() {
            SipMessage invite = Messages.good(Messages.INVITE);
            splice.begin(invite).requestUri("sip:first@203.0.113.5").via(OURS, "z9hG4bK1");
            Messages.written(splice::writeTo);
            splice.begin(invite).via(OURS, "z9hG4bK2");
            assertThat(Messages.written(splice::writeTo))
                    .startsWith(Messages.wire("INVITE sip:+18005550123@192.0.2.10:5060;user=phone SIP/2.0\n"
                            + "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK2\nVia: SIP/2.0/UDP 192.0.2.1"))
                    .doesNotContain("first");
        }

        @Test
        void maxForwardsIsInsertedWhenAbsent() {
            splice.begin(Messages.good(request("BYE sip:b@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1\n")));
            assertThat(Messages.written(splice::writeTo)).contains("\r\nMax-Forwards: 70\r\n");
        }

        @Test
        void addedAndRemovedAndReplacedFields() {
            SipMessage invite = Messages.good(Messages.INVITE);
            splice.begin(invite);
            splice.remove(SipHeader.SUPPORTED);
            splice.removeField(invite.firstNamed("X-Odd"));
            splice.replaceValue(invite.first(SipHeader.P_ASSERTED_IDENTITY), "<tel:+1>");
            splice.add("X-Call", "ü1");
            splice.add("Diversion", "<sip:x@y>");
            assertThat(Messages.written(splice::writeTo))
                    .doesNotContain("Supported", "X-Odd")
                    .contains("P-Asserted-Identity:   <tel:+1>\r\n")
                    .endsWith("Content-Length: 11\r\nX-Call: ü1\r\nDiversion: <sip:x@y>\r\n\r\nv=0\r\no=-  x");
        }

        @Test
        void ourViaStandsOnTopEvenWhenTheFirstFieldIsRemoved() {
            SipMessage message = Messages.good(request(
                    "BYE sip:b@example.com SIP/2.0\nSupported: x\nVia: SIP/2.0/UDP 192.0.2.1\nMax-Forwards: 1\n"));
            splice.begin(message);
            splice.remove(SipHeader.SUPPORTED);
            splice.via(OURS, "z9hG4bK1");
            assertThat(Messages.written(splice::writeTo))
                    .startsWith(Messages.wire("BYE sip:b@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.10:5060;"
                            + "branch=z9hG4bK1\nVia: SIP/2.0/UDP 192.0.2.1\nMax-Forwards: 0\nFrom"));
        }

        @Test
        void recordRouteTwiceBetweenTransports() {
            splice.begin(Messages.good(Messages.INVITE)).recordRoute(OURS, "a").recordRoute(OURS_IPV6, "");
            assertThat(Messages.written(splice::writeTo)).contains(Messages.wire("""
                            Record-Route: <sip:[2001:db8::1]:5062;transport=tcp;lr>
                            Record-Route: <sip:a@192.0.2.10:5060;lr>
                            """));
        }

        @Test
        void anInjectedLineIsRefused() {
            splice.begin(Messages.good(Messages.INVITE));
            assertThatThrownBy(() -> splice.add("X", "a\r\nEvil: b")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> splice.requestUri("sip:a\n")).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void bytesBehindTheBodyAreNotForwarded() {
            SipMessage message = Messages.good(
                    request("BYE sip:b@example.com SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1\nl: 0\n") + "junk");
            splice.begin(message);
            assertThat(Messages.written(splice::writeTo)).endsWith("CSeq: 7 BYE\r\n\r\n");
        }
    }

    @Nested
    @DisplayName("RFC 3261 §18.2.1 and RFC 3581 §4, the caller's Via")
    class Source {
        private String via(String value, String address, int port) {
            SipMessage message =
                    Messages.good(request("BYE sip:b@example.com SIP/2.0\nVia: " + value + "\nMax-Forwards: 1\n"));
            RequestSplice splice = new RequestSplice().begin(message).source(address, port);
            return Messages.written(splice::writeTo).lines().skip(1).findFirst().orElse("");
        }

        @Test
        void untouchedWhenTheSourceIsWhatItSays() {
            assertThat(via("SIP/2.0/UDP 192.0.2.1:5060;branch=a", "192.0.2.1", 40000))
                    .isEqualTo("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=a");
            assertThat(via("SIP/2.0/UDP [2001:DB8::5];branch=a", "2001:db8::5", 40000))
                    .isEqualTo("Via: SIP/2.0/UDP [2001:DB8::5];branch=a");
        }

        @Test
        void receivedForANameOrAnotherAddress() {
            assertThat(via("SIP/2.0/UDP pbx.example;branch=a", "192.0.2.1", 5060))
                    .isEqualTo("Via: SIP/2.0/UDP pbx.example;branch=a;received=192.0.2.1");
        }

        @Test
        void rportGetsItsValueAndReceivedAlways() {
            assertThat(via("SIP/2.0/UDP 192.0.2.1;rport;branch=a", "192.0.2.1", 40000))
                    .isEqualTo("Via: SIP/2.0/UDP 192.0.2.1;rport=40000;branch=a;received=192.0.2.1");
        }

        @Test
        void forgedValuesAreOverwrittenAndOtherEntriesOfTheLineStay() {
            assertThat(via(
                            "SIP/2.0/UDP h;received=9.9.9.9;branch=a;rport=1 ,  SIP/2.0/UDP i;x=\",\"",
                            "192.0.2.1",
                            40000))
                    .isEqualTo("Via: SIP/2.0/UDP h;received=192.0.2.1;branch=a;rport=40000 ,  SIP/2.0/UDP i;x=\",\"");
        }
    }

    @Nested
    @DisplayName("RFC 3261 §16.4 and §16.6 step 6, routes")
    class Routes {
        private final RequestSplice splice = new RequestSplice();
        private final SipMessage message = Messages.good(request("""
                BYE sip:target@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1
                Max-Forwards: 9
                Route: <sip:us;lr>, <sip:us2;lr>
                Route: <sip:next;lr> ,<sip:last@last.example>
                """));

        @Test
        void topRoutesAreRemovedOverLines() {
            splice.begin(message).removeTopRoutes(1);
            assertThat(Messages.written(splice::writeTo))
                    .contains("\r\nRoute: <sip:us2;lr>\r\nRoute: <sip:next;lr> ,<sip:last");
            splice.begin(message).removeTopRoutes(2);
            assertThat(Messages.written(splice::writeTo))
                    .contains("Max-Forwards: 8\r\nRoute: <sip:next;lr> ,<sip:last@last.example>\r\nFrom");
            splice.begin(message).removeTopRoutes(3);
            assertThat(Messages.written(splice::writeTo))
                    .contains("Max-Forwards: 8\r\nRoute: <sip:last@last.example>\r\nFrom");
            splice.begin(message).removeTopRoutes(9);
            assertThat(Messages.written(splice::writeTo)).contains("Max-Forwards: 8\r\nFrom");
        }

        @Test
        void aStrictRoutersRewritingIsUndone() {
            splice.begin(message);
            assertThat(splice.restoreFromStrictRouter()).isTrue();
            splice.removeTopRoutes(2);
            assertThat(Messages.written(splice::writeTo))
                    .startsWith("BYE sip:last@last.example SIP/2.0\r\n")
                    .contains("Max-Forwards: 8\r\nRoute: <sip:next;lr> \r\nFrom");
        }

        @Test
        void theRequestIsRewrittenForAStrictRouter() {
            splice.begin(message).removeTopRoutes(3);
            assertThat(splice.rewriteForStrictRouter()).isTrue();
            assertThat(Messages.written(splice::writeTo))
                    .startsWith("BYE sip:last@last.example SIP/2.0\r\n")
                    .contains("Max-Forwards: 8\r\nRoute: <sip:target@example.com>\r\nFrom");
        }

        @Test
        void withoutRoutesThereIsNothingToRewrite() {
            splice.begin(message).removeTopRoutes(4);
            assertThat(splice.rewriteForStrictRouter()).isFalse();
            assertThat(splice.restoreFromStrictRouter()).isFalse();
        }
    }

    @Nested
    @DisplayName("RFC 3261 §16.7 step 3, a response loses our Via")
    class Response {
        private String passedOn(String vias) {
            SipMessage response = Messages.good("SIP/2.0 180 Ringing\n" + request(vias));
            return Messages.written(new ResponseSplice().begin(response)::writeTo);
        }

        @Test
        void onALineOfItsOwn() {
            assertThat(passedOn("Via: SIP/2.0/UDP us;branch=a\nVia: SIP/2.0/UDP caller\n"))
                    .startsWith("SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP caller\r\nFrom");
        }

        @Test
        void onALineThatItShares() {
            assertThat(passedOn("v: SIP/2.0/UDP us;branch=\"a,b\" ,\n  SIP/2.0/UDP caller, SIP/2.0/UDP other\n"))
                    .startsWith("SIP/2.0 180 Ringing\r\nv: SIP/2.0/UDP caller, SIP/2.0/UDP other\r\nFrom");
        }
    }
}

package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipParserTest {
    private static final String REST = """
            Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa
            From: <sip:a@example.com>;tag=1
            To: <sip:b@example.com>
            Call-ID: c1
            CSeq: 7 OPTIONS
            """;

    private static SipMessage options(String more) {
        return Messages.parse("OPTIONS sip:b@example.com SIP/2.0\n" + REST + more + "\n");
    }

    @Nested
    @DisplayName("RFC 3261 §7, what a proxy reads")
    class Index {
        private final SipMessage invite = Messages.good(Messages.INVITE);

        @Test
        void requestLine() {
            assertThat(invite.isRequest()).isTrue();
            assertThat(invite.method()).isEqualTo(SipMethod.INVITE);
            assertThat(invite.text(invite.requestUriSpan())).isEqualTo("sip:+18005550123@192.0.2.10:5060;user=phone");
            assertThat(invite.text(invite.requestUri().user())).isEqualTo("+18005550123");
            assertThat(invite.text(invite.requestUri().host())).isEqualTo("192.0.2.10");
            assertThat(invite.requestUri().port()).isEqualTo(5060);
            assertThat(invite.requestUri().userIsPhone()).isTrue();
        }

        @Test
        void topViaAndTheOnesBelow() {
            Via top = invite.topVia();
            assertThat(invite.text(top.transport())).isEqualTo("UDP");
            assertThat(invite.text(top.host())).isEqualTo("192.0.2.1");
            assertThat(top.port()).isEqualTo(5060);
            assertThat(invite.text(top.branch())).isEqualTo("z9hG4bK74bf9");
            assertThat(top.hasMagicCookie(invite)).isTrue();
            assertThat(top.rport()).isEqualTo(Via.ASKED_RPORT);
            assertThat(invite.entryCount(SipHeader.VIA)).isEqualTo(2);
            Via below = new Via();
            assertThat(below.read(invite, invite.entry(SipHeader.VIA, 1))).isTrue();
            assertThat(invite.text(below.received())).isEqualTo("198.51.100.9");
            assertThat(below.hasPort()).isFalse();
            assertThat(below.port()).isEqualTo(5060);
            assertThat(below.rport()).isEqualTo(Via.NO_RPORT);
        }

        @Test
        void theFieldsOfTheTransaction() {
            assertThat(invite.text(invite.fromTag())).isEqualTo("9fxced76sl");
            assertThat(Span.present(invite.toTag())).isFalse();
            assertThat(invite.text(invite.callId())).isEqualTo("3848276298220188511@carrier.example");
            assertThat(invite.cseqNumber()).isEqualTo(1);
            assertThat(invite.cseqMethod()).isEqualTo(SipMethod.INVITE);
            assertThat(invite.maxForwards()).isEqualTo(69);
            assertThat(invite.contentLength()).isEqualTo(11);
            assertThat(invite.bodyLength()).isEqualTo(11);
        }

        @Test
        void everyOtherFieldByItsName() {
            assertThat(invite.text(invite.value(SipHeader.P_ASSERTED_IDENTITY))).isEqualTo("<tel:+12125550100>");
            assertThat(invite.listed(SipHeader.SUPPORTED, "TIMER")).isTrue();
            assertThat(invite.listed(SipHeader.SUPPORTED, "rel")).isFalse();
            assertThat(invite.text(invite.value(invite.firstNamed("x-odd")))).isEqualTo("kept    as\tit is");
            assertThat(invite.firstNamed("X-Od")).isNegative();
            assertThat(invite.has(SipHeader.ROUTE)).isFalse();
            assertThat(invite.value(SipHeader.ROUTE)).isEqualTo(Span.NONE);
        }

        @Test
        void statusLine() {
            SipMessage response = Messages.good("SIP/2.0 486 Busy Here\n" + REST + "\n");
            assertThat(response.isRequest()).isFalse();
            assertThat(response.status()).isEqualTo(486);
            assertThat(response.text(response.reasonSpan())).isEqualTo("Busy Here");
            assertThat(response.method()).isEqualTo(SipMethod.OPTIONS);
        }

        @Test
        void aReasonPhraseMayBeEmpty() {
            assertThat(Messages.good("SIP/2.0 100 \n" + REST + "\n").status()).isEqualTo(100);
            assertThat(Messages.good("SIP/2.0 100\n" + REST + "\n").status()).isEqualTo(100);
        }
    }

    @Nested
    @DisplayName("RFC 3261 §7.3.1, header field format")
    class Format {
        @Test
        void commasDivideListsButNotQuotesAndBrackets() {
            SipMessage message = options("""
                    Route: <sip:a.example;lr>, "x, y" <sip:b,c@b.example;lr>
                    Max-Forwards: 3
                    Route:<sip:c.example;lr>
                    """);
            assertThat(message.entryCount(SipHeader.ROUTE)).isEqualTo(3);
            assertThat(message.text(message.entry(SipHeader.ROUTE, 1))).isEqualTo("\"x, y\" <sip:b,c@b.example;lr>");
            assertThat(message.text(message.entry(SipHeader.ROUTE, 2))).isEqualTo("<sip:c.example;lr>");
            assertThat(Span.present(message.entry(SipHeader.ROUTE, 3))).isFalse();
        }

        @Test
        void foldedLinesAreOneValue() {
            SipMessage message = Messages.good("""
                    OPTIONS sip:b@example.com SIP/2.0
                    v:  SIP  / 2.0
                     / UDP
                     192.0.2.2 : 5070 ; branch
                     =
                     z9hG4bK390skdjuw
                    FROM :
                     <sip:a@example.com>
                     ;
                       tag = 98asjd8
                    t: <sip:b@example.com>
                    i: c1
                    CSeq: 0009
                      OPTIONS

                    """);
            assertThat(message.text(message.topVia().host())).isEqualTo("192.0.2.2");
            assertThat(message.topVia().port()).isEqualTo(5070);
            assertThat(message.text(message.topVia().branch())).isEqualTo("z9hG4bK390skdjuw");
            assertThat(message.text(message.fromTag())).isEqualTo("98asjd8");
            assertThat(message.cseqNumber()).isEqualTo(9);
        }

        @ParameterizedTest
        @CsvSource({
            "v,VIA",
            "f,FROM",
            "t,TO",
            "i,CALL_ID",
            "m,CONTACT",
            "k,SUPPORTED",
            "l,CONTENT_LENGTH",
            "c,CONTENT_TYPE",
            "x,SESSION_EXPIRES",
            "y,IDENTITY"
        })
        @DisplayName("§7.3.3, compact forms in either case")
        void compactForms(String letter, SipHeader header) {
            byte[] bytes = Messages.bytes(letter + letter.toUpperCase(Locale.ROOT));
            assertThat(HeaderNames.of(bytes, 0, 1)).isEqualTo(header);
            assertThat(HeaderNames.of(bytes, 1, 2)).isEqualTo(header);
        }

        @Test
        void everyNameIsFoundInAnyCase() {
            for (SipHeader header : SipHeader.values()) {
                if (header != SipHeader.OTHER) {
                    byte[] upper = Messages.bytes(header.fieldName().toUpperCase(Locale.ROOT));
                    assertThat(HeaderNames.of(upper, 0, upper.length)).isEqualTo(header);
                    byte[] longer = Messages.bytes(header.fieldName() + "x");
                    assertThat(HeaderNames.of(longer, 0, longer.length)).isEqualTo(SipHeader.OTHER);
                }
            }
        }

        @Test
        void linesMayEndWithLineFeedAlone() {
            SipMessage message = Messages.parse(
                    ("OPTIONS sip:b@example.com SIP/2.0\n" + REST + "\nbody").getBytes(StandardCharsets.UTF_8));
            assertThat(message.flaw()).isNull();
            assertThat(message.text(message.callId())).isEqualTo("c1");
            assertThat(message.bodyLength()).isEqualTo(4);
        }

        @Test
        void emptyLinesBeforeTheStartLineAreSkipped() {
            SipMessage message = Messages.good("\n\nOPTIONS sip:b@example.com SIP/2.0\n" + REST + "\n");
            assertThat(message.method()).isEqualTo(SipMethod.OPTIONS);
            assertThat(message.text(message.methodSpan())).isEqualTo("OPTIONS");
        }

        @Test
        void aMethodNotListedKeepsItsBytes() {
            SipMessage message = Messages.good(
                    "N3w-M!thod sip:b@example.com SIP/2.0\n" + REST.replace("OPTIONS", "N3w-M!thod") + "\n");
            assertThat(message.method()).isEqualTo(SipMethod.OTHER);
            assertThat(message.text(message.methodSpan())).isEqualTo("N3w-M!thod");
        }
    }

    @Nested
    @DisplayName("RFC 3261 §18.3, the end of the body")
    class Body {
        @Test
        void bytesBehindTheBodyAreDropped() {
            SipMessage message = options("Content-Length: 2\n\nabcdef");
            assertThat(message.flaw()).isNull();
            assertThat(message.bodyLength()).isEqualTo(2);
            assertThat(message.length()).isEqualTo(message.bodyStart() + 2);
        }

        @Test
        void withoutContentLengthItGoesToTheDatagramsEnd() {
            assertThat(options("\nabcdef").bodyLength()).isEqualTo("abcdef\r\n".length());
        }

        @Test
        void tooFewBytesAreAnswered400() {
            SipMessage message = options("Content-Length: 200\n\nabc");
            assertThat(message.flaw()).isEqualTo(Flaw.BODY_TOO_SHORT);
            assertThat(message.answerable()).isTrue();
        }
    }

    @Nested
    @DisplayName("RFC 3261 §16.3 step 1, reasonable syntax")
    class Flaws {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "CSeq: 7 OPTIONS | CSeq: 2147483648 OPTIONS | CSEQ",
                    "CSeq: 7 OPTIONS | CSeq: 7 INVITE | CSEQ_METHOD",
                    "CSeq: 7 OPTIONS | CSeq: 7OPTIONS | CSEQ",
                    "CSeq: 7 OPTIONS | CSeq: x OPTIONS | CSEQ",
                    "CSeq: 7 OPTIONS | X: y | MISSING_CSEQ",
                    "Call-ID: c1 | X: y | MISSING_CALL_ID",
                    "Call-ID: c1 | Call-ID: a b | CALL_ID",
                    "Call-ID: c1 | Call-ID: | CALL_ID",
                    "To: <sip:b@example.com> | X: y | MISSING_TO",
                    "To: <sip:b@example.com> | To: <sip:b@example.com | TO",
                    "To: <sip:b@example.com> | To: \"b <sip:b@example.com> | TO",
                    "To: <sip:b@example.com> | To: <sip:b@example.com>x | TO",
                    "From: <sip:a@example.com>;tag=1 | X: y | MISSING_FROM",
                    "From: <sip:a@example.com>;tag=1 | From: a | FROM",
                    "From: <sip:a@example.com>;tag=1 | From: <sip:a@example.com>;tag= | FROM",
                    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa | X: y | MISSING_VIA",
                    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa | Via: SIP/2.0/UDP | VIA",
                    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa | Via: SIP/2.0/UDP 192.0.2.1:70000 | VIA",
                    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa | Via: SIP/2.0/UDP 192.0.2.1;;branch=a | VIA",
                    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa | Via: SIP/2.0/UDP 192.0.2.1;branch=a;branch=b | VIA",
                    "Call-ID: c1 | no header at all | FIELD",
                })
        void aMalformedHeaderIsNamed(String line, String instead, Flaw flaw) {
            SipMessage message =
                    Messages.parse("OPTIONS sip:b@example.com SIP/2.0\n" + REST.replace(line, instead) + "\n");
            assertThat(message.flaw()).isEqualTo(flaw);
            assertThat(flaw.status()).isEqualTo(400);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "Max-Forwards: 256 | MAX_FORWARDS",
                    "Max-Forwards: -1 | MAX_FORWARDS",
                    "Content-Length: -1 | CONTENT_LENGTH",
                    "Content-Length: 99999999999 | CONTENT_LENGTH",
                    "From: <sip:x@example.com>;tag=2 | REPEATED_FROM",
                    "To: <sip:x@example.com> | REPEATED_TO",
                    "Call-ID: c2 | REPEATED_CALL_ID",
                    "CSeq: 7 OPTIONS | REPEATED_CSEQ",
                    "Route: sip:no brackets | ROUTE",
                    "Route: <sip:@> | ROUTE",
                })
        void aFieldTooManyOrUnreadableIsNamed(String line, Flaw flaw) {
            SipMessage message = options(line + "\n");
            assertThat(message.flaw()).isEqualTo(flaw);
            assertThat(message.answerable()).isTrue();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "OPTIONS sip:b@example.com SIP/7.0 | VERSION",
                    "OPTIONS <sip:b@example.com> SIP/2.0 | REQUEST_URI",
                    "OPTIONS sip:b@example.com;a b SIP/2.0 | REQUEST_URI",
                    "OPTIONS  sip:b@example.com SIP/2.0 | REQUEST_URI",
                    "OPTIONS SIP/2.0 | REQUEST_URI",
                    "OPTIONS sip:b@example.com | NOT_SIP",
                    "GET / HTTP/1.1 | NOT_SIP",
                    "SIP/2.0 4294967301 better not break the receiver | START_LINE",
                    "SIP/2.0 99 Low | START_LINE",
                    "SIP/2.0 700 High | START_LINE",
                    "SIP/7.0 200 OK | VERSION",
                })
        void aMalformedStartLine(String line, Flaw flaw) {
            assertThat(Messages.parse(line + "\n" + REST + "\n").flaw()).isEqualTo(flaw);
        }

        @Test
        void whiteSpaceBehindTheVersion() {
            SipMessage message = Messages.parse("OPTIONS sip:b@example.com SIP/2.0 \t\n" + REST + "\n");
            assertThat(message.flaw()).isEqualTo(Flaw.START_LINE);
            assertThat(message.answerable()).isTrue();
        }

        @Test
        void anAckIsNeverAnswered() {
            SipMessage message = Messages.parse("ACK sip:b@example.com SIP/2.0\n" + REST + "\n");
            assertThat(message.flaw()).isEqualTo(Flaw.CSEQ_METHOD);
            assertThat(message.answerable()).isFalse();
        }

        @Test
        void aRequestWithoutAReadableViaCannotBeAnswered() {
            SipMessage message =
                    Messages.parse("OPTIONS sip:b@example.com SIP/2.0\n" + REST.replace("SIP/2.0/UDP", "x") + "\n");
            assertThat(message.flaw()).isEqualTo(Flaw.VIA);
            assertThat(message.answerable()).isFalse();
        }

        @Test
        void headersThatNeverEnd() {
            assertThat(Messages.parse("OPTIONS sip:b@example.com SIP/2.0\n" + REST)
                            .flaw())
                    .isEqualTo(Flaw.UNTERMINATED);
            assertThat(Messages.parse("OPTIONS sip:b@example.com SIP/2.0\n" + REST + "X: y")
                            .flaw())
                    .isEqualTo(Flaw.UNTERMINATED);
        }

        @Test
        void lineEndsAloneKeepTheWayOpen() {
            assertThat(Messages.parse("\n\n").flaw()).isEqualTo(Flaw.KEEP_ALIVE);
            assertThat(Messages.parse("").flaw()).isEqualTo(Flaw.KEEP_ALIVE);
        }
    }

    @Nested
    @DisplayName("bounds")
    class Bounds {
        @Test
        void atMost256FieldsPass() {
            SipMessage full = options("X: y\n".repeat(SipParser.MOST_FIELDS - 5));
            assertThat(full.flaw()).isNull();
            assertThat(full.fieldCount()).isEqualTo(256);
            SipMessage over = options("X: y\n".repeat(SipParser.MOST_FIELDS - 4));
            assertThat(over.flaw()).isEqualTo(Flaw.TOO_MANY_FIELDS);
            assertThat(over.answerable()).isTrue();
        }

        @Test
        void atMost65535BytesPass() {
            String start = Messages.wire("OPTIONS sip:b@example.com SIP/2.0\n" + REST + "X: ");
            String longest = start + "y".repeat(SipParser.LONGEST - start.length() - 5) + "\r\n\r\n.";
            SipMessage message = Messages.parse(longest.getBytes(StandardCharsets.UTF_8));
            assertThat(message.flaw()).isNull();
            assertThat(message.length()).isEqualTo(SipParser.LONGEST);
            assertThat(Messages.parse((longest + ".").getBytes(StandardCharsets.UTF_8))
                            .flaw())
                    .isEqualTo(Flaw.TOO_LONG);
        }
    }
}

package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SipUriTest {
    private final SipUri uri = new SipUri();

    private String text(int span) {
        return new String(uri.bytes, uri.base + Span.start(span), Span.length(span), StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("RFC 3261 §19.1.1, the parts")
    void parts() {
        assertThat(uri.read("SIPS:alice:secret@[2001:db8::10]:5062;transport=tcp;LR;maddr=192.0.2.1;x?a=b"))
                .isTrue();
        assertThat(uri.scheme()).isEqualTo(SipUri.Scheme.SIPS);
        assertThat(text(uri.user())).isEqualTo("alice");
        assertThat(text(uri.host())).isEqualTo("2001:db8::10");
        assertThat(uri.ipv6()).isTrue();
        assertThat(uri.port()).isEqualTo(5062);
        assertThat(text(uri.transport())).isEqualTo("tcp");
        assertThat(text(uri.maddr())).isEqualTo("192.0.2.1");
        assertThat(uri.lr()).isTrue();
        assertThat(text(uri.parameter("x"))).isEmpty();
        assertThat(Span.present(uri.parameter("x"))).isTrue();
        assertThat(Span.present(uri.parameter("y"))).isFalse();
        assertThat(text(uri.headers())).isEqualTo("?a=b");
    }

    @Test
    void aUserPartMayLookLikeParametersAndHeaders() {
        assertThat(
                        uri.read(
                                "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com"))
                .isTrue();
        assertThat(text(uri.host())).isEqualTo("example.com");
        assertThat(text(uri.user())).isEqualTo("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
        assertThat(Span.present(uri.parameters())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sip:",
                "sip",
                ":x",
                "sip:@host",
                "sip:a@",
                "sip:a@b@c",
                "sip:a@host:x",
                "sip:a@host:99999",
                "sip:a b@host",
                "sip:a@host>",
                "sip:%4@host",
                "sip:a%zz@host",
                "sip:a@[::1",
                "sip:a@ho^st",
                "tel:",
                "tel:;x=y",
                "1sip:a@b",
                "sip:a@host x"
            })
    void malformed(String text) {
        assertThat(uri.read(text)).isFalse();
        assertThat(Span.present(uri.span())).isFalse();
    }

    @Test
    void anyOtherSchemeIsKeptAsItIs() {
        assertThat(uri.read("soap.beep://192.0.2.103:3002")).isTrue();
        assertThat(uri.scheme()).isEqualTo(SipUri.Scheme.OTHER);
    }

    @ParameterizedTest
    @CsvSource({
        "sip:+18005550123@host;user=phone, +18005550123",
        "sip:8005550123@host, 8005550123",
        "sip:+1-800-555-0123;npdi;rn=+12125550000@host;user=phone, +1-800-555-0123",
        "sip:%2B18005550123@host, +18005550123",
        "tel:+1(800)555-0123, +1(800)555-0123",
        "tel:5550123;phone-context=+1212, +12125550123",
        "sip:5550123;phone-context=+1212@host;user=phone, +12125550123",
        "tel:5550123;phone-context=example.com, 5550123",
        "sip:*21%23@host, *21#",
        "sip:alice@host, alice",
    })
    @DisplayName("RFC 3261 §19.1.6, RFC 3966, RFC 4694: the phone number a URI names")
    void phoneNumber(String text, String number) {
        StringBuilder into = new StringBuilder("old");
        assertThat(uri.read(text)).isTrue();
        assertThat(uri.phoneNumber(into)).isTrue();
        assertThat(into.toString()).isEqualTo(number);
    }

    @Test
    void withoutAUserThereIsNoNumber() {
        assertThat(uri.read("sip:host;user=phone")).isTrue();
        assertThat(uri.phoneNumber(new StringBuilder())).isFalse();
    }

    @Test
    @DisplayName("RFC 3261 §16.4, a URI that names us")
    void namesUs() {
        SentBy ours = new SentBy(Transport.UDP, "sip.example.com", 5060);
        assertThat(uri.read("sip:x@SIP.example.com;lr") && ours.names(uri)).isTrue();
        assertThat(uri.read("sip:x@sip.example.com:5061;lr") && ours.names(uri)).isFalse();
        assertThat(uri.read("sip:x@other.example.com;lr") && ours.names(uri)).isFalse();
        SentBy ipv6 = new SentBy(Transport.UDP, "::1", 5070);
        assertThat(uri.read("sip:[::1]:5070;lr") && ipv6.names(uri)).isTrue();
    }

    @Nested
    @DisplayName("RFC 3261 §20.10, name-addr and addr-spec")
    class Address {
        private final NameAddress address = new NameAddress();

        private SipMessage from(String value) {
            SipMessage message = Messages.parse("""
                    OPTIONS sip:b@example.com SIP/2.0
                    Contact: %s

                    """.formatted(value));
            assertThat(address.read(message, message.value(SipHeader.CONTACT))).isTrue();
            return message;
        }

        @Test
        void quotedNameWithBracketsInside() {
            SipMessage message = from("\"a <b> \\\" ;tag=no\" <sip:a@b;x=1>;tag = yes ;q=\"1;2\"");
            assertThat(message.text(address.displayName())).isEqualTo("\"a <b> \\\" ;tag=no\"");
            assertThat(message.text(address.uriSpan())).isEqualTo("sip:a@b;x=1");
            assertThat(message.text(address.tag())).isEqualTo("yes");
            assertThat(message.text(address.parameter("Q"))).isEqualTo("\"1;2\"");
            assertThat(message.text(address.uri().parameter("x"))).isEqualTo("1");
        }

        @Test
        void withoutBracketsTheParametersAreTheHeaders() {
            SipMessage message = from("sip:a@b;tag=1");
            assertThat(message.text(address.uriSpan())).isEqualTo("sip:a@b");
            assertThat(message.text(address.tag())).isEqualTo("1");
        }

        @Test
        void aNameRightAtTheBracket() {
            SipMessage message = from("caller<sip:a@b>");
            assertThat(message.text(address.displayName())).isEqualTo("caller");
        }
    }
}

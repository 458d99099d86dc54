package io.ringtrace.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages after RFC 4475's descriptions, under its names, each with the treatment a proxy gives it. Valid are also those whose fault lies
 * in a place that a proxy has no business with (§3.1.2 lets an element that need not read a header pass it).
 */
@DisplayName("RFC 4475, torture messages")
class TortureTest {
    private static final Map<String, Flaw> TREATMENT = Map.ofEntries(
            Map.entry("badinv01", Flaw.VIA),
            Map.entry("clerr", Flaw.BODY_TOO_SHORT),
            Map.entry("ncl", Flaw.CONTENT_LENGTH),
            Map.entry("scalar02", Flaw.CSEQ),
            Map.entry("scalarmf", Flaw.MAX_FORWARDS),
            Map.entry("scalarlg", Flaw.CSEQ),
            Map.entry("quotbal", Flaw.TO),
            Map.entry("ltgtruri", Flaw.REQUEST_URI),
            Map.entry("lwsruri", Flaw.REQUEST_URI),
            Map.entry("lwsstart", Flaw.REQUEST_URI),
            Map.entry("trws", Flaw.START_LINE),
            Map.entry("badvers", Flaw.VERSION),
            Map.entry("mismatch01", Flaw.CSEQ_METHOD),
            Map.entry("mismatch02", Flaw.CSEQ_METHOD),
            Map.entry("bigcode", Flaw.START_LINE),
            Map.entry("insuf", Flaw.MISSING_FROM),
            Map.entry("multi01", Flaw.REPEATED_CSEQ),
            Map.entry("mcl01", Flaw.REPEATED_CONTENT_LENGTH),
            Map.entry("badhost", Flaw.REQUEST_URI),
            Map.entry("nocolon", Flaw.FIELD));

    private static List<Path> files(String kind) {
        try (Stream<Path> files =
                Files.list(Path.of(Objects.requireNonNull(TortureTest.class.getResource("torture/" + kind))
                        .toURI()))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Path> valid() {
        return files("valid");
    }

    static List<Path> invalid() {
        return files("invalid");
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName()).replace(".sip", "");
    }

    private static SipMessage read(String name) throws IOException {
        for (Path file : valid()) {
            if (name(file).equals(name)) {
                return Messages.parse(Files.readAllBytes(file));
            }
        }
        throw new IllegalArgumentException(name);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void aValidMessageIsForwardedByteForByteButForTheHopCount(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        SipMessage message = Messages.parse(bytes);
        assertThat(message.flaw()).isNull();
        ByteBuf out = Unpooled.buffer();
        if (message.isRequest()) {
            new RequestSplice().begin(message).writeTo(out);
            int hops = message.value(SipHeader.MAX_FORWARDS);
            int added = Span.present(hops)
                    ? String.valueOf(Math.max(0, message.maxForwards() - 1)).length() - Span.length(hops)
                    : "Max-Forwards: 70\r\n".length();
            assertThat(out.readableBytes()).isEqualTo(message.length() + added);
        } else {
            new ResponseSplice().begin(message).writeTo(out);
            assertThat(out.readableBytes()).isLessThan(message.length());
        }
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void anInvalidMessageIsRefusedForItsReason(Path file) throws IOException {
        SipMessage message = Messages.parse(Files.readAllBytes(file));
        assertThat(message.flaw()).isEqualTo(TREATMENT.get(name(file)));
    }

    @Test
    @DisplayName("§3.1.1.1, a short tortuous INVITE")
    void wsinv() throws IOException {
        SipMessage message = read("wsinv");
        assertThat(message.text(message.toTag())).isEqualTo("1918181833n");
        assertThat(message.text(message.fromTag())).isEqualTo("98asjd8");
        assertThat(message.maxForwards()).isEqualTo(68);
        assertThat(message.cseqNumber()).isEqualTo(9);
        assertThat(message.text(message.topVia().host())).isEqualTo("192.0.2.2");
        assertThat(message.text(message.topVia().branch())).isEqualTo("390skdjuw");
        assertThat(message.topVia().hasMagicCookie(message)).isFalse();
        assertThat(message.entryCount(SipHeader.VIA)).isEqualTo(3);
        Via last = new Via();
        assertThat(last.read(message, message.entry(SipHeader.VIA, 2))).isTrue();
        assertThat(message.text(last.branch())).isEqualTo("z9hG4bK30239");
    }

    @Test
    @DisplayName("§3.1.1.8, a request followed by another in one datagram")
    void dblreq() throws IOException {
        SipMessage message = read("dblreq");
        assertThat(message.length()).isEqualTo(message.bodyStart());
    }

    @Test
    @DisplayName("§3.1.1.9, semicolon-separated parameters in the user part")
    void semiuri() throws IOException {
        SipMessage message = read("semiuri");
        assertThat(message.text(message.requestUri().user())).isEqualTo("user;par=u%40example.net");
        assertThat(Span.present(message.requestUri().parameters())).isFalse();
    }

    @Test
    @DisplayName("§3.3.2, an unknown scheme in the Request-URI is the core's 416, not a flaw")
    void unkscm() throws IOException {
        assertThat(read("unkscm").requestUri().scheme()).isEqualTo(SipUri.Scheme.OTHER);
    }

    @Test
    @DisplayName("§3.3.15, options nobody supports are listed for the core's 420")
    void bext01() throws IOException {
        SipMessage message = read("bext01");
        assertThat(message.entryCount(SipHeader.PROXY_REQUIRE)).isEqualTo(2);
        assertThat(message.listed(SipHeader.PROXY_REQUIRE, "nothingSupportsThisEither"))
                .isTrue();
    }
}

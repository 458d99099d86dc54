package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.counters.Count;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All messages of RFC 4475 and RFC 5118, sent by a trunk, whose numbers none of them names: a good INVITE therefore gets 404, a good
 * OPTIONS 200, a REGISTER 405. "As it is" it goes over a connection, on which an answer comes back whatever its Via says; "behind a hop" it
 * goes by UDP with the Via of a proxy in front of us on top. A dash stands where a message has no end on a stream.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TortureOnTheWireTest {
    private static final Set<String> OURS = Set.of(
            "example.com",
            "example.net",
            "example.org",
            "registrar.example.com",
            "chair-dnrc.example.com",
            "services.example.com",
            "host.example.net",
            "2001:db8::10",
            "2001:db8::10:5070",
            "2001:db8:::192.0.2.1");

    private static Ladder udp;
    private static Ladder tcp;

    @BeforeAll
    static void start() throws Exception {
        udp = new Ladder(settings -> settings.withAdvertisedHosts(OURS), 1);
        tcp = new Ladder(settings -> settings.withAdvertisedHosts(OURS), 1, Transport.TCP, Transport.UDP);
    }

    @AfterAll
    static void stop() {
        udp.close();
        tcp.close();
    }

    private static byte[] read(String folder, String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                TortureOnTheWireTest.class.getResourceAsStream("message/torture/" + folder + "/" + name + ".sip"))) {
            return in.readAllBytes();
        }
    }

    private static byte[] behindAHop(byte[] message, Party party, String name) {
        String via = "Via: SIP/2.0/UDP " + party.hostPort() + ";branch=z9hG4bK-hop-" + name + "\r\n";
        return withFirstLine(message, firstLine(message) + "\r\n" + via);
    }

    private static String firstLine(byte[] message) {
        return new String(message, 0, endOfFirstLine(message) - 2, StandardCharsets.UTF_8);
    }

    private static byte[] withFirstLine(byte[] message, String lines) {
        byte[] first = lines.getBytes(StandardCharsets.UTF_8);
        int rest = endOfFirstLine(message);
        byte[] whole = Arrays.copyOf(first, first.length + message.length - rest);
        System.arraycopy(message, rest, whole, first.length, message.length - rest);
        return whole;
    }

    private static int endOfFirstLine(byte[] message) {
        int at = 0;
        while (message[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    private static void treated(Party party, byte[] message, String treatment) {
        party.sends(message);
        if (treatment.equals("dropped")) {
            party.receivesNothing();
        } else {
            assertThat(party.receivesFinal()).isEqualTo(Integer.parseInt(treatment));
        }
    }

    private static void treated(String folder, String name, String asItIs, String behindAHop) throws IOException {
        byte[] message = read(folder, name);
        treated(udp.caller, behindAHop(message, udp.caller, name), behindAHop);
        if (!asItIs.equals("-")) {
            treated(tcp.caller, message, asItIs);
            // Some of them end their connection.
            tcp.caller.stream().hangUpConnection();
        }
        assertThat(udp.count(Count.FAULTS) + tcp.count(Count.FAULTS)).isZero();
    }

    @Order(1)
    @ParameterizedTest(name = "{0} {2}: {3}, {4}")
    @DisplayName("RFC 4475: 49 messages, requests answered as they may be")
    @CsvSource({
        // section, folder, name, as it is (TCP), behind a hop (UDP)
        "3.1.1.1, valid, wsinv, 481, 481",
        "3.1.1.2, valid, intmeth, 405, 405",
        "3.1.1.3, valid, esc01, -, 404",
        "3.1.1.4, valid, escnull, 405, 405",
        "3.1.1.5, valid, esc02, -, 405",
        "3.1.1.6, valid, lwsdisp, 200, 200",
        "3.1.1.7, valid, longreq, 404, 404",
        "3.1.1.8, valid, dblreq, 405, 405",
        "3.1.1.9, valid, semiuri, 200, 200",
        "3.1.1.10, valid, transports, 200, 200",
        "3.1.1.11, valid, mpart01, 405, 405",
        "3.1.2.1, invalid, badinv01, dropped, 404",
        "3.1.2.2, invalid, clerr, -, 400",
        "3.1.2.3, invalid, ncl, -, 400",
        "3.1.2.4, invalid, scalar02, 400, 400",
        "3.1.2.6, invalid, quotbal, 400, 400",
        "3.1.2.7, invalid, ltgtruri, 400, 400",
        "3.1.2.8, invalid, lwsruri, 400, 400",
        "3.1.2.9, invalid, lwsstart, 400, 400",
        "3.1.2.10, invalid, trws, 400, 400",
        "3.1.2.11, valid, escruri, 404, 404",
        "3.1.2.12, valid, baddate, 404, 404",
        "3.1.2.13, valid, regbadct, 405, 405",
        "3.1.2.14, valid, badaspec, 200, 200",
        "3.1.2.15, valid, baddn, 200, 200",
        "3.1.2.16, invalid, badvers, 505, 505",
        "3.1.2.17, invalid, mismatch01, 400, 400",
        "3.1.2.18, invalid, mismatch02, 400, 400",
        "3.2.1, valid, badbranch, 200, 200",
        "3.3.1, invalid, insuf, dropped, dropped",
        "3.3.2, valid, unkscm, 416, 416",
        "3.3.3, valid, novelsc, 416, 416",
        "3.3.4, valid, unksm2, 200, 200",
        "3.3.5, valid, bext01, 420, 420",
        "3.3.6, valid, invut, 404, 404",
        "3.3.7, valid, regaut01, 405, 405",
        "3.3.8, invalid, multi01, 400, 400",
        "3.3.9, invalid, mcl01, -, 400",
        "3.3.11, valid, zeromf, 200, 200",
        "3.3.12, valid, cparam01, 405, 405",
        "3.3.13, valid, cparam02, 405, 405",
        "3.3.14, valid, regescrt, 405, 405",
        "3.3.15, valid, sdp01, 404, 404",
        "3.4.1, valid, inv2543, -, 404",
    })
    void requests(String section, String folder, String name, String asItIs, String behindAHop) throws IOException {
        assertThat(section).startsWith("3.");
        treated(folder, name, asItIs, behindAHop);
    }

    @Order(2)
    @ParameterizedTest
    @DisplayName(
            "RFC 4475 §3.1.1.12, §3.1.1.13, §3.1.2.5, §3.1.2.19 and §3.3.10: responses to nothing of ours are dropped")
    @ValueSource(strings = {"valid/unreason", "valid/noreason", "invalid/scalarlg", "invalid/bigcode", "valid/bcast"})
    void responses(String file) throws IOException {
        byte[] message = read(file.split("/")[0], file.split("/")[1]);
        udp.gateway.sends(message);
        udp.gateway.receivesNothing();
        udp.caller.receivesNothing();
        assertThat(udp.count(Count.FAULTS)).isZero();
    }

    @Order(3)
    @ParameterizedTest
    @DisplayName("RFC 4475 §3.1.1.12 and §3.1.1.13: an unusual reason or none goes to the caller byte for byte")
    @ValueSource(strings = {"unreason", "noreason"})
    void unusualReasonPasses(String name) throws IOException {
        String line = firstLine(read("valid", name)).replaceFirst(" 100 ", " 183 ");
        udp.caller.invites(Ladder.PROMO);
        udp.caller.receives("100");
        SipText invite = udp.gateway.receives("INVITE");
        int status = line.contains(" 183 ") ? 183 : 200;
        udp.gateway.sends(udp.gateway.answerText(invite, status).replaceFirst("[^\r]*", line.replace("$", "\\$")));
        assertThat(udp.caller.receives(Integer.toString(status)).startLine()).isEqualTo(line);
        if (status < 200) {
            udp.gateway.answersInvite(486);
            udp.gateway.receives("ACK");
            udp.caller.receives("486");
        }
    }

    static Stream<String> passable() {
        return Stream.of("baddate", "escruri", "invut", "longreq", "inv2543", "sdp01", "esc01");
    }

    @Order(4)
    @ParameterizedTest
    @DisplayName("the INVITEs among them, for a number of ours, go on with every byte that is not a proxy's to change")
    @MethodSource("passable")
    void passByteForByte(String name) throws IOException {
        byte[] message = read("valid", name);
        byte[] dialed = withFirstLine(
                message, "INVITE sip:" + Ladder.PROMO + "@" + udp.caller.proxyHostPort() + " SIP/2.0\r\n");
        udp.caller.sends(behindAHop(dialed, udp.caller, "pass-" + name));
        udp.caller.receives("100");
        SipText forwarded = udp.gateway.receives("INVITE");
        assertThat(others(forwarded.text())).isEqualTo(others(new String(message, StandardCharsets.UTF_8)));
        udp.gateway.answers(486);
        udp.gateway.receives("ACK");
        udp.caller.receives("486");
    }

    /** The lines and the body that §16.6 does not change. */
    private static List<String> others(String text) {
        return text.lines()
                .skip(1)
                .filter(line -> !line.matches("(?i)(via|v|max-forwards|max-breadth)\\s*:.*")
                        && !line.matches("Record-Route: <sip:[^@]+@127[.]0[.]0[.]1:.*"))
                .toList();
    }

    @Order(5)
    @ParameterizedTest(name = "{0}: {1}, {2}")
    @DisplayName("RFC 5118: IPv6 messages")
    @CsvSource({
        "ipv6-good, 405, 405",
        "ipv6-bad, 400, 400",
        "port-ambiguous, 405, 405",
        "port-unambiguous, 405, 405",
        "via-received-param-with-delim, 481, 481",
        "via-received-param-no-delim, 200, 200",
        "ipv6-in-sdp, 404, 404",
        "mult-ip-in-header, 481, 481",
        "mult-ip-in-sdp, 404, 404",
        "ipv4-mapped-ipv6, 404, 404",
        "ipv6-bug-abnf-3-colons, 200, 200",
    })
    void ipv6(String name, String asItIs, String behindAHop) throws IOException {
        treated("ipv6", name, asItIs, behindAHop);
    }

    @Order(6)
    @Test
    @DisplayName("after all of them a call is served as ever")
    void theProxyLivesOn() throws Exception {
        udp.connects(Ladder.PROMO);
        tcp.connects(Ladder.PROMO);
    }
}

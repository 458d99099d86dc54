package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.transport.TlsFiles.ClientCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls over IPv6, and between it and IPv4: to each side the proxy is the listener that this side can reach. */
class Ipv6Test {
    private static final String IPV6 = "::1";

    private static Ladder ladder(
            UnaryOperator<SipSettings> settings,
            String caller,
            String gateway,
            Transport from,
            Transport to,
            @Nullable SSLContext tls)
            throws Exception {
        return new Ladder(
                settings,
                1,
                new Party("caller", caller, from, from == Transport.TLS ? tls : null),
                new Party("gateway", gateway, to, to == Transport.TLS ? tls : null));
    }

    private static void aCallPassesBothWays(Ladder ladder) {
        ladder.connects(Ladder.PROMO);
        ladder.caller.hangsUp();
        ladder.gateway.receives("BYE");
        ladder.gateway.answers(200);
        ladder.caller.receives("200");
        ladder.connects(Ladder.PROMO);
        ladder.gateway.hangsUp();
        ladder.caller.receives("BYE");
        ladder.caller.answers(200);
        ladder.gateway.receives("200");
        assertThat(ladder.journal.kinds().stream().filter("Ended"::equals)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "::1, ::1, UDP, UDP",
        "::1, 127.0.2.1, UDP, UDP",
        "127.0.1.1, ::1, UDP, UDP",
        "::1, ::1, TCP, TCP",
        "::1, 127.0.2.1, TCP, TCP",
        "127.0.1.1, ::1, TCP, TCP",
        "127.0.1.1, ::1, UDP, TCP",
        "::1, 127.0.2.1, TCP, UDP"
    })
    void aCallPasses(String caller, String gateway, Transport from, Transport to) throws Exception {
        try (Ladder ladder = ladder(UnaryOperator.identity(), caller, gateway, from, to, null)) {
            aCallPassesBothWays(ladder);
        }
    }

    @ParameterizedTest
    @CsvSource({"::1, ::1", "::1, 127.0.2.1", "127.0.1.1, ::1"})
    void aCallPassesOverTls(String caller, String gateway, @TempDir Path folder) throws Exception {
        TestCertificate proxy = TestCertificate.make(folder, "proxy6", "ip:127.0.0.1,ip:::1");
        TestCertificate peer = TestCertificate.make(folder, "peer6", "ip:127.0.1.1,ip:127.0.2.1,ip:::1");
        Path trusted = folder.resolve("trusted.pem");
        Files.writeString(
                trusted, Files.readString(peer.certificateFile()) + Files.readString(proxy.certificateFile()));
        try (Ladder ladder = ladder(
                settings -> settings.withTls(proxy.files(trusted, ClientCertificates.REQUIRED)),
                caller,
                gateway,
                Transport.TLS,
                Transport.TLS,
                peer.context(List.of(proxy)))) {
            aCallPassesBothWays(ladder);
        }
    }

    @Test
    void eachSideIsToldTheListenerOfItsFamily() throws Exception {
        try (Ladder ladder = ladder(UnaryOperator.identity(), IPV6, "127.0.2.1", Transport.UDP, Transport.UDP, null)) {
            ladder.caller.invites(Ladder.PROMO);
            SipText invite = ladder.gateway.receives("INVITE");
            assertThat(invite.header("Via")).startsWith("SIP/2.0/UDP " + ladder.gateway.proxyHostPort());
            assertThat(invite.all("Record-Route")).hasSize(2);
            assertThat(invite.all("Record-Route").getFirst()).endsWith("@" + ladder.gateway.proxyHostPort() + ";lr>");
            assertThat(invite.all("Record-Route").getLast()).endsWith("@" + ladder.caller.proxyHostPort() + ";lr>");
            assertThat(invite.all("Via").getLast()).contains("[");
        }
    }
}

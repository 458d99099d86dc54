package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtrace.routing.NumberNormalisation;
import io.ringtrace.routing.Transport;
import io.ringtrace.routing.Trunk;
import io.ringtrace.routing.TrunkAccess;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.transport.ListenerException;
import io.ringtrace.sip.transport.TlsFiles.ClientCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
    private final Path folder;
    private final TestCertificate proxy;
    private final TestCertificate peer;
    private final Path trusted;
    private Ladder ladder;

    TlsTest(@TempDir Path folder) throws Exception {
        this.folder = folder;
        proxy = TestCertificate.make(folder, "proxy", "ip:127.0.0.1");
        peer = TestCertificate.make(folder, "peer", "ip:127.0.1.1,ip:127.0.2.1");
        trusted = folder.resolve("trusted.pem");
        Files.writeString(
                trusted, Files.readString(peer.certificateFile()) + Files.readString(proxy.certificateFile()));
        ladder = ladder(ClientCertificates.REQUIRED, peer);
    }

    private Ladder ladder(ClientCertificates clients, TestCertificate gateway) throws Exception {
        return new Ladder(
                settings -> settings.withTls(proxy.files(trusted, clients)),
                1,
                Transport.TLS,
                Transport.TLS,
                peer.context(List.of(proxy)),
                gateway.context(List.of(proxy)));
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private Certificate shownBy(SSLContext context) throws IOException {
        InetSocketAddress address = ladder.proxy.boundAddresses().getLast();
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
            socket.connect(address);
            socket.setSoTimeout(3_000);
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    private void trunkShows(String subject) {
        ladder.reloadsTrunk(trunk -> new Trunk("acme", List.of(), NumberNormalisation.NANP, null)
                .with(new TrunkAccess(Set.of(), Set.of(subject), null, false)));
    }

    @Test
    void aTrunkMayBeKnownByItsCertificateAlone() {
        trunkShows("127.0.1.1");
        ladder.connects(Ladder.PROMO);
        ladder.caller.hangsUp();
        ladder.gateway.receives("BYE");
    }

    @Test
    void aTrunkOfACertificateIsHeardWhateverWasSentInItsName() throws Exception {
        trunkShows("127.0.1.1");
        try (Party trunk = new Party("trunk", "127.0.9.2", Transport.TLS, peer.context(List.of(proxy)));
                Party spoofer = new Party("spoofer", "127.0.9.2")) {
            spoofer.talksTo(ladder.proxy.boundAddresses().getFirst());
            for (int i = 0; ladder.count(Count.BANS) == 0 && i < 200; i++) {
                spoofer.invites(Ladder.PROMO);
                spoofer.receives("403");
            }
            spoofer.invites(Ladder.PROMO);
            spoofer.receivesNothing();
            trunk.talksTo(ladder.proxy.boundAddresses().getLast());
            trunk.invites(Ladder.PROMO);
            trunk.receives("100");
        }
    }

    @Test
    void aTrunkMayBeKnownByItsWholeSubject() {
        trunkShows("CN=peer");
        ladder.connects(Ladder.PROMO);
    }

    @Test
    void anotherCertificateIsAStrangers() {
        trunkShows("sip.carrier.example");
        ladder.caller.invites(Ladder.PROMO);
        ladder.caller.receives("403");
    }

    @Test
    void aTrunkOfACertificateIsAStrangerWithoutOne() {
        ladder.reloadsTrunk(trunk -> trunk.with(new TrunkAccess(Set.of(), Set.of("127.0.1.1"), null, false)));
        try (Party plain = new Party("plain", "127.0.1.9")) {
            plain.talksTo(ladder.proxy.boundAddresses().getFirst());
            plain.invites(Ladder.PROMO);
            plain.receives("403");
        }
        ladder.connects(Ladder.PROMO);
    }

    @Test
    void aCallPassesWhenBothSidesShowTheirCertificates() {
        ladder.connects(Ladder.PROMO);
        ladder.gateway.hangsUp();
        ladder.caller.receives("BYE");
        ladder.caller.answers(200);
        ladder.gateway.receives("200");
        ladder.caller.invites(Ladder.PROMO);
        SipText invite = ladder.gateway.receives("INVITE");
        assertThat(invite.header("Via")).startsWith("SIP/2.0/TLS " + ladder.gateway.proxyHostPort());
        assertThat(invite.header("Record-Route")).endsWith(";transport=tls;lr>");
        assertThat(ladder.gateway.stream().accepted()).isEqualTo(1);
    }

    @Test
    void aGatewayWithAnotherNamesCertificateGetsNoCall() throws Exception {
        ladder.close();
        TestCertificate stranger = TestCertificate.make(folder, "stranger", "ip:127.0.2.99");
        Files.writeString(
                trusted, Files.readString(peer.certificateFile()) + Files.readString(stranger.certificateFile()));
        ladder = ladder(ClientCertificates.REQUIRED, stranger);
        ladder.caller.invites(Ladder.PROMO);
        ladder.caller.receives("100");
        ladder.caller.receives("500");
        assertThat(ladder.count(Count.TLS_FAILURES)).isEqualTo(1);
        assertThat(ladder.journal.ended().attempts().getFirst().abandoned()).contains("could not be reached");
    }

    @ParameterizedTest
    @EnumSource(ClientCertificates.class)
    void whoConnectsShowsACertificateWhereItIsAsked(ClientCertificates clients) throws Exception {
        ladder.close();
        ladder = ladder(clients, peer);
        assertThat(isHeard(peer.context(List.of(proxy)))).isTrue();
        assertThat(isHeard(TestCertificate.contextWithoutKey(List.of(proxy))))
                .isEqualTo(clients != ClientCertificates.REQUIRED);
    }

    /** Whether a keep-alive gets its answer. */
    private boolean isHeard(SSLContext context) {
        try (Socket socket = context.getSocketFactory().createSocket()) {
            socket.connect(ladder.proxy.boundAddresses().getLast());
            socket.setSoTimeout(3_000);
            socket.getOutputStream().write(new byte[] {'\r', '\n', '\r', '\n'});
            return socket.getInputStream().read() == '\r';
        } catch (IOException _) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void oneVersionIsEnough(String version) throws Exception {
        assertThat(agreedOn(version)).isEqualTo(version);
    }

    /** The JDK refuses the old ones by itself; this says that none of our settings brings them back. */
    @Test
    void nothingOlderIsOffered() throws Exception {
        assertThat(agreedOn("TLSv1.3", "TLSv1.2")).isEqualTo("TLSv1.3");
        assertThatThrownBy(() -> agreedOn("TLSv1.1", "TLSv1")).isInstanceOf(SSLHandshakeException.class);
    }

    private String agreedOn(String... versions) throws IOException {
        InetSocketAddress address = ladder.proxy.boundAddresses().getLast();
        try (SSLSocket socket =
                (SSLSocket) peer.context(List.of(proxy)).getSocketFactory().createSocket()) {
            socket.setEnabledProtocols(versions);
            socket.connect(address);
            socket.setSoTimeout(3_000);
            socket.startHandshake();
            return socket.getSession().getProtocol();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void changedFilesAreUsedByNewConnectionsAndBadOnesAreNot() throws Exception {
        ladder.connects(Ladder.PROMO);
        TestCertificate renewed = TestCertificate.make(folder, "renewed", "ip:127.0.0.1");
        proxy.isReplacedBy(renewed);
        SSLContext trusting = peer.context(List.of(proxy, renewed));
        // They are looked at each second.
        for (int i = 0; i < 300 && !shownBy(trusting).equals(renewed.certificate()); i++) {
            Thread.sleep(10);
        }
        assertThat(shownBy(trusting)).isEqualTo(renewed.certificate());
        Files.writeString(proxy.certificateFile(), "nothing of the kind");
        ladder.proxy.followTlsFiles();
        assertThat(shownBy(trusting)).isEqualTo(renewed.certificate());
        // The call goes on by the connections it has.
        ladder.caller.hangsUp();
        ladder.gateway.receives("BYE");
    }

    @Test
    void aHandshakeThatIsNeverBegunEndsTheConnection() throws Exception {
        try (Socket silent = new Socket()) {
            silent.connect(ladder.proxy.boundAddresses().getLast());
            silent.setSoTimeout(3_000);
            for (int i = 0; i < 300 && ladder.proxy.connections() == 0; i++) {
                Thread.sleep(10);
            }
            ladder.passes(Duration.ofSeconds(12));
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            assertThat(ladder.count(Count.CONNECTIONS_TIMED_OUT)).isEqualTo(1);
        }
    }

    @Test
    void filesThatAreNotThereStopTheStart() throws Exception {
        ladder.close();
        Files.delete(proxy.keyFile());
        assertThatThrownBy(() -> ladder(ClientCertificates.NONE, peer))
                .isInstanceOf(ListenerException.class)
                .hasMessageContaining("proxy.key is not there");
    }
}

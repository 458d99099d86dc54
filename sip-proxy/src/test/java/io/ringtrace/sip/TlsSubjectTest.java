package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.counters.SipCounters;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import io.ringtrace.sip.transport.MessagePort;
import io.ringtrace.sip.transport.MessageReceiver;
import io.ringtrace.sip.transport.StreamLimits;
import io.ringtrace.sip.transport.StreamTransport;
import io.ringtrace.sip.transport.TlsFiles.ClientCertificates;
import io.ringtrace.sip.transport.TlsSubject;
import io.ringtrace.sip.transport.UdpTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("RFC 5922 §7.1, whom a connection's certificate is for")
class TlsSubjectTest {
    private static final String MESSAGE = "OPTIONS sip:127.0.0.1 SIP/2.0\r\nContent-Length: 0\r\n\r\n";
    private final BlockingQueue<Optional<TlsSubject>> seen = new LinkedBlockingQueue<>();
    private final Path folder;
    private final TestCertificate proxy;

    TlsSubjectTest(@TempDir Path folder) throws Exception {
        this.folder = folder;
        this.proxy = TestCertificate.make(folder, "proxy", "ip:127.0.0.1");
    }

    @Test
    void aSipDomainCountsBeforeAHostName() throws Exception {
        TlsSubject subject = subjectOf("carrier", "uri:sip:Carrier.example,uri:sip:joe@x.example,dns:edge.example");
        assertThat(subject.identities()).containsExactly("carrier.example");
        assertThat(subject.distinguishedName()).isEqualTo("CN=carrier");
    }

    @Test
    void hostNamesCountWhereNoSipDomainIs() throws Exception {
        assertThat(subjectOf("edges", "dns:A.example,dns:b.example,ip:127.0.1.1")
                        .identities())
                .containsExactly("a.example", "b.example", "127.0.1.1");
    }

    @Test
    void theCommonNameCountsWhereNothingElseIs() throws Exception {
        assertThat(subjectOf("old-carrier", "").identities()).containsExactly("old-carrier");
    }

    @Test
    void whoShowsNoCertificateHasNoSubject() throws Exception {
        assertThat(seenOf(TestCertificate.contextWithoutKey(List.of(proxy)), proxy))
                .isEmpty();
    }

    private TlsSubject subjectOf(String alias, String names) throws Exception {
        TestCertificate peer = TestCertificate.make(folder, alias, names);
        return seenOf(peer.context(List.of(proxy)), peer).orElseThrow();
    }

    private Optional<TlsSubject> seenOf(SSLContext client, TestCertificate trusted) throws Exception {
        Path anchors = folder.resolve("anchors.pem");
        Files.copy(trusted.certificateFile(), anchors);
        try (UdpTransport loops = UdpTransport.start(1);
                StreamTransport streams = new StreamTransport(
                        loops, StreamLimits.DEFAULT, proxy.files(anchors, ClientCertificates.OPTIONAL), () -> 0)) {
            Listener listener =
                    streams.open(0, Transport.TLS, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            streams.receive(_ -> new Ear(), _ -> new SipCounters());
            try (Socket socket =
                    client.getSocketFactory().createSocket(listener.address().getAddress(), listener.port())) {
                socket.getOutputStream().write(MESSAGE.getBytes(StandardCharsets.US_ASCII));
                Optional<TlsSubject> subject = seen.poll(10, TimeUnit.SECONDS);
                assertThat(subject).isNotNull();
                return subject;
            }
        }
    }

    private final class Ear implements MessageReceiver {
        @Override
        public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
            seen.add(Optional.ofNullable(source.withPort(5061).tlsSubject()));
        }

        @Override
        public void batchDone() {}
    }
}

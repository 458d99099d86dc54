package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndedBy;
import io.ringtrace.routing.Supervision;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.transport.TlsFiles.ClientCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("RFC 3261 §26.2.2 and RFC 5630, sips URIs")
class SipsTest {
    private final TestCertificate proxy;
    private final TestCertificate peer;
    private final Path trusted;
    private Ladder ladder;

    SipsTest(@TempDir Path folder) throws Exception {
        proxy = TestCertificate.make(folder, "proxy", "ip:127.0.0.1");
        peer = TestCertificate.make(folder, "peer", "ip:127.0.1.1,ip:127.0.2.1");
        trusted = folder.resolve("trusted.pem");
        Files.writeString(
                trusted, Files.readString(peer.certificateFile()) + Files.readString(proxy.certificateFile()));
        ladder = ladder(Transport.TLS);
    }

    private Ladder ladder(Transport gateway) throws Exception {
        return new Ladder(
                settings -> settings.withTls(proxy.files(trusted, ClientCertificates.OPTIONAL)),
                1,
                Transport.TLS,
                gateway,
                peer.context(List.of(proxy)),
                gateway == Transport.TLS ? peer.context(List.of(proxy)) : null);
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private static String withSipsContact(String message) {
        return message.replaceFirst("Contact: <sip:([^;>]*)[^>]*>", "Contact: <sips:$1>");
    }

    private String uri(String scheme) {
        return scheme + ":" + Ladder.PROMO + "@" + ladder.caller.proxyHostPort();
    }

    /** Both sides' Contacts are sips where they speak TLS. */
    private SipText connects(String requestUri) {
        Party caller = ladder.caller;
        Party gateway = ladder.gateway;
        caller.sends(withSipsContact(caller.inviteText(requestUri)));
        caller.receives("100");
        SipText invite = gateway.receives("INVITE");
        String answer = gateway.answerText(invite, 200);
        gateway.sends(gateway.transport() == Transport.TLS ? withSipsContact(answer) : answer);
        caller.receives("200");
        caller.acks();
        gateway.receives("ACK");
        return invite;
    }

    @Test
    void contactsOfBothSidesAreReachedInTheDialog() {
        connects(uri("sip"));
        Party caller = ladder.caller;
        Party gateway = ladder.gateway;
        caller.sends(caller.inDialog("INVITE"));
        assertThat(gateway.receives("INVITE").requestUri()).isEqualTo("sips:gateway@" + gateway.hostPort());
        caller.receives("100");
        gateway.answers(200);
        caller.receives("200");
        gateway.hangsUp();
        assertThat(caller.receives("BYE").requestUri()).isEqualTo("sips:caller@" + caller.hostPort());
        caller.answers(200);
        gateway.receives("200");
        assertThat(ladder.journal.ended().by()).isEqualTo(EndedBy.DESTINATION);
    }

    @Test
    @DisplayName("§16.6 step 4: a sips Request-URI stays one, and so do our Record-Routes")
    void firstRequestOverTlsGoesOnOverTls() {
        SipText invite = connects(uri("sips"));
        assertThat(invite.requestUri()).startsWith("sips:" + Ladder.DESTINATION + "@");
        assertThat(invite.header("Via")).startsWith("SIP/2.0/TLS ");
        assertThat(invite.all("Record-Route")).hasSize(1).allMatch(route -> route.startsWith("<sips:"));
        ladder.caller.hangsUp();
        ladder.gateway.receives("BYE");
    }

    @Test
    void firstRequestByAnythingElseGets416() {
        for (Transport transport : List.of(Transport.UDP, Transport.TCP)) {
            try (Party plain = new Party("plain", "127.0.1.9", transport, null)) {
                plain.talksTo(ladder.proxy.boundAddresses().get(transport == Transport.UDP ? 0 : 1));
                plain.sends(plain.inviteText(uri("sips")));
                plain.receives("416");
            }
        }
        assertThat(ladder.journal.events()).isEmpty();
    }

    @Test
    @DisplayName("RFC 5630: a gateway without TLS is not asked, and the caller gets 480")
    void isNeverSentToAGatewayInTheClear() throws Exception {
        ladder.close();
        ladder = ladder(Transport.UDP);
        ladder.caller.sends(ladder.caller.inviteText(uri("sips")));
        ladder.caller.receives("100");
        ladder.caller.receives("480");
        ladder.gateway.receivesNothing();
        assertThat(ladder.journal.ended().statusSent()).isEqualTo(480);
    }

    @Test
    void callersContactIsReachedByTlsFromAGatewayByUdp() throws Exception {
        ladder.close();
        ladder = ladder(Transport.UDP);
        connects(uri("sip"));
        ladder.gateway.hangsUp();
        assertThat(ladder.caller.receives("BYE").requestUri()).startsWith("sips:caller@");
    }

    @Test
    void bothSidesAreAskedByTlsWhetherTheyLive() throws Exception {
        ladder.supervises(new Supervision(Duration.ofMinutes(5), true));
        connects(uri("sip"));
        ladder.jumps(Duration.ofMinutes(5).plusSeconds(1));
        assertThat(ladder.caller.receives("OPTIONS").requestUri()).startsWith("sips:caller@");
        assertThat(ladder.gateway.receives("OPTIONS").requestUri()).startsWith("sips:gateway@");
    }

    @Test
    void contactThatNoListenerReachesByTlsIsNotReachedInTheClear() throws Exception {
        ladder.close();
        ladder = new Ladder();
        connects(uri("sip"));
        ladder.gateway.hangsUp();
        ladder.gateway.receives("500");
        ladder.caller.receivesNothing();
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A listener on all of this machine's addresses names itself to each peer by the address that this one can reach (RFC 3261 §18.1.1). */
class WildcardListenerTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 127.0.0.1, 127.0.1.1, 127.0.2.1, UDP",
        "0.0.0.0, 127.0.0.1, 127.0.1.1, 127.0.2.1, TCP",
        "::, ::1, ::1, ::1, UDP",
        "::, ::1, ::1, ::1, TCP"
    })
    void isNamedByRoute(String all, String one, String callerHost, String gatewayHost, Transport transport)
            throws Exception {
        Party caller = new Party("caller", callerHost, transport, null);
        Party gateway = new Party("gateway", gatewayHost, transport, null);
        try (Ladder ladder = new Ladder(settings -> onAll(all, one), 1, caller, gateway)) {
            int index = (transport == Transport.UDP ? 0 : 1) + (caller.onIpv6() ? 2 : 0);
            int port = ladder.proxy.boundAddresses().get(index).getPort();
            caller.talksTo(new InetSocketAddress(one, port));
            gateway.talksTo(new InetSocketAddress(one, port));
            String address = InetAddress.ofLiteral(one).getHostAddress();
            String name = (one.contains(":") ? "[" + address + "]" : address) + ":" + port;

            caller.invites(Ladder.PROMO);
            caller.receives("100");
            SipText invite = gateway.receives("INVITE");
            assertThat(invite.header("Via")).startsWith("SIP/2.0/" + transport + " " + name + ";");
            assertThat(invite.header("Record-Route")).contains("@" + name);
            gateway.answers(180);
            caller.receives("180");
            gateway.answersInvite(200);
            caller.receives("200");
            caller.acks();
            gateway.receives("ACK");
            gateway.hangsUp();
            assertThat(caller.receives("BYE").header("Via")).contains(" " + name + ";");
            caller.answers(200);
            gateway.receives("200");
            assertThat(ladder.journal.kinds()).endsWith("Ended");
        }
    }

    /** In the order in which the ladder looks for them. */
    private static SipSettings onAll(String host, String one) {
        List<SipSettings.ListenAddress> listeners = Stream.of(one.contains(":") ? "127.0.0.1" : host, host)
                .distinct()
                .flatMap(address -> Stream.of(Transport.UDP, Transport.TCP)
                        .map(by -> new SipSettings.ListenAddress(by, address, 0, null)))
                .toList();
        return SipSettings.listeningOn(listeners)
                .withShards(1)
                .withShedding(false)
                .withTrying(Duration.ZERO);
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.transport.StreamLimits;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("RFC 3261 §18.1.1, requests of more than 1300 bytes")
class LongMessagesTest {
    private static final StreamLimits SHORT_CONNECT = new StreamLimits(
            4096, 256, Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofMillis(200), 32 * 1024, 65_535);
    private Ladder ladder;
    private Party caller;
    private Party gateway;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(settings -> settings.withStreams(SHORT_CONNECT), 1);
        caller = ladder.caller;
        gateway = ladder.gateway;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void invitesAtLength() {
        String invite = caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort());
        caller.sends(invite.replace("Content-Length", "Subject: " + "long ".repeat(200) + "\r\nContent-Length"));
        caller.receives("100");
    }

    private void arrivesByUdp() {
        SipText invite = gateway.receives("INVITE");
        assertThat(invite.header("Via")).startsWith("SIP/2.0/UDP ");
        assertThat(invite.all("Record-Route")).hasSize(1);
        gateway.answersInvite(486);
        gateway.receives("ACK");
        caller.acksFailure(caller.receives("486"));
    }

    @Test
    void udpMeansUdpWhateverTheLengthAndIsCounted() {
        invitesAtLength();
        arrivesByUdp();
        assertThat(ladder.count(Count.LONG_DATAGRAMS)).isEqualTo(1);
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        arrivesByUdp();
        assertThat(ladder.count(Count.LONG_DATAGRAMS)).isEqualTo(1);
    }

    @Nested
    class Auto {
        @BeforeEach
        void leftToUs() {
            ladder.leavesTheTransportToUs();
        }

        @Test
        void aShortRequestGoesByUdp() {
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            arrivesByUdp();
        }

        @Test
        void aLongRequestGoesByTcpAndTheWholeCallPasses() {
            try (Party stream = gateway.onTcpToo()) {
                invitesAtLength();
                SipText invite = stream.receives("INVITE");
                assertThat(invite.header("Via")).startsWith("SIP/2.0/TCP ");
                assertThat(invite.all("Record-Route")).hasSize(2);
                assertThat(invite.header("Record-Route")).contains(";transport=tcp");
                stream.answers(200);
                caller.receives("200");
                caller.acks();
                stream.receives("ACK");
                stream.hangsUp();
                caller.receives("BYE");
                caller.answers(200);
                stream.receives("200");
                assertThat(ladder.count(Count.LONG_DATAGRAMS)).isZero();
            }
        }

        private String longInDialog(String method) {
            return caller.inDialog(method)
                    .replace("Content-Length", "Subject: " + "long ".repeat(200) + "\r\nContent-Length");
        }

        @Test
        void aLongRequestWithinADialogGoesByTcpToo() {
            ladder.connects(Ladder.PROMO);
            try (Party stream = gateway.onTcpToo()) {
                caller.sends(longInDialog("INVITE"));
                caller.receives("100");
                SipText invite = stream.receives("INVITE");
                assertThat(invite.header("Via")).startsWith("SIP/2.0/TCP ");
                stream.answers(488);
                stream.receives("ACK");
                caller.receives("488");
                caller.sends(longInDialog("INFO"));
                assertThat(stream.receives("INFO").header("Via")).startsWith("SIP/2.0/TCP ");
                caller.hangsUp();
                assertThat(gateway.receives("BYE").header("Via")).startsWith("SIP/2.0/UDP ");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"INVITE", "INFO"})
        void aLongRequestWithinADialogGoesBackToUdpWhenTheConnectionIsRefused(String method) {
            ladder.connects(Ladder.PROMO);
            caller.sends(longInDialog(method));
            assertThat(gateway.receives(method).header("Via")).startsWith("SIP/2.0/UDP ");
            caller.sends(longInDialog("UPDATE"));
            gateway.receives("UPDATE");
            assertThat(ladder.count(Count.TRANSPORT_ERRORS)).isEqualTo(1);
        }

        @Test
        void aLongRequestWithinADialogGoesByUdpWhereTheContactSaysSo() {
            caller.invites(Ladder.PROMO);
            caller.receives("100");
            SipText first = gateway.receives("INVITE");
            gateway.sends(gateway.answerText(first, 200).replaceFirst("(Contact: <[^>]*)>", "$1;transport=udp>"));
            caller.receives("200");
            caller.acks();
            gateway.receives("ACK");
            try (Party stream = gateway.onTcpToo()) {
                caller.sends(longInDialog("INFO"));
                gateway.receives("INFO");
                stream.receivesNothing();
            }
        }

        @Test
        void backToUdpWhenTheConnectionIsRefusedAndTheNextTimeAtOnce() {
            invitesAtLength();
            arrivesByUdp();
            assertThat(ladder.journal.ended().attempts()).hasSize(1);
            assertThat(ladder.count(Count.TRANSPORT_ERRORS)).isEqualTo(1);
            invitesAtLength();
            arrivesByUdp();
            assertThat(ladder.count(Count.TRANSPORT_ERRORS)).isEqualTo(1);
        }

        @Test
        void aConnectionMayTakeTwoSecondsWhereNobodySaysOtherwise() {
            assertThat(StreamLimits.DEFAULT.connect()).isEqualTo(Duration.ofSeconds(2));
        }

        @Test
        void backToUdpWhenNoConnectionComesAbout() throws Exception {
            gateway.leavesTcpPort();
            try (ServerSocket full = new ServerSocket(gateway.port(), 1, InetAddress.ofLiteral(gateway.host()))) {
                List<Socket> filling = fill(full);
                invitesAtLength();
                arrivesByUdp();
                for (Socket socket : filling) {
                    socket.close();
                }
            }
        }

        /** Connects until the kernel leaves further attempts unanswered. */
        private List<Socket> fill(ServerSocket server) throws Exception {
            List<Socket> sockets = new ArrayList<>();
            while (true) {
                Socket socket = new Socket();
                sockets.add(socket);
                try {
                    socket.connect(server.getLocalSocketAddress(), 100);
                } catch (SocketTimeoutException _) {
                    return sockets;
                }
            }
        }
    }
}

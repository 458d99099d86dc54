package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.routing.Transport;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.target.GatewayStatus;
import io.ringtrace.sip.transport.StreamLimits;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpTest {
    private Ladder ladder;
    private Party caller;
    private Party gateway;

    @BeforeEach
    void start() throws Exception {
        ladder = new Ladder(UnaryOperator.identity(), 1, Transport.TCP, Transport.TCP);
        caller = ladder.caller;
        gateway = ladder.gateway;
    }

    private void restart(UnaryOperator<SipSettings> settings, int gateways, Transport from, Transport to)
            throws Exception {
        ladder.close();
        ladder = new Ladder(settings, gateways, from, to);
        caller = ladder.caller;
        gateway = ladder.gateway;
    }

    @AfterEach
    void stop() {
        ladder.close();
    }

    private void endsByCaller() {
        caller.hangsUp();
        gateway.receives("BYE");
        gateway.answers(200);
        caller.receives("200");
    }

    @ParameterizedTest
    @CsvSource({"TCP, TCP", "TCP, UDP", "UDP, TCP"})
    void aCallPassesBetweenTransports(Transport from, Transport to) throws Exception {
        restart(UnaryOperator.identity(), 1, from, to);
        ladder.connects(Ladder.PROMO);
        endsByCaller();
        ladder.connects(Ladder.PROMO);
        gateway.hangsUp();
        caller.receives("BYE");
        caller.answers(200);
        gateway.receives("200");
        assertThat(ladder.journal.kinds().stream().filter("Ended"::equals)).hasSize(2);
    }

    @Test
    void aCallPassesWhenEveryByteIsASegmentOfItsOwn() throws Exception {
        caller.stream()
                .send(
                        caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                                .getBytes(StandardCharsets.UTF_8),
                        1);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(180);
        caller.receives("180");
        gateway.answersInvite(200);
        caller.receives("200");
        caller.stream().send(caller.inDialog("ACK").getBytes(StandardCharsets.UTF_8), 1);
        gateway.receives("ACK");
        endsByCaller();
    }

    @Test
    void severalMessagesInOneSegmentAreAllHeard() throws Exception {
        StringBuilder together = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            String number = i % 2 == 0 ? Ladder.UNKNOWN : Ladder.PROMO;
            together.append(caller.inviteText("sip:" + number + "@" + caller.proxyHostPort()));
        }
        caller.sends(together.toString());
        List<String> kinds = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            String message = caller.stream().receive(3_000);
            assertThat(message).isNotNull();
            kinds.add(new SipText(message).kind());
        }
        assertThat(kinds.stream().filter("100"::equals)).hasSize(10);
        assertThat(kinds.stream().filter("404"::equals)).hasSize(5);
        for (int i = 0; i < 5; i++) {
            gateway.receives("INVITE");
        }
    }

    @Test
    @DisplayName("RFC 3261 §16.6 step 4: between transports each side gets a Record-Route that it can reach")
    void recordRouteIsDouble() throws Exception {
        restart(UnaryOperator.identity(), 1, Transport.UDP, Transport.TCP);
        caller.invites(Ladder.PROMO);
        SipText invite = gateway.receives("INVITE");
        String tcp = gateway.proxyHostPort();
        String udp = caller.proxyHostPort();
        assertThat(invite.all("Record-Route")).hasSize(2);
        assertThat(invite.all("Record-Route").getFirst()).endsWith("@" + tcp + ";transport=tcp;lr>");
        assertThat(invite.all("Record-Route").getLast()).endsWith("@" + udp + ";lr>");
        assertThat(invite.header("Via")).startsWith("SIP/2.0/TCP " + tcp);
    }

    @Test
    void oneConnectionToAGatewayServesManyCalls() throws Exception {
        restart(UnaryOperator.identity(), 1, Transport.UDP, Transport.TCP);
        for (int i = 0; i < 5; i++) {
            ladder.connects(Ladder.PROMO);
            endsByCaller();
        }
        assertThat(gateway.stream().accepted()).isEqualTo(1);
    }

    @Test
    void messagesGoToTheShardOfTheirCallIdWhereverTheirConnectionBelongs() throws Exception {
        restart(s -> s.withShards(2), 1, Transport.TCP, Transport.TCP);
        for (int i = 0; i < 12; i++) {
            ladder.connects(Ladder.PROMO);
            endsByCaller();
        }
        assertThat(ladder.count(Count.HANDED_OVER)).isPositive();
        assertThat(ladder.count(Count.HANDOVER_DROPS)).isZero();
        assertThat(ladder.journal.kinds().stream().filter("Ended"::equals)).hasSize(12);
    }

    @Test
    @DisplayName("RFC 3261 §17, table 4: nothing is sent twice over a reliable transport")
    void nothingIsRetransmitted() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        ladder.passes(Duration.ofMillis(2_500));
        gateway.receivesNothing();
        gateway.answers(486);
        gateway.receives("ACK");
        caller.receives("486");
        ladder.passes(Duration.ofSeconds(3));
        caller.receivesNothing();
        assertThat(ladder.count(Count.RETRANSMISSIONS_SENT)).isZero();
    }

    @Test
    @DisplayName("RFC 3261 §18.4: a refused connection is known at once, and the next gateway's turn comes")
    void refusedConnectionLeadsToTheNextGateway() throws Exception {
        restart(UnaryOperator.identity(), 2, Transport.UDP, Transport.TCP);
        gateway.stream().refuses();
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        ladder.secondGateway.receives("INVITE");
        ladder.secondGateway.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.answered().attempts().getFirst().abandoned()).contains("could not be reached");
        assertThat(ladder.count(Count.TRANSPORT_ERRORS)).isEqualTo(1);
        assertThat(ladder.clock.getAsLong()).isEqualTo(5_000);
    }

    @Test
    @DisplayName("RFC 3261 §18.2.2: when the caller's connection is gone, the response goes to his sent-by")
    void responseGoesToSentByWhenTheConnectionIsLost() throws Exception {
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        caller.stream().hangUpConnection();
        for (int i = 0; i < 300 && ladder.proxy.connections() > 1; i++) {
            Thread.sleep(10);
        }
        gateway.answers(180);
        caller.receives("180");
        assertThat(caller.stream().accepted()).isEqualTo(1);
        gateway.answersInvite(200);
        caller.receives("200");
    }

    @Test
    @DisplayName("RFC 5626 §4.4.1: a double CRLF is answered by one")
    void keepAliveIsAnswered() throws Exception {
        caller.sends("\r\n\r\n");
        assertThat(caller.stream().receivesPong()).isTrue();
        ladder.connects(Ladder.PROMO);
    }

    @Test
    @DisplayName("RFC 3261 §18.4: a connection that is lost before any answer leads to the next gateway at once")
    void lostConnectionLeadsToTheNextGateway() throws Exception {
        restart(UnaryOperator.identity(), 2, Transport.UDP, Transport.TCP);
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.stream().hangUpConnection();
        ladder.secondGateway.receives("INVITE");
        ladder.secondGateway.answers(200);
        caller.receives("200");
        assertThat(ladder.clock.getAsLong()).isEqualTo(5_000);
        assertThat(ladder.count(Count.TRANSPORT_ERRORS)).isEqualTo(1);
    }

    @Test
    void lostConnectionIsNoFailureOnceTheInviteWasHeard() throws Exception {
        restart(UnaryOperator.identity(), 2, Transport.UDP, Transport.TCP);
        caller.invites(Ladder.PROMO);
        caller.receives("100");
        gateway.receives("INVITE");
        gateway.answers(183);
        caller.receives("183");
        gateway.stream().hangUpConnection();
        ladder.secondGateway.receivesNothing();
        gateway.answersInvite(200);
        caller.receives("200");
        assertThat(ladder.count(Count.TRANSPORT_ERRORS)).isZero();
    }

    @Test
    @DisplayName("RFC 3261 §21.5.14: what is longer than our bounds gets 513, and its connection ends")
    void tooLongAMessageGets513() throws Exception {
        caller.sends(caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort())
                .replace("Content-Length: 0", "Content-Length: 70000"));
        caller.receives("513");
        assertThat(caller.stream().receivesEnd()).isTrue();
        assertThat(ladder.count(Count.STREAMS_BROKEN)).isEqualTo(1);
        assertThat(ladder.journal.events()).isEmpty();
    }

    @Test
    void theBoundsAreTheOperators() throws Exception {
        StreamLimits small = new StreamLimits(
                16, 16, Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofSeconds(2), 2_048, 3_000);
        restart(s -> s.withStreams(small), 1, Transport.TCP, Transport.TCP);
        String invite = caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort());
        caller.sends(invite.replace("Content-Length: 0", "Content-Length: 3000"));
        caller.receives("513");
        assertThat(caller.stream().receivesEnd()).isTrue();
        caller.sends(invite.replace("Content-Length: 0", "Subject: " + "x".repeat(2_048) + "\r\nContent-Length: 0"));
        caller.receives("513");
        assertThat(caller.stream().receivesEnd()).isTrue();
        ladder.connects(Ladder.PROMO);
    }

    @Test
    void whatIsTooLongToGoOnIsNotTheGatewaysFault() throws Exception {
        restart(UnaryOperator.identity(), 2, Transport.TCP, Transport.UDP);
        String invite = caller.inviteText("sip:" + Ladder.PROMO + "@" + caller.proxyHostPort());
        String body = "b".repeat(65_500 - invite.length());
        caller.sends(invite.replace("Content-Length: 0", "Content-Length: " + body.length()) + body);
        caller.receives("100");
        caller.receives("513");
        gateway.receivesNothing();
        assertThat(ladder.proxy.gateways()).extracting(GatewayStatus::state).containsOnly(GatewayStatus.State.UP);
    }

    @Test
    void aFullRingIsAnsweredBecauseNobodyRepeatsOnTcp() throws Exception {
        restart(s -> s.withShards(2).withMostHandedOver(2), 1, Transport.TCP, Transport.TCP);
        caller.sends(inviteOf(0, Ladder.UNKNOWN));
        caller.receives("100");
        caller.acksFailure(caller.receives("404"));
        ladder.proxy.tick();
        // The connection belongs to one shard; the other is kept busy until its ring is full.
        int other = ladder.count(Count.HANDED_OVER) > 0 ? 0 : 1;
        caller.sends(inviteOf(other, Ladder.BUSY_SHARD));
        ladder.busyShard.reached();
        for (int i = 0; i < 10; i++) {
            caller.sends(inviteOf(other, Ladder.UNKNOWN));
        }
        for (int refused = 0; refused < 8; ) {
            String answer = caller.stream().receive(3_000);
            assertThat(answer).as("503 after " + refused).isNotNull();
            // The call that keeps the shard busy got its 100.
            refused += new SipText(answer).kind().equals("503") ? 1 : 0;
        }
        assertThat(ladder.count(Count.HANDOVER_DROPS)).isEqualTo(8);
        ladder.busyShard.goesOn();
    }

    private String inviteOf(int shard, String number) {
        String text;
        do {
            text = caller.inviteText("sip:" + number + "@" + caller.proxyHostPort());
        } while (CallShard.ownerOf(new SipText(text).header("Call-ID"), 2) != shard);
        return text;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"INVITE sip:a SIP/2.0\r\nContent-Length: 70000\r\n\r\n", "INVITE sip:a SIP/2.0\r\nTo: a\r\n\r\n"
            })
    void whatCannotBeFramedEndsTheConnection(String text) throws Exception {
        caller.sends(text);
        assertThat(caller.stream().receivesEnd()).isTrue();
        assertThat(ladder.count(Count.STREAMS_BROKEN)).isEqualTo(1);
    }

    @Test
    void endlessHeaderEndsTheConnection() throws Exception {
        Socket socket = caller.stream().connected();
        try {
            for (int i = 0; i < 100; i++) {
                socket.getOutputStream().write("X-Long: y\r\n".repeat(100).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException _) {
            // it was closed before we were through
        }
        assertThat(caller.stream().receivesEnd()).isTrue();
    }

    @Test
    void silentHalfOpenAndIdleConnectionsAreClosed() throws Exception {
        caller.stream().connected();
        awaitConnections(1);
        ladder.passes(Duration.ofSeconds(12));
        assertThat(caller.stream().receivesEnd()).as("never said anything").isTrue();

        ladder.connects(Ladder.PROMO);
        endsByCaller();
        caller.sends("INVITE sip:a SIP/2.0\r\n");
        awaitHeard();
        ladder.passes(Duration.ofSeconds(12));
        assertThat(caller.stream().receivesEnd()).as("stopped within a message").isTrue();

        ladder.connects(Ladder.PROMO);
        ladder.passes(Duration.ofMinutes(11));
        assertThat(caller.stream().receivesEnd()).as("idle").isTrue();
        assertThat(ladder.count(Count.CONNECTIONS_TIMED_OUT)).isGreaterThanOrEqualTo(3);
    }

    @Test
    void connectionsBeyondTheBoundsAreClosedAtOnce() throws Exception {
        StreamLimits few = new StreamLimits(
                3, 2, Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofSeconds(2), 32 * 1024, 65_535);
        restart(s -> s.withStreams(few), 1, Transport.TCP, Transport.TCP);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Socket socket = new Socket();
            socket.connect(ladder.proxy.boundAddresses().getLast());
            socket.setSoTimeout(3_000);
            sockets.add(socket);
        }
        for (int i = 2; i < 5; i++) {
            assertThat(sockets.get(i).getInputStream().read()).isEqualTo(-1);
        }
        assertThat(ladder.proxy.connections()).isEqualTo(2);
        assertThat(ladder.count(Count.CONNECTIONS_REFUSED)).isEqualTo(3);
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void awaitConnections(int count) throws InterruptedException {
        for (int i = 0; i < 300 && ladder.proxy.connections() < count; i++) {
            Thread.sleep(10);
        }
    }

    /** Gives the last bytes sent time to arrive: they lead to nothing that could be waited for. */
    private static void awaitHeard() throws InterruptedException {
        Thread.sleep(100);
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.routing.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Calls between two user agents of JAIN SIP RI")
class JainCallTest {
    private Ladder ladder;
    private JainAgent caller;
    private JainAgent callee;
    private String proxy;
    private String transport;

    private void start(Transport by) throws Exception {
        ladder = new Ladder(UnaryOperator.identity(), 1, by, by);
        transport = by.name().toLowerCase(Locale.ROOT);
        proxy = ladder.caller.proxyHostPort();
        // The agent takes the gateway's place.
        int port = ladder.gateway.port();
        ladder.gateway.close();
        callee = new JainAgent("127.0.2.1", port, transport);
        caller = new JainAgent("127.0.1.1", freePort(), transport);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.1.1"))) {
            return socket.getLocalPort();
        }
    }

    @AfterEach
    void stop() {
        caller.close();
        callee.close();
        ladder.close();
    }

    private void connects() throws Exception {
        caller.invites(Ladder.PROMO, proxy, transport);
        caller.receives("100");
        callee.receives("INVITE");
        callee.answers(180);
        caller.receives("180");
        callee.answersInvite(200);
        caller.receives("200");
        caller.acknowledges();
        callee.receives("ACK");
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"UDP", "TCP"})
    void theCallerHangsUp(Transport by) throws Exception {
        start(by);
        connects();
        caller.sends("INFO");
        callee.receives("INFO");
        callee.answers(200);
        caller.receives("200");
        caller.sends("BYE");
        callee.receives("BYE");
        callee.answers(200);
        caller.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"UDP", "TCP"})
    void theCalleeHangsUp(Transport by) throws Exception {
        start(by);
        connects();
        callee.sends("BYE");
        caller.receives("BYE");
        caller.answers(200);
        callee.receives("200");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
    }

    @Test
    void theCallerCancels() throws Exception {
        start(Transport.UDP);
        caller.invites(Ladder.PROMO, proxy, transport);
        caller.receives("100");
        callee.receives("INVITE");
        callee.answers(180);
        caller.receives("180");
        caller.cancels();
        caller.receives("200");
        callee.receives("CANCEL");
        callee.answers(200);
        callee.answersInvite(487);
        caller.receives("487");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_CANCELLED);
    }

    @Test
    void theCalleeIsBusy() throws Exception {
        start(Transport.UDP);
        caller.invites(Ladder.PROMO, proxy, transport);
        caller.receives("100");
        callee.receives("INVITE");
        callee.answers(486);
        caller.receives("486");
        assertThat(ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_BUSY);
    }
}

package io.ringtrace.sip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.EndReason;
import io.ringtrace.routing.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.function.UnaryOperator;
import javax.sip.InvalidArgumentException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Calls between two user agents of JAIN SIP RI")
class JainCallTest {
    /** The proxy and its two sides. */
    private record Line(Ladder ladder, JainAgent caller, JainAgent callee, String transport) implements AutoCloseable {
        private static final int TRIES = 5;

        /** JAIN wants a port's number, and another program may take a port that was free a moment ago. */
        static Line by(Transport by) throws Exception {
            for (int i = 1; i < TRIES; i++) {
                try {
                    return onPortsThatWereFree(by);
                } catch (InvalidArgumentException _) {
                    // Once more, with other ports.
                }
            }
            return onPortsThatWereFree(by);
        }

        private static Line onPortsThatWereFree(Transport by) throws Exception {
            Ladder ladder = new Ladder(UnaryOperator.identity(), 1, by, by);
            String transport = by.name().toLowerCase(Locale.ROOT);
            // The agent takes the gateway's place.
            int port = ladder.gateway.port();
            ladder.gateway.close();
            try {
                JainAgent callee = new JainAgent("127.0.2.1", port, transport);
                try {
                    return new Line(ladder, new JainAgent("127.0.1.1", freePort(), transport), callee, transport);
                } catch (InvalidArgumentException e) {
                    callee.close();
                    throw e;
                }
            } catch (InvalidArgumentException e) {
                ladder.close();
                throw e;
            }
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.1.1"))) {
                return socket.getLocalPort();
            }
        }

        void rings() throws Exception {
            caller.invites(Ladder.PROMO, ladder.caller.proxyHostPort(), transport);
            caller.receives("100");
            callee.receives("INVITE");
            callee.answers(180);
            caller.receives("180");
        }

        void connects() throws Exception {
            rings();
            callee.answersInvite(200);
            caller.receives("200");
            caller.acknowledges();
            callee.receives("ACK");
        }

        @Override
        public void close() {
            caller.close();
            callee.close();
            ladder.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"UDP", "TCP"})
    void theCallerHangsUp(Transport by) throws Exception {
        try (Line line = Line.by(by)) {
            line.connects();
            line.caller.sends("INFO");
            line.callee.receives("INFO");
            line.callee.answers(200);
            line.caller.receives("200");
            line.caller.sends("BYE");
            line.callee.receives("BYE");
            line.callee.answers(200);
            line.caller.receives("200");
            assertThat(line.ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_HANGUP);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"UDP", "TCP"})
    void theCalleeHangsUp(Transport by) throws Exception {
        try (Line line = Line.by(by)) {
            line.connects();
            line.callee.sends("BYE");
            line.caller.receives("BYE");
            line.caller.answers(200);
            line.callee.receives("200");
            assertThat(line.ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_HANGUP);
        }
    }

    @Test
    void theCallerCancels() throws Exception {
        try (Line line = Line.by(Transport.UDP)) {
            line.rings();
            line.caller.cancels();
            line.caller.receives("200");
            line.callee.receives("CANCEL");
            line.callee.answers(200);
            line.callee.answersInvite(487);
            line.caller.receives("487");
            assertThat(line.ladder.journal.ended().reason()).isEqualTo(EndReason.CALLER_CANCELLED);
        }
    }

    @Test
    void theCalleeIsBusy() throws Exception {
        try (Line line = Line.by(Transport.UDP)) {
            line.rings();
            line.callee.answersInvite(486);
            line.caller.receives("486");
            assertThat(line.ladder.journal.ended().reason()).isEqualTo(EndReason.DESTINATION_BUSY);
        }
    }
}

package io.ringtrace.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.message.Messages;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transport.Hop;
import io.ringtrace.sip.transport.Listener;
import io.ringtrace.sip.transport.MessagePort;
import io.ringtrace.sip.transport.Sender;
import io.ringtrace.sip.transport.ShardLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a transaction sends")
class UnhurriedMessagesTest {
    private final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5060);
    private final Listener listener = new Listener(0, Transport.UDP, address);
    private final Hop source = new Hop(address, listener);
    private final List<String> sent = new ArrayList<>();

    /** Tells which way each message takes. */
    private final class Noting implements MessagePort {
        @Override
        public Listener listener() {
            return listener;
        }

        @Override
        public ShardLoop loop() {
            throw new IllegalStateException("nothing here runs on a loop");
        }

        @Override
        public ByteBuf buffer(int capacity) {
            return Unpooled.buffer(capacity);
        }

        @Override
        public void send(ByteBuf message, Hop to, @Nullable Sender sender) {
            note("at once", message);
        }

        @Override
        public void sendUnhurried(ByteBuf message, Hop to, @Nullable Sender sender) {
            note("with the next", message);
        }

        private void note(String when, ByteBuf message) {
            sent.add(message.toString(StandardCharsets.US_ASCII) + " " + when);
            message.release();
        }

        @Override
        public void whenRefused(Hop to, Runnable task) {}

        @Override
        public void flush(boolean gatheredToo) {}
    }

    private final TransactionLayer layer = SampleLayer.of(List.of(new Noting()), 10);

    private static SipMessage request(String method) {
        return Messages.good("""
                %1$s sip:b@127.0.0.1 SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1
                Max-Forwards: 70
                From: <sip:a@192.0.2.1>;tag=a
                To: <sip:b@127.0.0.1>
                Call-ID: 1@192.0.2.1
                CSeq: 1 %1$s
                Content-Length: 0

                """.formatted(method));
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    @Test
    @DisplayName(
            "leaves with the next message when it is provisional, and at once when it is the answer or comes again")
    void ringing() {
        InviteServerTransaction invite = layer.newInviteServer(request("INVITE"), source);
        invite.respond(180, text("180"));
        invite.requestAgain();
        invite.respond(200, text("200"));
        assertThat(sent).containsExactly("180 with the next", "180 at once", "200 at once");
        layer.endAll();
    }

    @Test
    @DisplayName("leaves with the next message when a BYE is answered, and at once when the BYE comes again")
    void hangingUp() {
        NonInviteServerTransaction bye = layer.newNonInviteServer(request("BYE"), source);
        bye.respond(200, text("200"));
        bye.requestAgain();
        assertThat(sent).containsExactly("200 with the next", "200 at once");
        layer.endAll();
    }

    @Test
    @DisplayName("leaves at once when a request other than INVITE and BYE is answered")
    void within() {
        layer.newNonInviteServer(request("INFO"), source).respond(200, text("200"));
        assertThat(sent).containsExactly("200 at once");
        layer.endAll();
    }

    @ParameterizedTest
    @CsvSource({"BYE, with the next", "INFO, at once"})
    @DisplayName("leaves with the next message when it is a BYE, and at once when it comes again or is another request")
    void request(SipMethod method, String when) {
        NonInviteClientTransaction transaction =
                Objects.requireNonNull(layer.newNonInviteClient(source, method, ClientTransaction.Nobody.LISTENS));
        transaction.begin(text("request"));
        transaction.fired(Timer.TIMER_E);
        assertThat(sent).containsExactly("request " + when, "request at once");
        layer.endAll();
    }
}

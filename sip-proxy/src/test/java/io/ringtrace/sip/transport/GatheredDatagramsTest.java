package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.ringtrace.routing.Transport;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a busy shard sends over UDP and nobody waits for. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class GatheredDatagramsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration NEVER = Duration.ofMinutes(1);
    private static final int PATIENCE_MILLIS = 50;
    private static final int ANSWER_TIMEOUT_MILLIS = 10_000;
    private static final int CALL = 7;
    private static final int OTHER_CALL = 9;

    private static MessagePort busyPort(UdpTransport transport, Listener listener) {
        MessagePort port = transport.port(0, listener);
        NettyShardLoop loop = (NettyShardLoop) port.loop();
        UdpTransport.onLoop(loop, () -> hasMuchToSend(loop));
        return port;
    }

    /** Makes the shard a busy one; on its thread. */
    static void hasMuchToSend(NettyShardLoop loop) {
        for (int i = 0; i < 50; i++) {
            for (int message = 0; message < 32; message++) {
                boolean _ = loop.gathers();
            }
            loop.flush();
        }
    }

    /** A message of so many bytes, that belongs to the call, in a round of its own. */
    private static void sends(MessagePort port, Hop to, int length, int call, boolean hurried) {
        NettyShardLoop loop = (NettyShardLoop) port.loop();
        UdpTransport.onLoop(loop, () -> {
            loop.serves(call);
            ByteBuf message = port.buffer(length).writeZero(length);
            if (hurried) {
                port.send(message, to);
            } else {
                port.sendUnhurried(message, to, null);
            }
            loop.serves(0);
            loop.flush();
        });
    }

    /** The lengths of all that comes until nothing has come for a while; the first one may take so long. */
    private static List<Integer> heardBy(DatagramSocket peer, int millisToTheFirst) throws Exception {
        List<Integer> lengths = new ArrayList<>();
        peer.setSoTimeout(millisToTheFirst);
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        try {
            while (true) {
                peer.receive(packet);
                lengths.add(packet.getLength());
                peer.setSoTimeout(PATIENCE_MILLIS);
            }
        } catch (SocketTimeoutException _) {
            return lengths;
        }
    }

    /** What was heard after 1 was sent unhurried and, when nothing was heard of it, after 2 was sent. */
    private static List<List<Integer>> heard(Duration tick, int millisToTheFirst, int callOfSecond) throws Exception {
        try (UdpTransport transport = UdpTransport.startNative(1, SocketCalls::new);
                DatagramSocket peer = new DatagramSocket(0, LOOPBACK);
                ShardLoop.Tick _ = transport.loop(0).every(tick, tick, () -> {})) {
            Listener listener = transport.open(new InetSocketAddress(LOOPBACK, 0));
            Hop hop = new Hop(new InetSocketAddress(LOOPBACK, peer.getLocalPort()), listener);
            MessagePort port = busyPort(transport, listener);
            sends(port, hop, 1, CALL, false);
            List<Integer> before = heardBy(peer, millisToTheFirst);
            if (!before.isEmpty()) {
                return List.of(before);
            }
            sends(port, hop, 2, callOfSecond, true);
            return List.of(before, heardBy(peer, ANSWER_TIMEOUT_MILLIS));
        }
    }

    /** A machine that rests for 4 ms in the middle has let it go. */
    private static List<List<Integer>> stayedAndHeard(int callOfSecond) throws Exception {
        List<List<Integer>> heard = List.of();
        for (int i = 0; i < 20 && heard.size() < 2; i++) {
            heard = heard(NEVER, PATIENCE_MILLIS, callOfSecond);
        }
        return heard;
    }

    @Test
    @DisplayName("stays, and leaves before the next message of its call")
    void ofItsCall() throws Exception {
        assertThat(stayedAndHeard(CALL)).containsExactly(List.of(), List.of(1, 2));
    }

    @Test
    @DisplayName("stays, and leaves after another call's message in the same round")
    void ofAnotherCall() throws Exception {
        assertThat(stayedAndHeard(OTHER_CALL)).containsExactly(List.of(), List.of(2, 1));
    }

    @Test
    @DisplayName("stays, and leaves before a message of no call that is known")
    void ofNoCall() throws Exception {
        assertThat(stayedAndHeard(0)).containsExactly(List.of(), List.of(1, 2));
    }

    @Test
    @DisplayName("leaves with the next tick when nothing else comes")
    void alone() throws Exception {
        assertThat(heard(Duration.ofMillis(15), ANSWER_TIMEOUT_MILLIS, CALL)).containsExactly(List.of(1));
    }

    @Test
    @DisplayName("leaves when the socket is closed, and is released")
    void closed() throws Exception {
        ByteBuf message = Unpooled.directBuffer(1).writeZero(1);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            try (UdpTransport transport = UdpTransport.startNative(1, SocketCalls::new);
                    ShardLoop.Tick _ = transport.loop(0).every(NEVER, NEVER, () -> {})) {
                Listener listener = transport.open(new InetSocketAddress(LOOPBACK, 0));
                Hop hop = new Hop(new InetSocketAddress(LOOPBACK, peer.getLocalPort()), listener);
                MessagePort port = busyPort(transport, listener);
                UdpTransport.onLoop((NettyShardLoop) port.loop(), () -> {
                    port.loop().serves(CALL);
                    port.sendUnhurried(message.retain(), hop, null);
                });
            }
            assertThat(heardBy(peer, ANSWER_TIMEOUT_MILLIS)).containsExactly(1);
        }
        assertThat(message.refCnt()).isEqualTo(1);
        message.release();
    }

    @Test
    @DisplayName("is taken out of its queue by its call, in order, and the others stay in theirs")
    void byCall() {
        Hop hop = new Hop(
                new InetSocketAddress(LOOPBACK, 9),
                new Listener(0, Transport.UDP, new InetSocketAddress(LOOPBACK, 5060)));
        SendQueue queue = new SendQueue();
        SendQueue gathered = new SendQueue();
        for (int round = 0; round < 300; round++) {
            for (int i = 0; i < 5; i++) {
                assertThat(gathered.offer(Unpooled.buffer(4).writeInt(i), hop, i % 2 == 0 ? CALL : OTHER_CALL))
                        .isTrue();
            }
            gathered.moveTo(queue, CALL);
            assertThat(numbers(queue)).containsExactly(0, 2, 4);
            assertThat(numbers(gathered)).containsExactly(1, 3);
            gathered.remove(1);
            gathered.moveTo(queue, 0);
            assertThat(numbers(queue)).containsExactly(0, 2, 4, 3);
            assertThat(gathered.isEmpty()).isTrue();
            queue.remove(4);
        }
    }

    private static List<Integer> numbers(SendQueue queue) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < queue.size(); i++) {
            numbers.add(queue.buffer(i).getInt(0));
        }
        return numbers;
    }
}

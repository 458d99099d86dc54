package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Where a shard's thread waits for the next datagram: in its loop, or, busy and with nothing else to look after, at its socket. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class StayAtSocketTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration NEVER = Duration.ofMinutes(1);
    private static final int DATAGRAMS = 20;

    /** How often a thread waited at a socket. */
    private final AtomicInteger waits = new AtomicInteger();

    private final SynchronousQueue<Integer> heard = new SynchronousQueue<>();

    private UdpTransport shards(int many) {
        return UdpTransport.startNative(many, () -> new SocketCalls() {
            @Override
            int await(int socket, long messages, int most) {
                waits.incrementAndGet();
                return super.await(socket, messages, most);
            }
        });
    }

    private Listener open(UdpTransport transport) throws Exception {
        return transport.open(new InetSocketAddress(LOOPBACK, 0));
    }

    /** One that is busy has had much to send that nobody waits for. */
    private static void tick(UdpTransport transport, Duration tick, Runnable atEachTick, boolean busy) {
        for (int shard = 0; shard < transport.shards(); shard++) {
            NettyShardLoop loop = (NettyShardLoop) transport.loop(shard);
            ShardLoop.Tick _ = loop.every(tick, tick, atEachTick);
            if (busy) {
                UdpTransport.onLoop(loop, () -> GatheredDatagramsTest.hasMuchToSend(loop));
            }
        }
    }

    /** The receiver of each shard whose messages are to be heard. */
    private void hear(MessagePort port, Hop source, int length) {
        try {
            heard.put(length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Receiver {
        void received(MessagePort port, Hop source, int length);
    }

    private static void receives(UdpTransport transport, Receiver receiver) {
        transport.receive(_ -> new MessageReceiver() {
            @Override
            public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
                receiver.received(port, source, length);
            }

            @Override
            public void batchDone() {}
        });
    }

    /** The shards hear each datagram before the next is sent. */
    private void areHeard(Listener listener) throws Exception {
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            for (int length = 1; length <= DATAGRAMS; length++) {
                peer.send(new DatagramPacket(new byte[length], length, listener.address()));
                assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(length);
            }
        }
    }

    /** How often these waited at a socket while they heard what came by all their listeners. */
    private int waitsOf(int shards, int listeners, boolean busy) throws Exception {
        try (UdpTransport transport = shards(shards)) {
            for (int i = 0; i < listeners; i++) {
                Listener _ = open(transport);
            }
            tick(transport, NEVER, () -> {}, busy);
            receives(transport, this::hear);
            for (Listener listener : transport.listeners()) {
                areHeard(listener);
            }
        }
        return waits.get();
    }

    @Test
    @DisplayName("a busy shard waits at its only socket, and hears every datagram")
    void busy() throws Exception {
        assertThat(waitsOf(1, 1, true)).isGreaterThan(0);
    }

    @Test
    @DisplayName("one that is not busy waits in its loop")
    void quiet() throws Exception {
        assertThat(waitsOf(1, 1, false)).isZero();
    }

    @Test
    @DisplayName("one with two sockets waits in its loop, for either")
    void twoSockets() throws Exception {
        assertThat(waitsOf(1, 2, true)).isZero();
    }

    @Test
    @DisplayName("one of two shards waits in its loop, for what the other hands it")
    void twoShards() throws Exception {
        assertThat(waitsOf(2, 1, true)).isZero();
    }

    @Test
    @DisplayName("a tick comes and another thread's task is run though no datagram comes")
    void nothingComes() throws Exception {
        Semaphore ticks = new Semaphore(0);
        CountDownLatch ran = new CountDownLatch(1);
        try (UdpTransport transport = shards(1)) {
            Listener listener = open(transport);
            tick(transport, Duration.ofMillis(15), ticks::release, true);
            receives(transport, this::hear);
            areHeard(listener);
            transport.loop(0).execute(ran::countDown);
            assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
            int _ = ticks.drainPermits();
            assertThat(ticks.tryAcquire(3, 10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(waits).hasValueGreaterThan(0);
    }

    @Test
    @DisplayName("when nothing comes while a message that nobody waits for is gathered, none is gathered for a second")
    void whatIsGatheredIsWaitedFor() throws Exception {
        AtomicBoolean gathers = new AtomicBoolean(true);
        try (UdpTransport transport = shards(1);
                DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            Listener listener = open(transport);
            tick(transport, Duration.ofMillis(15), () -> {}, true);
            receives(transport, (port, source, length) -> {
                port.loop().serves(1);
                port.sendUnhurried(port.buffer(length).writeZero(length), source, null);
                port.loop().serves(0);
            });
            DatagramPacket packet = new DatagramPacket(new byte[1], 1, listener.address());
            peer.setSoTimeout(10_000);
            NettyShardLoop loop = (NettyShardLoop) transport.loop(0);
            // The first leaves at once, as 4 ms have gone by. So does the second on a machine that rests between them.
            for (int i = 0; i < 20 && gathers.get(); i++) {
                peer.send(packet);
                peer.receive(packet);
                peer.send(packet);
                peer.receive(packet);
                UdpTransport.onLoop(loop, () -> {
                    GatheredDatagramsTest.hasMuchToSend(loop);
                    gathers.set(loop.gathers());
                });
            }
        }
        assertThat(waits).hasValueGreaterThan(0);
        assertThat(gathers).isFalse();
    }
}

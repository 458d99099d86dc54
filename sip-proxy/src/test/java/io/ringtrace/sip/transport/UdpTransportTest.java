package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule by each engine. */
@Timeout(30)
@ParameterizedClass(name = "{0}")
@EnumSource(UdpTransportTest.Engine.class)
class UdpTransportTest {
    enum Engine {
        RECVMMSG_AND_SENDMMSG,
        NETTY_ON_EPOLL,
        NETTY_ON_NIO
    }

    private final Engine engine;

    UdpTransportTest(Engine engine) {
        this.engine = engine;
    }

    private UdpTransport start(int shards) throws ListenerException {
        return switch (engine) {
            case RECVMMSG_AND_SENDMMSG -> UdpTransport.start(shards, UdpEngine.NATIVE);
            case NETTY_ON_EPOLL -> UdpTransport.start(shards, UdpEngine.NETTY);
            case NETTY_ON_NIO -> UdpTransport.startOnNio(shards);
        };
    }

    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    private static final InetSocketAddress ANY_PORT_IPV6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);
    private static final int ANSWER_TIMEOUT_MILLIS = 10_000;

    /** Answers each datagram with its own bytes. */
    private static final class Echo implements MessageReceiver {
        private final BlockingQueue<Hop> sources = new ArrayBlockingQueue<>(1000);

        @Override
        public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
            assertThat(port.loop().inLoop()).isTrue();
            assertThat(sources.offer(source)).isTrue();
            ByteBuf answer = port.buffer(length);
            answer.writeBytes(bytes, offset, length);
            port.send(answer, source);
        }

        @Override
        public void batchDone() {}
    }

    private static byte[] exchange(DatagramSocket socket, Listener listener, byte[] bytes) throws Exception {
        socket.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
        socket.send(new DatagramPacket(bytes, bytes.length, listener.address()));
        DatagramPacket answer = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(answer);
        return Arrays.copyOf(answer.getData(), answer.getLength());
    }

    private static byte[] payload(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }

    @Test
    @DisplayName("the longest datagram there is passes whole")
    void longest() throws Exception {
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            assertThat(exchange(peer, listener, payload(60_000))).isEqualTo(payload(60_000));
            assertThat(exchange(peer, listener, payload(65_507))).isEqualTo(payload(65_507));
            assertThat(exchange(peer, listener, payload(1))).isEqualTo(payload(1));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("each shard's thread stays on the processor that is named for it, and keeps answering")
    void bound() throws Exception {
        List<Integer> processors = AllowedProcessors.ofThisThread();
        List<Integer> two = List.of(processors.getLast(), processors.getFirst());
        try (UdpTransport transport = start(2);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            transport.bindTo(two);
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            for (int shard = 0; shard < 2; shard++) {
                CompletableFuture<List<Integer>> allowed = new CompletableFuture<>();
                transport.loop(shard).execute(() -> allowed.complete(AllowedProcessors.ofThisThread()));
                assertThat(allowed.get(10, TimeUnit.SECONDS)).containsExactly(two.get(shard));
            }
            assertThat(exchange(peer, listener, payload(100))).isEqualTo(payload(100));
        }
        assertThat(AllowedProcessors.ofThisThread()).isEqualTo(processors);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("a processor that this machine does not have is refused by its number")
    void noSuchProcessor() throws Exception {
        try (UdpTransport transport = start(1)) {
            assertThatThrownBy(() -> transport.bindTo(List.of(1023)))
                    .isInstanceOf(ListenerException.class)
                    .hasMessage("SIP shards cannot be bound to processor 1023: this machine has none of that number,"
                            + " or this process may not use it");
        }
    }

    @Test
    void ipv6() throws Exception {
        Echo echo = new Echo();
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("::1"))) {
            Listener listener = transport.open(ANY_PORT_IPV6);
            transport.receive(_ -> echo);
            assertThat(exchange(peer, listener, payload(100))).isEqualTo(payload(100));
            Hop source = echo.sources.take();
            assertThat(source.host()).isEqualTo("0:0:0:0:0:0:0:1");
            assertThat(source.port()).isEqualTo(peer.getLocalPort());
            assertThat(source.toString()).isEqualTo("[0:0:0:0:0:0:0:1]:" + peer.getLocalPort() + " on " + listener);
        }
    }

    @Test
    @DisplayName("all shards' sockets of one listener share the port that the first one got")
    void oneListenerOnOnePort() throws Exception {
        Echo[] echoes = {new Echo(), new Echo(), new Echo()};
        List<DatagramSocket> peers = new ArrayList<>();
        try (UdpTransport transport = start(3)) {
            Listener listener = transport.open(ANY_PORT);
            transport.receive(shard -> echoes[shard]);
            for (int i = 0; i < 60; i++) {
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
                peers.add(peer);
                assertThat(exchange(peer, listener, payload(10))).isEqualTo(payload(10));
            }
            for (Echo echo : echoes) {
                assertThat(echo.sources).isNotEmpty();
            }
        } finally {
            peers.forEach(DatagramSocket::close);
        }
    }

    @Test
    void everyDatagramOfOnePeerHasTheSameHop() throws Exception {
        Echo echo = new Echo();
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> echo);
            exchange(peer, listener, payload(10));
            exchange(peer, listener, payload(10));
            Hop first = echo.sources.take();
            assertThat(echo.sources.take()).isSameAs(first);
            assertThat(first)
                    .isEqualTo(new Hop(first.remote(), listener))
                    .hasSameHashCodeAs(new Hop(first.remote(), listener));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aPortInUseIsOneSentence(int shards) throws Exception {
        try (UdpTransport first = start(shards);
                UdpTransport second = start(shards)) {
            Listener listener = first.open(ANY_PORT);
            assertThatThrownBy(() -> second.open(listener.address()))
                    .isInstanceOf(ListenerException.class)
                    .hasMessage("SIP listener 127.0.0.1:" + listener.port() + ": the port is in use");
            assertThat(second.listeners()).isEmpty();
        }
    }

    @Test
    void anAddressOfAnotherMachineIsOneSentence() throws Exception {
        try (UdpTransport transport = start(1)) {
            InetSocketAddress foreign = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5060);
            assertThatThrownBy(() -> transport.open(foreign))
                    .hasMessage("SIP listener 192.0.2.1:5060: the address is none of this machine's");
        }
    }

    @Test
    @DisplayName("what is sent during a read batch leaves after batchDone, not before")
    void batchFlush() throws Exception {
        BlockingQueue<String> order = new ArrayBlockingQueue<>(100);
        DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        IntFunction<MessageReceiver> receivers = _ -> new MessageReceiver() {
            @Override
            public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
                order.add(new String(bytes, offset, length, StandardCharsets.US_ASCII));
                port.send(port.buffer(10).writeBytes(bytes, offset, length), source);
            }

            @Override
            public void batchDone() {
                if (!order.contains("done")) {
                    order.add(heard(peer) ? "sent too early" : "done");
                }
            }
        };
        try (peer;
                UdpTransport transport = start(1)) {
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            Listener listener = transport.open(ANY_PORT);
            // Ten datagrams wait in the socket before reading begins: one read takes them all, but on NIO.
            for (int i = 0; i < 10; i++) {
                peer.send(new DatagramPacket(new byte[] {(byte) ('0' + i)}, 1, listener.address()));
            }
            transport.receive(receivers);
            while (!order.contains("done") && !order.contains("sent too early")) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 10; i++) {
                peer.receive(new DatagramPacket(new byte[10], 10));
            }
            List<String> together = engine == Engine.NETTY_ON_NIO
                    ? List.of("0", "done")
                    : List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "done");
            assertThat(List.copyOf(order).subList(0, together.size())).isEqualTo(together);
        }
    }

    private static boolean heard(DatagramSocket peer) {
        try {
            peer.setSoTimeout(50);
            peer.receive(new DatagramPacket(new byte[10], 10));
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            restoreTimeout(peer);
        }
    }

    private static Hop hopTo(DatagramSocket peer, Listener listener) {
        return new Hop(new InetSocketAddress(peer.getLocalAddress(), peer.getLocalPort()), listener);
    }

    private static void restoreTimeout(DatagramSocket peer) {
        try {
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void ticksAndTasksAreFlushedToo() throws Exception {
        try (UdpTransport transport = start(2);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            Hop hop = hopTo(peer, listener);
            MessagePort port = transport.port(1, listener);
            port.loop().execute(() -> port.send(port.buffer(4).writeInt(7), hop));
            DatagramPacket answer = new DatagramPacket(new byte[10], 10);
            peer.receive(answer);
            assertThat(answer.getPort()).isEqualTo(listener.port());
            try (ShardLoop.Tick _ = port.loop()
                    .every(
                            Duration.ofMillis(5),
                            Duration.ofMillis(5),
                            () -> port.send(port.buffer(4).writeInt(8), hop))) {
                peer.receive(answer);
                peer.receive(answer);
            }
            assertThat(transport.sendFailures()).isZero();
        }
    }

    @Test
    void aTickThatIsDueComesWithTheNextMessage() throws Exception {
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            Hop hop = hopTo(peer, listener);
            MessagePort port = transport.port(0, listener);
            AtomicInteger ticks = new AtomicInteger();
            try (ShardLoop.Tick _ = port.loop().every(Duration.ofNanos(1), Duration.ofHours(1), () -> {
                ticks.incrementAndGet();
                port.send(port.buffer(8).writeLong(8), hop);
            })) {
                peer.send(new DatagramPacket(new byte[4], 4, InetAddress.ofLiteral("127.0.0.1"), listener.port()));
                List<Integer> lengths = new ArrayList<>();
                while (!lengths.contains(8) || !lengths.contains(4)) {
                    DatagramPacket answer = new DatagramPacket(new byte[10], 10);
                    peer.receive(answer);
                    lengths.add(answer.getLength());
                }
            }
            int atTheEnd = ticks.get();
            CountDownLatch later = new CountDownLatch(1);
            port.loop().execute(later::countDown);
            assertThat(later.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(ticks).hasValueLessThanOrEqualTo(atTheEnd + 1);
        }
    }

    @Test
    void aTickThatFailsComesAgain() throws Exception {
        try (UdpTransport transport = start(1)) {
            Listener listener = transport.open(ANY_PORT);
            CountDownLatch ticks = new CountDownLatch(3);
            try (ShardLoop.Tick _ = transport
                    .port(0, listener)
                    .loop()
                    .every(Duration.ofMillis(1), Duration.ofMillis(1), () -> {
                        ticks.countDown();
                        throw new IllegalStateException("of this test");
                    })) {
                assertThat(ticks.await(5, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void aBufferKeptForRetransmissionIsSentAgain() throws Exception {
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            Hop hop = hopTo(peer, listener);
            MessagePort port = transport.port(0, listener);
            CountDownLatch released = new CountDownLatch(1);
            port.loop().execute(() -> {
                ByteBuf kept = port.buffer(4).writeInt(7);
                port.send(kept.retain(), hop);
                port.send(kept.retain(), hop);
                port.flush(true);
                if (kept.readableBytes() == 4 && kept.release()) {
                    released.countDown();
                }
            });
            for (int i = 0; i < 2; i++) {
                DatagramPacket answer = new DatagramPacket(new byte[10], 10);
                peer.receive(answer);
                assertThat(answer.getLength()).isEqualTo(4);
            }
            assertThat(released.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aRefusedDatagramIsCountedAndTheSocketLives() throws Exception {
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            // A loopback socket cannot reach a documentation address.
            Hop unreachable = new Hop(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5060), listener);
            MessagePort port = transport.port(0, listener);
            CountDownLatch sent = new CountDownLatch(1);
            port.loop().execute(() -> {
                port.send(port.buffer(4).writeInt(7), unreachable);
                port.flush(true);
                sent.countDown();
            });
            assertThat(sent.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(exchange(peer, listener, payload(3))).isEqualTo(payload(3));
            assertThat(transport.sendFailures()).isEqualTo(1);
        }
    }

    @Test
    void moreThanOneReadTakesIsReadInOrderAndAnsweredWhole() throws Exception {
        int many = 300;
        BlockingQueue<Integer> batches = new ArrayBlockingQueue<>(many);
        BlockingQueue<Integer> numbers = new ArrayBlockingQueue<>(many);
        AtomicInteger inThisBatch = new AtomicInteger();
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            peer.setReceiveBufferSize(1 << 20);
            Listener listener = transport.open(ANY_PORT);
            for (int i = 0; i < many; i++) {
                byte[] bytes = ByteBuffer.allocate(100).putInt(i).array();
                peer.send(new DatagramPacket(bytes, bytes.length, listener.address()));
            }
            transport.receive(_ -> new MessageReceiver() {
                @Override
                public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
                    numbers.add(ByteBuffer.wrap(bytes, offset, length).getInt());
                    inThisBatch.incrementAndGet();
                    port.send(port.buffer(length).writeBytes(bytes, offset, length), source);
                }

                @Override
                public void batchDone() {
                    batches.add(inThisBatch.getAndSet(0));
                }
            });
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            for (int i = 0; i < many; i++) {
                DatagramPacket answer = new DatagramPacket(new byte[200], 200);
                peer.receive(answer);
                assertThat(ByteBuffer.wrap(answer.getData()).getInt()).isEqualTo(i);
                assertThat(answer.getLength()).isEqualTo(100);
            }
            assertThat(List.copyOf(numbers)).hasSize(many).isSorted();
            assertThat(batches).hasSizeGreaterThan(1).allMatch(size -> size > 0);
        }
    }

    @Test
    @DisplayName("a listener on :: hears IPv4 too and answers it")
    void dualStack() throws Exception {
        Echo echo = new Echo();
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(new InetSocketAddress(InetAddress.ofLiteral("::"), 0));
            transport.receive(_ -> echo);
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            peer.send(new DatagramPacket(
                    payload(9), 9, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), listener.port())));
            DatagramPacket answer = new DatagramPacket(new byte[20], 20);
            peer.receive(answer);
            assertThat(Arrays.copyOf(answer.getData(), answer.getLength())).isEqualTo(payload(9));
            assertThat(echo.sources.take().host()).isEqualTo("127.0.0.1");
        }
    }

    @Test
    @DisplayName(
            "an IPv6 address by a socket of IPv4, or from loopback another machine: counted, and the rest of the batch leaves")
    void refusedInTheMiddleOfABatch() throws Exception {
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            Hop unreachable = new Hop(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5060), listener);
            Hop otherFamily = new Hop(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 5060), listener);
            Hop hop = hopTo(peer, listener);
            MessagePort port = transport.port(0, listener);
            port.loop().execute(() -> {
                for (int i = 0; i < 10; i++) {
                    port.send(port.buffer(4).writeInt(i), i == 3 || i == 4 ? unreachable : i == 7 ? otherFamily : hop);
                }
            });
            peer.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
            List<Integer> heard = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                DatagramPacket answer = new DatagramPacket(new byte[10], 10);
                peer.receive(answer);
                heard.add(ByteBuffer.wrap(answer.getData()).getInt());
            }
            assertThat(heard).containsExactly(0, 1, 2, 5, 6, 8, 9);
            while (transport.sendFailures() < 3) {
                Thread.onSpinWait();
            }
            assertThat(transport.sendFailures()).isEqualTo(3);
        }
    }

    @Test
    void aClosedPortOfAPeerIsToldAndTheSocketLives() throws Exception {
        int closedPort;
        try (DatagramSocket gone = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            closedPort = gone.getLocalPort();
        }
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> new Echo());
            Hop closed = new Hop(new InetSocketAddress(peer.getLocalAddress(), closedPort), listener);
            MessagePort port = transport.port(0, listener);
            CountDownLatch refused = new CountDownLatch(1);
            port.loop().execute(() -> {
                port.send(port.buffer(4).writeInt(7), closed);
                port.whenRefused(closed, refused::countDown);
            });
            assertThat(refused.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(exchange(peer, listener, payload(3))).isEqualTo(payload(3));
        }
    }

    @Test
    @DisplayName("how much waits unread is told while nobody reads, and nothing when all is read")
    void unread() throws Exception {
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            for (int i = 0; i < 50; i++) {
                peer.send(new DatagramPacket(payload(1000), 1000, listener.address()));
            }
            // Where there is no epoll the kernel is not asked.
            assertThat(unread(transport, listener)).satisfies(fill -> {
                if (engine == Engine.NETTY_ON_NIO) {
                    assertThat(fill).isZero();
                } else {
                    assertThat(fill).isGreaterThan(0).isLessThan(0.5);
                }
            });
            Echo echo = new Echo();
            transport.receive(_ -> echo);
            for (int i = 0; i < 50; i++) {
                echo.sources.take();
            }
            assertThat(unread(transport, listener)).isLessThan(0.001);
        }
    }

    private static double unread(UdpTransport transport, Listener listener) throws InterruptedException {
        BlockingQueue<Double> fill = new ArrayBlockingQueue<>(1);
        MessagePort port = transport.port(0, listener);
        port.loop().execute(() -> fill.add(port.unread()));
        return fill.take();
    }

    @Test
    void closingWhileDatagramsComeFreesThePortAndReleasesWhatWaits() throws Exception {
        for (int round = 0; round < 5; round++) {
            UdpTransport transport = start(2);
            Listener listener = transport.open(ANY_PORT);
            AtomicReference<@Nullable ByteBuf> last = new AtomicReference<>();
            AtomicInteger heard = new AtomicInteger();
            transport.receive(_ -> new MessageReceiver() {
                @Override
                public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
                    ByteBuf answer = port.buffer(length).writeBytes(bytes, offset, length);
                    last.set(answer);
                    port.send(answer, source);
                    heard.incrementAndGet();
                }

                @Override
                public void batchDone() {}
            });
            AtomicBoolean stop = new AtomicBoolean();
            Thread sender = Thread.ofPlatform().start(() -> {
                try (DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
                    while (!stop.get()) {
                        peer.send(new DatagramPacket(payload(50), 50, listener.address()));
                    }
                } catch (IOException _) {
                    // The port is closed.
                }
            });
            while (heard.get() < 100) {
                Thread.onSpinWait();
            }
            transport.close();
            stop.set(true);
            sender.join();
            ByteBuf answer = last.get();
            assertThat(answer).isNotNull();
            assertThat(answer.refCnt()).isZero();
            try (DatagramSocket again = new DatagramSocket(listener.address())) {
                assertThat(again.isBound()).isTrue();
            }
        }
    }

    @Test
    void whatAReceiverLetsEscapeCostsOneDatagram() throws Exception {
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            Echo echo = new Echo();
            transport.receive(_ -> new MessageReceiver() {
                @Override
                public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
                    if (length == 1) {
                        throw new IllegalStateException("as a test wants it");
                    }
                    echo.received(port, source, bytes, offset, length);
                }

                @Override
                public void batchDone() {}
            });
            peer.send(new DatagramPacket(payload(1), 1, listener.address()));
            assertThat(exchange(peer, listener, payload(2))).isEqualTo(payload(2));
        }
    }

    @Test
    void afterStopReceivingNothingIsReadAndSendingGoesOn() throws Exception {
        Echo echo = new Echo();
        try (UdpTransport transport = start(1);
                DatagramSocket peer = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            Listener listener = transport.open(ANY_PORT);
            transport.receive(_ -> echo);
            exchange(peer, listener, payload(2));
            Hop hop = echo.sources.take();
            transport.stopReceiving();
            MessagePort port = transport.port(0, listener);
            CountDownLatch stopped = new CountDownLatch(1);
            port.loop().execute(stopped::countDown);
            assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
            peer.send(new DatagramPacket(payload(3), 3, listener.address()));
            port.loop().execute(() -> port.send(port.buffer(4).writeInt(7), hop));
            DatagramPacket answer = new DatagramPacket(new byte[10], 10);
            peer.receive(answer);
            assertThat(answer.getLength()).isEqualTo(4);
            assertThat(echo.sources).isEmpty();
        }
    }
}

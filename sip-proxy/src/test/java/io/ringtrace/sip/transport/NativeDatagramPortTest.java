package io.ringtrace.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only the native engine has; the rules of all engines are in {@link UdpTransportTest}. */
@Timeout(30)
class NativeDatagramPortTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** The kernel, but for saying so many times that its buffer is full: on loopback it never is. */
    private static final class FullKernel extends SocketCalls {
        private final AtomicInteger refusals;

        FullKernel(AtomicInteger refusals) {
            this.refusals = refusals;
        }

        @Override
        int send(int socket, long messages, int count) {
            // One of several leaves first: a batch that is sent in part.
            int leaves = count == 1 ? 1 : count / 2;
            return count > 0 && refusals.getAndUpdate(n -> Math.max(0, n - 1)) > 0
                    ? -EAGAIN
                    : super.send(socket, messages, count == 0 ? 0 : leaves);
        }
    }

    /** The kernel, but for what it says of trains; counts what it is given. */
    private static final class TrainKernel extends SocketCalls {
        private final boolean knowsTrains;
        private final int refusal;
        private final AtomicInteger messages;
        private final AtomicInteger refused;

        /** @param refusal the error number that a train gets; 0 for none */
        TrainKernel(boolean knowsTrains, int refusal, AtomicInteger messages, AtomicInteger refused) {
            this.knowsTrains = knowsTrains;
            this.refusal = refusal;
            this.messages = messages;
            this.refused = refused;
        }

        @Override
        boolean sendsTrains(int socket) {
            return knowsTrains && super.sendsTrains(socket);
        }

        @Override
        int send(int socket, long address, int count) {
            if (count > 0 && refusal != 0 && isTrain(address)) {
                refused.incrementAndGet();
                return -refusal;
            }
            int sent = super.send(socket, address, count);
            messages.addAndGet(sent);
            return sent;
        }

        @SuppressWarnings("restricted") // msg_iovlen of the first mmsghdr
        private static boolean isTrain(long address) {
            return MemorySegment.ofAddress(address).reinterpret(64).get(ValueLayout.JAVA_LONG, 24) > 1;
        }
    }

    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    private UdpTransport onKernel(boolean knowsTrains, int refusal) {
        return UdpTransport.startNative(1, () -> new TrainKernel(knowsTrains, refusal, messages, refused));
    }

    /** What its loops count is there to be read when they have ended. */
    private static void isHeard(UdpTransport kernel, InetAddress ours, InetAddress theirs, int many) throws Exception {
        try (kernel) {
            assertThat(heardOf(kernel, ours, theirs, many)).hasSize(many).isSorted();
        }
        assertThat(kernel.sendFailures()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "::1, ::1", "::, 127.0.0.1"})
    @DisplayName("datagrams of one length for one peer leave as a train, and arrive one by one and in order")
    void train(String ours, String theirs) throws Exception {
        isHeard(onKernel(true, 0), InetAddress.ofLiteral(ours), InetAddress.ofLiteral(theirs), 500);
        assertThat(messages).hasValueLessThanOrEqualTo(500 / 64 + 2);
    }

    @Test
    @DisplayName("a kernel that knows no trains gets none")
    void noTrain() throws Exception {
        isHeard(onKernel(false, 0), LOOPBACK, LOOPBACK, 500);
        assertThat(messages).hasValue(500);
    }

    @ParameterizedTest
    @ValueSource(ints = {SocketCalls.EINVAL, SocketCalls.EMSGSIZE, SocketCalls.EIO})
    @DisplayName("a train that the kernel refuses leaves datagram by datagram, and none of that length is tried again")
    void refusedTrain(int refusal) throws Exception {
        isHeard(onKernel(true, refusal), LOOPBACK, LOOPBACK, 500);
        assertThat(refused).hasValue(1);
        assertThat(messages).hasValue(500);
    }

    @Test
    @DisplayName("what is refused for another reason than being a train is tried once more, and trains go on")
    void refusedForAnotherReason() throws Exception {
        isHeard(onKernel(true, SocketCalls.EACCES), LOOPBACK, LOOPBACK, 128);
        assertThat(refused).hasValue(2);
        assertThat(messages).hasValue(128);
    }

    /** Sends numbers from 0, within one task, and counts what was heard. */
    private static List<Integer> heardOf(UdpTransport transport, int many) throws Exception {
        return heardOf(transport, LOOPBACK, LOOPBACK, many);
    }

    private static List<Integer> heardOf(UdpTransport transport, InetAddress ours, InetAddress theirs, int many)
            throws Exception {
        List<Integer> heard = new ArrayList<>();
        try (DatagramSocket peer = new DatagramSocket(0, theirs)) {
            peer.setReceiveBufferSize(1 << 22);
            Listener listener = transport.open(new InetSocketAddress(ours, 0));
            Hop hop = new Hop(new InetSocketAddress(theirs, peer.getLocalPort()), listener);
            MessagePort port = transport.port(0, listener);
            port.loop().execute(() -> {
                for (int i = 0; i < many; i++) {
                    port.send(port.buffer(4).writeInt(i), hop);
                }
            });
            DatagramPacket packet = new DatagramPacket(new byte[10], 10);
            peer.setSoTimeout(10_000);
            while (heard.size() < many) {
                peer.receive(packet);
                heard.add(ByteBuffer.wrap(packet.getData()).getInt());
            }
        } catch (SocketTimeoutException _) {
            // What was heard says it.
        }
        return heard;
    }

    @Test
    @DisplayName("a full buffer of the kernel delays, loses nothing and keeps the order")
    void fullBuffer() throws Exception {
        AtomicInteger refusals = new AtomicInteger(20);
        try (UdpTransport transport = UdpTransport.startNative(1, () -> new FullKernel(refusals))) {
            assertThat(heardOf(transport, 500)).hasSize(500).isSorted();
            assertThat(refusals).hasValue(0);
            assertThat(transport.sendFailures()).isZero();
        }
    }

    @Test
    @DisplayName(
            "while the kernel takes nothing, the queue grows to its bound, and what is beyond is counted and released")
    void boundedQueue() throws Exception {
        AtomicInteger refusals = new AtomicInteger(Integer.MAX_VALUE);
        ByteBuf shared = Unpooled.directBuffer(4).writeInt(7);
        try (UdpTransport transport = UdpTransport.startNative(1, () -> new FullKernel(refusals))) {
            Listener listener = transport.open(new InetSocketAddress(LOOPBACK, 0));
            Hop hop = new Hop(new InetSocketAddress(LOOPBACK, 9), listener);
            MessagePort port = transport.port(0, listener);
            CountDownLatch done = new CountDownLatch(1);
            port.loop().execute(() -> {
                for (int i = 0; i < SendQueue.MOST + 10; i++) {
                    port.send(shared.retain(), hop);
                }
                done.countDown();
            });
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(transport.sendFailures()).isEqualTo(10);
        }
        assertThat(shared.refCnt()).isEqualTo(1);
        shared.release();
    }

    @Test
    void aQueueGrowsInTheMiddleOfItsRing() {
        SendQueue queue = new SendQueue();
        Listener listener = new Listener(0, io.ringtrace.routing.Transport.UDP, new InetSocketAddress(LOOPBACK, 5060));
        Hop hop = new Hop(new InetSocketAddress(LOOPBACK, 9), listener);
        int next = 0;
        int oldest = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 100; i++) {
                assertThat(queue.offer(Unpooled.buffer(4).writeInt(next++), hop, 0))
                        .isTrue();
            }
            queue.remove(37);
            oldest += 37;
            assertThat(queue.size()).isEqualTo(next - oldest);
            assertThat(queue.buffer(0).getInt(0)).isEqualTo(oldest);
            assertThat(queue.buffer(queue.size() - 1).getInt(0)).isEqualTo(next - 1);
        }
        queue.remove(queue.size());
        assertThat(queue.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.255", "2001:db8::fffe:1", "::1", "255.255.255.255"})
    void anAddressIsWrittenAsTheKernelReadsIt(String text) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(text), 65_535);
        assertThat(writtenAndRead(address)).isEqualTo(address);
    }

    @Test
    void theScopeOfALinkLocalAddressIsKept() throws UnknownHostException {
        byte[] bytes = InetAddress.ofLiteral("fe80::1").getAddress();
        InetSocketAddress address = new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 3), 5060);
        InetSocketAddress read = writtenAndRead(address);
        assertThat(read).isEqualTo(address);
        assertThat(((Inet6Address) read.getAddress()).getScopeId()).isEqualTo(3);
    }

    private static InetSocketAddress writtenAndRead(InetSocketAddress address) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(KernelAddress.LONGEST, 8);
            assertThat(KernelAddress.of(address).write(memory, 0, address.getAddress() instanceof Inet6Address))
                    .isPositive();
            return KernelAddress.read(memory, 0).socketAddress();
        }
    }

    @Nested
    @DisplayName("where it cannot work")
    class FallBack {
        @Test
        @DisplayName("Netty takes its place, and a wish for it alone is refused with the reason")
        void withoutNativeAccess() throws Exception {
            // A process that may not call native code at all.
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--illegal-native-access=deny",
                            "-cp",
                            System.getProperty("java.class.path"),
                            FallBackEcho.class.getName())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).contains("auto: Netty on NIO, because no epoll: ", "; hello");
            assertThat(said).contains("native: SIP over UDP: the native engine cannot work here: ");
            assertThat(process.waitFor()).isZero();
        }

        @Test
        void theWishForNettyIsGranted() throws Exception {
            try (UdpTransport transport = UdpTransport.start(1, UdpEngine.NETTY)) {
                assertThat(transport.engine()).isEqualTo("Netty on epoll");
            }
            try (UdpTransport transport = UdpTransport.start(1)) {
                assertThat(transport.engine()).isEqualTo("recvmmsg and sendmmsg");
            }
        }

        @Test
        void anotherSystemIsNamed() {
            String system = System.getProperty("os.name");
            System.setProperty("os.name", "Plan 9");
            try {
                assertThat(SocketCalls.whyNot()).isEqualTo("the system is Plan 9, not Linux");
                assertThatThrownBy(() -> UdpTransport.start(1, UdpEngine.NATIVE).close())
                        .isInstanceOf(ListenerException.class)
                        .hasMessage(
                                "SIP over UDP: the native engine cannot work here: the system is Plan 9, not Linux");
            } finally {
                System.setProperty("os.name", system);
            }
        }
    }

    /** What the process without native access runs. */
    static final class FallBackEcho {
        public static void main(String[] arguments) throws IOException {
            try (UdpTransport transport = UdpTransport.start(1);
                    DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
                Listener listener = transport.open(new InetSocketAddress(LOOPBACK, 0));
                transport.receive(_ -> new MessageReceiver() {
                    @Override
                    public void received(MessagePort port, Hop source, byte[] bytes, int offset, int length) {
                        port.send(port.buffer(length).writeBytes(bytes, offset, length), source);
                    }

                    @Override
                    public void batchDone() {}
                });
                peer.setSoTimeout(5_000);
                peer.send(new DatagramPacket("hello".getBytes(StandardCharsets.US_ASCII), 5, listener.address()));
                DatagramPacket answer = new DatagramPacket(new byte[10], 10);
                peer.receive(answer);
                System.out.println("auto: " + transport.engine() + "; "
                        + new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII));
                UdpTransport.start(1, UdpEngine.NATIVE).close();
            } catch (ListenerException e) {
                System.out.println("native: " + e.getMessage());
            }
        }
    }
}

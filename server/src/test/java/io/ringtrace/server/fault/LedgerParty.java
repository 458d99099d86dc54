package io.ringtrace.server.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A user agent of the bench on one UDP socket: all it hears and all its timers run on one thread of its own. */
abstract class LedgerParty implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerParty.class);
    private static final int T1_MILLIS = 500;
    private static final int T2_MILLIS = 4_000;
    private static final int RECEIVE_BUFFER = 8 << 20;

    private final DatagramSocket socket;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("party").factory());

    LedgerParty(InetSocketAddress address) throws IOException {
        socket = new DatagramSocket(address);
        socket.setReceiveBufferSize(RECEIVE_BUFFER);
        Thread.ofPlatform().daemon().name("party-socket").start(this::listen);
    }

    /** On the party's thread. */
    abstract void heard(WireMessage message, InetSocketAddress from);

    final String address() {
        return socket.getLocalAddress().getHostAddress() + ":" + socket.getLocalPort();
    }

    private void listen() {
        byte[] bytes = new byte[65_535];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                socket.receive(packet);
                WireMessage message = WireMessage.parse(new String(bytes, 0, packet.getLength(), US_ASCII));
                InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
                thread.execute(() -> heard(message, from));
            }
        } catch (IOException | RejectedExecutionException _) {
            // Closed: the bench is over.
        }
    }

    final void send(String text, InetSocketAddress to) {
        byte[] bytes = text.getBytes(US_ASCII);
        try {
            socket.send(new DatagramPacket(bytes, bytes.length, to));
        } catch (java.net.PortUnreachableException _) {
            // The server is dead just now; what is not answered is sent again.
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Sends now and again at T1, 2·T1, 4·T1 … T2 (RFC 3261 §17.1) until it is settled, for so long at most. */
    final void sendUntil(BooleanSupplier settled, String text, InetSocketAddress to, long longestMillis) {
        send(text, to);
        again(settled, text, to, T1_MILLIS, longestMillis);
    }

    private void again(BooleanSupplier settled, String text, InetSocketAddress to, int pause, long leftMillis) {
        if (leftMillis > 0) {
            after(pause, () -> {
                if (!settled.getAsBoolean()) {
                    send(text, to);
                    again(settled, text, to, Math.min(2 * pause, T2_MILLIS), leftMillis - pause);
                }
            });
        }
    }

    final void after(long millis, Runnable work) {
        try {
            Future<?> _ = thread.schedule(
                    () -> {
                        try {
                            work.run();
                        } catch (RuntimeException e) {
                            LOG.error("a party of the bench failed", e);
                        }
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException _) {
            // Closed: the bench is over.
        }
    }

    static InetSocketAddress at(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(hostAndPort.substring(0, colon)),
                Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        socket.close();
    }
}

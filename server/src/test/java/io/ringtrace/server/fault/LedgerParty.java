package io.ringtrace.server.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.function.BooleanSupplier;

/** A user agent of the bench on one UDP socket: all it hears and all its timers run on the one thread of its time. */
abstract class LedgerParty implements AutoCloseable {
    private static final int T1_MILLIS = 500;
    private static final int T2_MILLIS = 4_000;
    private static final int SOCKET_BUFFER = 8 << 20;

    private final DatagramChannel socket;
    private final PartyTime time;
    private long sent;
    private final ByteBuffer incoming = ByteBuffer.allocate(65_535);

    LedgerParty(InetSocketAddress address, PartyTime time) throws IOException {
        this.time = time;
        socket = DatagramChannel.open()
                .setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER)
                .setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER)
                .bind(address);
        time.hears(this);
    }

    /** On the thread of its time. */
    abstract void heard(WireMessage message, InetSocketAddress from);

    final String address() {
        try {
            InetSocketAddress bound = (InetSocketAddress) socket.getLocalAddress();
            return bound.getAddress().getHostAddress() + ":" + bound.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on {@link #hearsOne} does not wait. */
    final void neverWaits() throws IOException {
        socket.configureBlocking(false);
    }

    /** Hears one message, waiting for it; false when the socket is closed, or none is there and it never waits. One thread calls it. */
    final boolean hearsOne() {
        try {
            incoming.clear();
            InetSocketAddress from = (InetSocketAddress) socket.receive(incoming);
            if (from == null) {
                return false;
            }
            WireMessage message = WireMessage.parse(new String(incoming.array(), 0, incoming.position(), US_ASCII));
            // A keep-alive (RFC 5626 §3.5.1) says nothing.
            if (!message.firstLine().isEmpty()) {
                time.execute(() -> heard(message, from));
            }
            return true;
        } catch (IOException _) {
            // Closed: the bench is over.
            return false;
        }
    }

    /** Messages so far. */
    final long sent() {
        return sent;
    }

    final void send(String text, InetSocketAddress to) {
        sent++;
        try {
            int _ = socket.send(ByteBuffer.wrap(text.getBytes(US_ASCII)), to);
        } catch (java.net.PortUnreachableException _) {
            // The server is dead just now; what is not answered is sent again.
        } catch (IOException e) {
            if (socket.isOpen()) {
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
        time.after(millis, work);
    }

    final long nanos() {
        return time.nanos();
    }

    final long nowMillis() {
        return time.nowMillis();
    }

    static InetSocketAddress at(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                InetAddress.ofLiteral(hostAndPort.substring(0, colon)),
                Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    @Override
    public void close() throws IOException {
        time.close();
        socket.close();
    }
}

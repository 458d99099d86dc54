package io.ringtrace.sip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A UDP socket, and the same port of TCP, which refuses connections until it is used. */
final class DatagramWire implements Wire {
    private static final int MOST_TRIES = 20;

    private final DatagramSocket socket;
    /** Bound, and nobody listens; else another program might have the port when it is wanted. */
    private final Socket reserved;

    private final AtomicInteger keepAlives = new AtomicInteger();
    private @Nullable InetSocketAddress proxy;

    DatagramWire(String address) {
        InetAddress here = InetAddress.ofLiteral(address);
        try {
            Socket stream = new Socket();
            DatagramSocket datagrams = new DatagramSocket(null);
            for (int tries = 0; !datagrams.isBound(); tries++) {
                stream.bind(new InetSocketAddress(here, 0));
                try {
                    datagrams.bind(stream.getLocalSocketAddress());
                } catch (BindException e) {
                    if (tries == MOST_TRIES) {
                        throw e;
                    }
                    stream.close();
                    stream = new Socket();
                }
            }
            reserved = stream;
            socket = datagrams;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same party on TCP, at the same address and port. */
    StreamWire onTcpToo() {
        leavesTcpPort();
        return new StreamWire(address().getHostString(), address().getPort(), null);
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public void talksTo(InetSocketAddress address) {
        proxy = address;
    }

    @Override
    public void send(byte[] message) {
        try {
            socket.send(new DatagramPacket(message, message.length, proxy));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable String receive(int patienceMillis) {
        byte[] bytes = new byte[65_535];
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        try {
            socket.setSoTimeout(patienceMillis);
            while (true) {
                socket.receive(packet);
                String message = new String(bytes, 0, packet.getLength(), StandardCharsets.UTF_8);
                if (message.isBlank()) {
                    keepAlives.incrementAndGet();
                } else {
                    return message;
                }
            }
        } catch (SocketTimeoutException _) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keep-alives heard and ignored (RFC 5626 §3.5.1). */
    int keepAlives() {
        return keepAlives.get();
    }

    /** Whoever wants it may have it. */
    void leavesTcpPort() {
        try {
            reserved.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        socket.close();
        leavesTcpPort();
    }
}

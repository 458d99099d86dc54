package io.ringtrace.sip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A UDP socket. */
final class DatagramWire implements Wire {
    private final DatagramSocket socket;
    private final AtomicInteger keepAlives = new AtomicInteger();
    private @Nullable InetSocketAddress proxy;

    DatagramWire(String address) {
        try {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    @Override
    public void close() {
        socket.close();
    }
}

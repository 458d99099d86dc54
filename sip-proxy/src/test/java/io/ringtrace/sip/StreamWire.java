package io.ringtrace.sip;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;

/** A listening TCP or TLS socket and the connections of a party, which sends by the one last opened in either direction. */
final class StreamWire implements Wire {
    private static final String CLOSED = "closed";
    private static final String PONG = "\r\n";
    private final ServerSocket server;
    private final Thread acceptor;
    private final SocketFactory sockets;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> signs = new LinkedBlockingQueue<>();
    private volatile @Nullable Socket current;
    private @Nullable InetSocketAddress proxy;
    private final AtomicInteger accepted = new AtomicInteger();

    /** @param tls what the sockets speak TLS by; null for TCP alone */
    StreamWire(String address, @Nullable SSLContext tls) {
        this(address, 0, tls);
    }

    StreamWire(String address, int port, @Nullable SSLContext tls) {
        sockets = tls == null ? SocketFactory.getDefault() : tls.getSocketFactory();
        ServerSocketFactory servers = tls == null ? ServerSocketFactory.getDefault() : tls.getServerSocketFactory();
        try {
            server = servers.createServerSocket(port, 50, InetAddress.ofLiteral(address));
            if (server instanceof SSLServerSocket secure) {
                secure.setNeedClientAuth(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket socket = server.accept();
                    accepted.incrementAndGet();
                    take(socket);
                }
            } catch (IOException _) {
                // closed
            }
        });
    }

    /** How many connections were opened to this party. */
    int accepted() {
        return accepted.get();
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    @Override
    public void talksTo(InetSocketAddress address) {
        proxy = address;
    }

    @Override
    public void send(byte[] message) {
        send(message, message.length);
    }

    /** Sends in segments of at most so many bytes. */
    void send(byte[] message, int segment) {
        try {
            // Asked for once: the other side may close the connection between two segments.
            OutputStream out = connected().getOutputStream();
            for (int at = 0; at < message.length; at += segment) {
                out.write(message, at, Math.min(segment, message.length - at));
                out.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable String receive(int patienceMillis) {
        try {
            return heard.poll(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** True when the next sign is a keep-alive's answer. */
    boolean receivesPong() throws InterruptedException {
        return PONG.equals(signs.poll(3, TimeUnit.SECONDS));
    }

    /** True when a connection is closed by the other side. */
    boolean receivesEnd() throws InterruptedException {
        return CLOSED.equals(signs.poll(3, TimeUnit.SECONDS));
    }

    /** Closes the present connection; the next message needs a new one. */
    void hangUpConnection() {
        try {
            Socket socket = current;
            current = null;
            if (socket != null) {
                open.remove(socket);
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No longer hears new connections: the kernel goes on taking them until the thread that accepts has left the socket. */
    void refuses() {
        try {
            server.close();
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Socket connected() throws IOException {
        Socket socket = current;
        InetSocketAddress to = proxy;
        if (socket != null || to == null) {
            if (socket == null) {
                throw new IOException("the party knows no proxy");
            }
            return socket;
        }
        Socket opened = sockets.createSocket(to.getAddress(), to.getPort(), server.getInetAddress(), 0);
        take(opened);
        return opened;
    }

    private void take(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        open.add(socket);
        current = socket;
        Thread.ofVirtual().start(() -> read(socket));
    }

    private void read(Socket socket) {
        try (InputStream in = new BufferedInputStream(socket.getInputStream())) {
            while (true) {
                String message = message(in);
                if (message == null) {
                    break;
                }
                (message.equals(PONG) ? signs : heard).add(message);
            }
        } catch (IOException _) {
            // reset
        }
        if (open.remove(socket)) {
            current = socket.equals(current) ? null : current;
            signs.add(CLOSED);
        }
    }

    private static @Nullable String message(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            bytes.write(next);
            text = bytes.toString(StandardCharsets.UTF_8);
            if (text.equals(PONG)) {
                return PONG;
            }
        }
        String length = new SipText(text).header("Content-Length");
        byte[] body = in.readNBytes(Integer.parseInt(length));
        return text + new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        refuses();
        try {
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

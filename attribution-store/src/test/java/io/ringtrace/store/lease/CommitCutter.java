package io.ringtrace.store.lease;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A way to the database that can pass a commit on and lose its answer. */
final class CommitCutter implements AutoCloseable {
    private final int databasePort;
    private final ServerSocket server;
    private final AtomicBoolean cutNext = new AtomicBoolean();
    private final AtomicInteger cuts = new AtomicInteger();

    CommitCutter(int databasePort) throws IOException {
        this.databasePort = databasePort;
        server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void cutNextCommit() {
        cutNext.set(true);
    }

    int cuts() {
        return cuts.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                Socket database = new Socket(InetAddress.ofLiteral("127.0.0.1"), databasePort);
                Thread.ofVirtual().start(() -> toDatabase(client, database));
                Thread.ofVirtual().start(() -> toClient(client, database));
            }
        } catch (IOException _) {
            // Closed: nobody is let in any more.
        }
    }

    private void toDatabase(Socket client, Socket database) {
        byte[] bytes = new byte[65_536];
        try (client;
                database) {
            InputStream in = client.getInputStream();
            OutputStream out = database.getOutputStream();
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                String text = new String(bytes, 0, read, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
                if (text.endsWith("commit") && cutNext.compareAndSet(true, false)) {
                    cuts.incrementAndGet();
                    client.close();
                    out.write(bytes, 0, read);
                    // Time for the database to do as it is told before it sees that nobody listens.
                    Thread.sleep(300);
                    return;
                }
                out.write(bytes, 0, read);
            }
        } catch (IOException _) {
            // Either side has gone; so does the other.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void toClient(Socket client, Socket database) {
        try (client;
                database) {
            database.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException _) {
            // Either side has gone; so does the other.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

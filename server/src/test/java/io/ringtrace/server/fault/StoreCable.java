package io.ringtrace.server.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The TCP connection between server and database, which can be cut, hung and slowed, and can lose a commit's answer. Thread-safe. */
@SuppressWarnings("EnumOrdinal") // Each kind has its place in the counters, in this class alone.
final class StoreCable implements AutoCloseable {
    /** How the cable is. */
    enum State {
        GOOD,
        /** Connections are reset, new ones closed at once. */
        CUT,
        /** Nothing passes, nothing is closed. */
        HUNG,
        /** What the database answers is 5 s late. */
        SLOW
    }

    /** What is carried out, and its answer lost with the connection. */
    enum Statement {
        /** Of call records: not committed, so the database undoes it. */
        INSERT("insert into call_record"),
        /** Of a transaction that wrote call records. */
        COMMIT("commit");

        private final String text;

        Statement(String text) {
            this.text = text;
        }

        boolean isIn(String request) {
            return this == COMMIT ? request.endsWith(text) : request.contains(text);
        }
    }

    private static final long SLOW_MILLIS = 5_000;

    private final int databasePort;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicIntegerArray toLose = new AtomicIntegerArray(Statement.values().length);
    private final AtomicIntegerArray lost = new AtomicIntegerArray(Statement.values().length);
    private final AtomicIntegerArray seen = new AtomicIntegerArray(Statement.values().length);
    private volatile State state = State.GOOD;

    StoreCable(int databasePort) throws IOException {
        this.databasePort = databasePort;
        server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofPlatform().daemon().name("store-cable").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void set(State next) {
        state = next;
        if (next == State.CUT) {
            sockets.forEach(StoreCable::closeQuietly);
        }
    }

    /** Of the next statements of each kind every other one is carried out and its answer lost with the connection, so many in all. */
    void loseAnswers(int ofEach) {
        for (Statement kind : Statement.values()) {
            toLose.set(kind.ordinal(), ofEach);
        }
    }

    /** Answers lost so far. */
    int lost(Statement kind) {
        return lost.get(kind.ordinal());
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                if (state == State.CUT) {
                    client.close();
                    continue;
                }
                Thread.ofVirtual().start(() -> join(client));
            }
        } catch (IOException _) {
            // Closed: nobody is let in any more.
        }
    }

    private void join(Socket client) {
        try {
            Socket database = new Socket(InetAddress.ofLiteral("127.0.0.1"), databasePort);
            sockets.add(client);
            sockets.add(database);
            AtomicReference<@Nullable Statement> losing = new AtomicReference<>();
            Thread.ofVirtual().start(() -> pass(client, database, true, losing));
            pass(database, client, false, losing);
        } catch (IOException _) {
            closeQuietly(client);
        }
    }

    private void pass(Socket from, Socket to, boolean upward, AtomicReference<@Nullable Statement> losing) {
        byte[] bytes = new byte[65_536];
        boolean recordsWritten = false;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                while (state == State.HUNG) {
                    Thread.sleep(10);
                }
                if (!upward && state == State.SLOW) {
                    Thread.sleep(SLOW_MILLIS);
                }
                if (upward) {
                    String request = new String(bytes, 0, read, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
                    recordsWritten |= Statement.INSERT.isIn(request);
                    for (Statement kind : Statement.values()) {
                        if (recordsWritten && kind.isIn(request) && takeOne(kind)) {
                            losing.set(kind);
                        }
                    }
                    recordsWritten &= !Statement.COMMIT.isIn(request) && !request.endsWith("rollback");
                }
                Statement unanswered = upward ? null : losing.get();
                if (unanswered != null) {
                    lost.incrementAndGet(unanswered.ordinal());
                    return;
                }
                out.write(bytes, 0, read);
            }
        } catch (IOException _) {
            // Either side has gone; so does the other.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private boolean takeOne(Statement kind) {
        return seen.getAndIncrement(kind.ordinal()) % 2 == 0
                && toLose.getAndUpdate(kind.ordinal(), left -> Math.max(0, left - 1)) > 0;
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is closed all the same.
        }
    }

    @Override
    public void close() throws IOException {
        state = State.CUT;
        server.close();
        sockets.forEach(StoreCable::closeQuietly);
    }
}

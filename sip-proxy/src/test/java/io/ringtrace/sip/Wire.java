package io.ringtrace.sip;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The sockets of a test's party. */
interface Wire extends AutoCloseable {
    /** Where it hears. */
    InetSocketAddress address();

    void talksTo(InetSocketAddress proxy);

    void send(byte[] message);

    /** The next message; null when none comes in that time. */
    @Nullable
    String receive(int patienceMillis);

    @Override
    void close();
}

package io.ringtrace.sip.transport;

import java.net.InetSocketAddress;

/** Opens UDP sockets, and gives each shard its port on one. On the server's one thread, but where said. */
interface DatagramEngine extends AutoCloseable {
    /**
     * Binds a socket of that shard.
     *
     * @param sharesThePort says before the binding that others may have the port too
     * @throws ListenerException naming the address and what is wrong
     */
    Bound bind(NettyShardLoop loop, InetSocketAddress address, boolean sharesThePort) throws ListenerException;

    /** Gives back what the sockets shared; after the loops have ended. */
    @Override
    void close();

    /** What reads and writes, for a log line. */
    @Override
    String toString();

    /** A bound socket that nobody reads yet. */
    interface Bound {
        InetSocketAddress address();

        /** From now on others may bind the port too. */
        void shareThePort() throws ListenerException;

        /** The socket as the shard's port, which closes it. On the shard's thread. */
        DatagramPort port(Listener listener);

        /** Closes a socket that has no port. */
        void close();
    }
}

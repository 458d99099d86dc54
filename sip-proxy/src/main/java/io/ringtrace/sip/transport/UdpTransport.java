package io.ringtrace.sip.transport;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.IntFunction;

/**
 * UDP on Netty: one event loop per shard, and per listener one socket for each loop, all on one port (SO_REUSEPORT). Datagrams are read in
 * batches (recvmmsg) and sent in batches. The kernel picks the socket by the peer's address and port, so all datagrams of one carrier's
 * address arrive on one shard; handing each to the shard of its Call-ID is the receiver's task, by {@link #loop(int)}, and that shard
 * answers by its own {@link #port(int, Listener)}. Opened, started and closed by the server, on its start and stop.
 *
 * <pre>
 * UdpTransport transport = UdpTransport.start(shards);
 * Listener listener = transport.open(new InetSocketAddress("127.0.0.1", 5060));
 * transport.receive(shard -&gt; receivers[shard]);
 * </pre>
 */
public final class UdpTransport implements AutoCloseable {
    /** Starts the loops; no socket is open yet. */
    public static UdpTransport start(int shards) {
        throw new UnsupportedOperationException("in work " + shards);
    }

    public int shards() {
        throw new UnsupportedOperationException("in work");
    }

    public ShardLoop loop(int shard) {
        throw new UnsupportedOperationException("in work");
    }

    /**
     * Opens one socket per shard on the address; port 0 takes a free one, the same for all. Nothing is read before {@link #receive}.
     *
     * @throws ListenerException naming the address and what is wrong
     */
    public Listener open(InetSocketAddress address) throws ListenerException {
        throw new UnsupportedOperationException("in work");
    }

    /** Begins to read all listeners opened so far, giving each shard's datagrams to its receiver. */
    public void receive(IntFunction<DatagramReceiver> receivers) {
        throw new UnsupportedOperationException("in work");
    }

    public List<Listener> listeners() {
        throw new UnsupportedOperationException("in work");
    }

    /** That shard's own socket of the listener; to be used on the shard's thread. */
    public DatagramPort port(int shard, Listener listener) {
        throw new UnsupportedOperationException("in work");
    }

    /** Datagrams the kernel refused to send, over all shards. */
    public long sendFailures() {
        throw new UnsupportedOperationException("in work");
    }

    /** Stops reading and keeps sending: for a graceful stop. */
    public void stopReceiving() {
        throw new UnsupportedOperationException("in work");
    }

    /** Closes the sockets and ends the loops, waiting until they have ended. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("in work");
    }
}

package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.counters.SipCounters;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one shard by one TCP or TLS listener: those it accepted and those it opened. A message goes by the connection that its hop
 * names, else by one that is open to its address, else by a new one. On the shard's thread.
 */
final class StreamPort implements MessagePort, SendGate.Exit {
    private static final int MILLIS_BETWEEN_CHECKS = 1_000;
    private final StreamTransport transport;
    private final NettyShardLoop loop;
    private final Listener listener;
    private final Map<InetSocketAddress, StreamConnection> byRemote = new HashMap<>();
    private final Set<StreamConnection> all = new HashSet<>();
    private final Queue<StreamConnection> toFlush = new ArrayDeque<>();
    private @Nullable MessageReceiver receiver;
    private @Nullable SipCounters counters;
    private long nextCheckAt;

    StreamPort(StreamTransport transport, NettyShardLoop loop, Listener listener) {
        this.transport = transport;
        this.loop = loop;
        this.listener = listener;
    }

    void receiver(MessageReceiver next, SipCounters nextCounters) {
        receiver = next;
        counters = nextCounters;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public NettyShardLoop loop() {
        return loop;
    }

    @Override
    public ByteBuf buffer(int capacity) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(capacity);
    }

    @Override
    public void send(ByteBuf message, Hop to, @Nullable Sender sender) {
        loop.gate().pass(this, message, to, sender);
    }

    @Override
    public void refuse(ByteBuf message, @Nullable Sender sender) {
        message.release();
        failed(loop, sender);
    }

    @Override
    public void leave(ByteBuf message, Hop to, @Nullable Sender sender) {
        StreamConnection connection = connectionTo(to);
        if (connection == null) {
            message.release();
            failed(loop, sender);
        } else {
            connection.send(message, loop, sender);
        }
    }

    @Override
    public void whenRefused(Hop to, Runnable task) {
        // The connection tells its senders.
    }

    @Override
    public void flush(boolean gatheredToo) {
        for (StreamConnection next = toFlush.poll(); next != null; next = toFlush.poll()) {
            next.flush();
        }
    }

    long nowMillis() {
        return transport.nowMillis();
    }

    StreamFraming framing() {
        StreamLimits limits = transport.limits();
        return new StreamFraming(limits.longestHeader(), limits.longestMessage());
    }

    /** A new connection; it counts already. */
    void add(StreamConnection connection) {
        all.add(connection);
        byRemote.put(connection.remote(), connection);
    }

    void forget(StreamConnection connection) {
        if (all.remove(connection)) {
            byRemote.remove(connection.remote(), connection);
            transport.closed(connection);
        }
    }

    void received(Hop source, byte[] bytes, int offset, int length) {
        MessageReceiver to = receiver;
        if (to != null) {
            to.received(this, source, bytes, offset, length);
        }
    }

    void tooLong(Hop source, byte[] bytes, int offset, int length) {
        MessageReceiver to = receiver;
        if (to != null) {
            to.tooLong(source, bytes, offset, length);
        }
    }

    void batchDone() {
        MessageReceiver to = receiver;
        if (to != null) {
            to.batchDone();
        }
        loop.flush();
    }

    void unflushed(StreamConnection connection) {
        toFlush.add(connection);
    }

    /** Tells a sender, later and on its own thread: never within its call. */
    void failed(ShardLoop from, @Nullable Sender sender) {
        if (sender != null && !transport.closing()) {
            from.execute(sender::sendFailed);
        }
    }

    void broken(Hop peer) {
        UdpTransport.LOG.debug("{}: closed, what it sends cannot be told apart into messages", peer);
        count(Count.STREAMS_BROKEN);
    }

    void timedOut() {
        count(Count.CONNECTIONS_TIMED_OUT);
    }

    void handshakeFailed() {
        count(Count.TLS_FAILURES);
    }

    void refused() {
        count(Count.CONNECTIONS_REFUSED);
    }

    /** Looks after the connections' ages, about once a second. */
    void check(long nowMillis) {
        if (nowMillis < nextCheckAt) {
            return;
        }
        nextCheckAt = nowMillis + MILLIS_BETWEEN_CHECKS;
        for (StreamConnection connection : List.copyOf(all)) {
            connection.checkAge(nowMillis, transport.limits());
        }
    }

    private @Nullable StreamConnection connectionTo(Hop to) {
        StreamConnection named = to.connection();
        if (named != null && named.open()) {
            return named;
        }
        StreamConnection known = byRemote.get(to.remote());
        return known != null && known.leadsTo(to) ? known : transport.connect(this, to);
    }

    private void count(Count what) {
        SipCounters to = counters;
        if (to != null) {
            to.add(what);
        }
    }
}

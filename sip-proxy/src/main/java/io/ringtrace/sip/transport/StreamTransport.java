package io.ringtrace.sip.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.ringtrace.routing.Transport;
import io.ringtrace.sip.counters.SipCounters;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * TCP and TLS on the same event loops as UDP. One socket accepts for each listener and gives its connections to the loops in turn; a connection
 * stays with its loop, and handing its messages to the shards of their Call-IDs is the receiver's task. Each shard opens its own connection
 * to a gateway. Opened and closed by the server's one thread; what the ports ask for comes on their loops' threads.
 */
public final class StreamTransport implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final WriteBufferWaterMark QUEUE_BOUND = new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

    private final UdpTransport loops;
    private final StreamLimits limits;
    private final LongSupplier monotonicMillis;
    private final @Nullable TlsContexts tls;
    private final ChannelGroup servers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger open = new AtomicInteger();
    private final Map<InetAddress, Integer> bySource = new ConcurrentHashMap<>();
    /** By listener's index, then shard. */
    private final Map<Integer, List<StreamPort>> ports = new HashMap<>();

    private volatile boolean closing;

    /**
     * @param loops whose event loops, with the sockets of UDP, the connections share
     * @param tlsFiles needed for a TLS listener
     * @throws ListenerException when these files are not good
     */
    public StreamTransport(
            UdpTransport loops, StreamLimits limits, @Nullable TlsFiles tlsFiles, LongSupplier monotonicMillis)
            throws ListenerException {
        this.loops = loops;
        this.limits = limits;
        this.monotonicMillis = monotonicMillis;
        this.tls = tlsFiles == null ? null : TlsContexts.load(tlsFiles);
    }

    /**
     * Opens a listener; nothing is accepted before {@link #receive}.
     *
     * @param index its number among all listeners, those of UDP included
     * @throws ListenerException naming the address and what is wrong
     */
    public Listener open(int index, Transport transport, InetSocketAddress address) throws ListenerException {
        if (transport == Transport.TLS && tls == null) {
            throw new ListenerException(
                    "SIP listener " + Addresses.text(address) + ": TLS needs a certificate and its key", null);
        }
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.loops().getFirst().eventLoop(), loops.group())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, QUEUE_BOUND)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accepted(channel, index);
                    }
                });
        if (loops.epoll()) {
            bootstrap.channel(EpollServerSocketChannel.class);
        } else {
            bootstrap.channel(NioServerSocketChannel.class);
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ListenerException(
                    "SIP listener " + Addresses.text(address) + ": " + UdpTransport.why(bound.cause()), bound.cause());
        }
        servers.add(bound.channel());
        // A socket on 0.0.0.0 says that it is on ::, for the kernel makes it one of both families.
        int boundPort = ((InetSocketAddress) bound.channel().localAddress()).getPort();
        Listener listener = new Listener(index, transport, new InetSocketAddress(address.getAddress(), boundPort));
        List<StreamPort> made = new ArrayList<>();
        for (NettyShardLoop loop : loops.loops()) {
            StreamPort port = new StreamPort(this, loop, listener);
            UdpTransport.onLoop(loop, () -> loop.add(port));
            made.add(port);
        }
        ports.put(index, List.copyOf(made));
        return listener;
    }

    /** Begins to accept on all listeners opened so far. */
    public void receive(IntFunction<MessageReceiver> receivers, IntFunction<SipCounters> counters) {
        for (NettyShardLoop loop : loops.loops()) {
            MessageReceiver receiver = receivers.apply(loop.shard());
            SipCounters counted = counters.apply(loop.shard());
            UdpTransport.onLoop(
                    loop,
                    () -> ports.values()
                            .forEach(ofListener -> ofListener.get(loop.shard()).receiver(receiver, counted)));
        }
        servers.forEach(server -> server.config().setAutoRead(true));
    }

    /** That shard's connections by the listener; to be used on the shard's thread. */
    public MessagePort port(int shard, Listener listener) {
        return portOf(listener.index(), shard);
    }

    /** Closes what is idle, half-open or stuck. Called at every tick of that shard, on its thread; it works about once a second. */
    public void check(int shard) {
        long now = monotonicMillis.getAsLong();
        for (List<StreamPort> ofListener : ports.values()) {
            ofListener.get(shard).check(now);
        }
    }

    /** Looks at the certificate files now, and not only when their second has come round. */
    public void followTlsFiles() {
        if (tls != null) {
            tls.look();
        }
    }

    /** Open connections over all shards, those being opened included. */
    public int connections() {
        return open.get();
    }

    /** Stops accepting and reading, and keeps sending: for the last moment of a graceful stop. */
    public void stopReceiving() {
        servers.forEach(server -> server.config().setAutoRead(false));
        channels.forEach(channel -> channel.config().setAutoRead(false));
    }

    /** Closes listeners and connections, and waits for it; the loops are UDP's to end. */
    @Override
    public void close() {
        closing = true;
        servers.close().awaitUninterruptibly();
        channels.close().awaitUninterruptibly();
        if (tls != null) {
            tls.close();
        }
    }

    StreamLimits limits() {
        return limits;
    }

    long nowMillis() {
        return monotonicMillis.getAsLong();
    }

    boolean closing() {
        return closing;
    }

    /** Opens a connection for a port, on its thread; null when there are too many. */
    @Nullable
    StreamConnection connect(StreamPort port, Hop to) {
        if (closing || !takePlace()) {
            port.refused();
            return null;
        }
        Connecting connecting = new Connecting(port, to);
        Bootstrap bootstrap = new Bootstrap()
                .group(port.loop().eventLoop())
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        limits.connect().toMillis())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, QUEUE_BOUND)
                .handler(connecting);
        if (loops.epoll()) {
            bootstrap.channel(EpollSocketChannel.class);
        } else {
            bootstrap.channel(NioSocketChannel.class);
        }
        InetAddress own = port.listener().address().getAddress();
        ChannelFuture connected = own.isAnyLocalAddress()
                ? bootstrap.connect(to.remote())
                : bootstrap.connect(to.remote(), new InetSocketAddress(own, 0));
        StreamConnection connection = connecting.connection;
        if (connection == null) {
            open.decrementAndGet();
            return null;
        }
        port.add(connection);
        ChannelFuture _ = connected.addListener(done -> {
            if (!done.isSuccess()) {
                connection.closed();
            } else if (port.listener().transport() != Transport.TLS) {
                connection.ready();
            }
        });
        return connection;
    }

    /** Puts the connection into its new channel: at once, because the channel is registered on its own loop's thread. */
    private final class Connecting extends ChannelInitializer<Channel> {
        private final StreamPort port;
        private final Hop to;
        private @Nullable StreamConnection connection;

        Connecting(StreamPort port, Hop to) {
            this.port = port;
            this.to = to;
        }

        @Override
        protected void initChannel(Channel channel) {
            StreamConnection made = new StreamConnection(port, channel, to.remote(), to.name());
            connection = made;
            channels.add(channel);
            if (port.listener().transport() == Transport.TLS && tls != null) {
                String name = to.name().isEmpty() ? to.host() : to.name();
                channel.pipeline().addLast(tls.client(channel.alloc(), name, to.port(), limits.connect()));
            }
            channel.pipeline().addLast(made);
        }
    }

    /** On the thread of the loop that the connection was given to. */
    private void accepted(Channel channel, int index) {
        StreamPort port = portOf(index, shardOfThisThread());
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        if (remote == null || closing || !takePlace()) {
            port.refused();
            ChannelFuture _ = channel.close();
            return;
        }
        if (bySource.merge(remote.getAddress(), 1, Integer::sum) > limits.mostPerSource()) {
            leave(remote.getAddress());
            port.refused();
            ChannelFuture _ = channel.close();
            return;
        }
        StreamConnection connection = new StreamConnection(port, channel, remote, null);
        channels.add(channel);
        port.add(connection);
        if (port.listener().transport() == Transport.TLS && tls != null) {
            channel.pipeline().addLast(tls.server(channel.alloc(), limits.firstMessage()), connection);
        } else {
            channel.pipeline().addLast(connection);
            connection.ready();
        }
    }

    private int shardOfThisThread() {
        for (NettyShardLoop loop : loops.loops()) {
            if (loop.inLoop()) {
                return loop.shard();
            }
        }
        throw new IllegalStateException("a connection was given to a loop that is no shard's");
    }

    void closed(StreamConnection connection) {
        open.decrementAndGet();
        if (connection.accepted()) {
            leaveSource(connection.remote().getAddress());
        }
    }

    private void leave(InetAddress source) {
        open.decrementAndGet();
        leaveSource(source);
    }

    private void leaveSource(InetAddress source) {
        bySource.computeIfPresent(source, (_, count) -> count > 1 ? count - 1 : null);
    }

    private boolean takePlace() {
        if (open.incrementAndGet() <= limits.mostConnections()) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    private StreamPort portOf(int index, int shard) {
        List<StreamPort> ofListener = ports.get(index);
        if (ofListener == null) {
            throw new IllegalArgumentException("listener " + index + " is none of TCP's");
        }
        return ofListener.get(shard);
    }
}

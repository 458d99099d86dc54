package io.ringtrace.sip.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ringtrace.routing.Transport;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * UDP on Netty: one event loop per shard, and per listener one socket for each loop, all on one port (SO_REUSEPORT). Datagrams are read in
 * batches (recvmmsg) and sent in batches. The kernel picks the socket by the peer's address and port, so all datagrams of one carrier's
 * address arrive on one shard; handing each to the shard of its Call-ID is the receiver's task, by {@link #loop(int)}, and that shard
 * answers by its own {@link #port(int, Listener)}. Opened, started and closed by the server's one thread, on its start and stop; only
 * {@link #sendFailures}, {@link #loop} and, once {@link #receive} was called, {@link #port} are for other threads too.
 *
 * <pre>
 * UdpTransport transport = UdpTransport.start(shards);
 * Listener listener = transport.open(new InetSocketAddress("127.0.0.1", 5060));
 * transport.receive(shard -&gt; receivers[shard]);
 * </pre>
 */
public final class UdpTransport implements AutoCloseable {
    /** The payload a read makes room for; a datagram beyond it would be cut without a word, but none can be. */
    public static final int LONGEST_DATAGRAM = 65_535;

    static final Logger LOG = LoggerFactory.getLogger(UdpTransport.class);
    private static final int DATAGRAMS_PER_READ = 16;
    private static final int SOCKET_BUFFER = 4 * 1024 * 1024;
    private static final WriteBufferWaterMark QUEUE_BOUND = new WriteBufferWaterMark(SOCKET_BUFFER, 2 * SOCKET_BUFFER);

    private final boolean epoll;
    private final IoEventLoopGroup group;
    private final List<NettyShardLoop> loops = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    /** By listener's index, then shard. */
    private final List<List<NettyDatagramPort>> ports = new ArrayList<>();

    private final LongAdder sendFailures = new LongAdder();

    private UdpTransport(int shards, boolean epoll) {
        this.epoll = epoll;
        group = new MultiThreadIoEventLoopGroup(
                shards,
                new DefaultThreadFactory("sip-shard"),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        for (int shard = 0; shard < shards; shard++) {
            loops.add(new NettyShardLoop(shard, group.next()));
        }
    }

    /** Starts the loops; no socket is open yet. Uses native epoll where there is one, else NIO. */
    public static UdpTransport start(int shards) {
        if (!Epoll.isAvailable()) {
            LOG.info("native epoll is not available, SIP runs on NIO: {}", String.valueOf(Epoll.unavailabilityCause()));
        }
        return new UdpTransport(shards, Epoll.isAvailable());
    }

    /** As {@link #start(int)}, on NIO: what a machine without epoll has. */
    static UdpTransport startOnNio(int shards) {
        return new UdpTransport(shards, false);
    }

    public int shards() {
        return loops.size();
    }

    IoEventLoopGroup group() {
        return group;
    }

    List<NettyShardLoop> loops() {
        return loops;
    }

    boolean epoll() {
        return epoll;
    }

    public ShardLoop loop(int shard) {
        return loops.get(shard);
    }

    /**
     * Opens one socket per shard on the address; port 0 takes a free one, the same for all. Nothing is read before {@link #receive}.
     *
     * @throws ListenerException naming the address and what is wrong
     */
    public Listener open(InetSocketAddress address) throws ListenerException {
        if (address.isUnresolved()) {
            throw new ListenerException(
                    "SIP listener " + address.getHostString() + ":" + address.getPort() + ": the name has no address",
                    null);
        }
        List<Channel> channels = new ArrayList<>();
        try {
            InetSocketAddress bound = address;
            for (NettyShardLoop loop : loops) {
                // The first socket is bound without SO_REUSEPORT, and gets it afterwards for the others' sake: so a
                // port that another
                // process of the same user holds is refused instead of shared, and port 0 never draws a port in use.
                Channel channel = bind(loop.eventLoop(), bound, !channels.isEmpty());
                channels.add(channel);
                bound = (InetSocketAddress) channel.localAddress();
                if (channels.size() == 1 && loops.size() > 1) {
                    shareThePort(channel);
                }
            }
            Listener listener = new Listener(listeners.size(), Transport.UDP, bound);
            listeners.add(listener);
            ports.add(portsOf(listener, channels));
            return listener;
        } catch (ListenerException e) {
            channels.forEach(channel -> channel.close().awaitUninterruptibly());
            throw e;
        }
    }

    private Channel bind(IoEventLoop loop, InetSocketAddress address, boolean reusePort) throws ListenerException {
        SocketProtocolFamily family =
                address.getAddress() instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, QUEUE_BOUND)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // The port is the only handler, and joins when all sockets of the listener are bound.
                    }
                });
        if (epoll) {
            bootstrap
                    .channelFactory(() -> new EpollDatagramChannel(family))
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, LONGEST_DATAGRAM)
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(LONGEST_DATAGRAM * DATAGRAMS_PER_READ));
            if (reusePort) {
                bootstrap.option(EpollChannelOption.SO_REUSEPORT, true);
            }
        } else {
            bootstrap
                    .channelFactory(() -> new NioDatagramChannel(family))
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LONGEST_DATAGRAM));
            if (reusePort) {
                bootstrap.option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
            }
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ListenerException(
                    "SIP listener " + Addresses.text(address) + ": " + why(bound.cause()), bound.cause());
        }
        return bound.channel();
    }

    private void shareThePort(Channel channel) {
        if (epoll) {
            channel.config().setOption(EpollChannelOption.SO_REUSEPORT, true);
        } else {
            channel.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        }
    }

    static String why(Throwable cause) {
        String said = String.valueOf(cause.getMessage());
        if (said.contains("already in use")) {
            return "the port is in use";
        } else if (said.contains("annot assign requested address")) {
            return "the address is none of this machine's";
        } else if (said.contains("ermission denied")) {
            return "this user may not open the port (ports below 1024 need CAP_NET_BIND_SERVICE)";
        }
        return said;
    }

    private List<NettyDatagramPort> portsOf(Listener listener, List<Channel> channels) {
        List<NettyDatagramPort> made = new ArrayList<>();
        for (int shard = 0; shard < channels.size(); shard++) {
            NettyShardLoop loop = loops.get(shard);
            NettyDatagramPort port = new NettyDatagramPort(loop, channels.get(shard), listener, sendFailures);
            onLoop(loop, () -> {
                port.channel().pipeline().addLast(port);
                loop.add(port);
            });
            made.add(port);
        }
        return List.copyOf(made);
    }

    /** Begins to read all listeners opened so far, giving each shard's datagrams to its receiver. */
    public void receive(IntFunction<MessageReceiver> receivers) {
        for (NettyShardLoop loop : loops) {
            MessageReceiver receiver = receivers.apply(loop.shard());
            onLoop(loop, () -> {
                for (List<NettyDatagramPort> ofListener : ports) {
                    NettyDatagramPort port = ofListener.get(loop.shard());
                    port.receiver(receiver);
                    port.channel().config().setAutoRead(true);
                }
            });
        }
    }

    /** Listeners opened so far. */
    public List<Listener> listeners() {
        return List.copyOf(listeners);
    }

    /** That shard's own socket of the listener; to be used on the shard's thread. */
    public MessagePort port(int shard, Listener listener) {
        return ports.get(listener.index()).get(shard);
    }

    /** Datagrams that were not sent, because the kernel refused them or its buffer stayed full, over all shards. */
    public long sendFailures() {
        return sendFailures.sum();
    }

    /** Stops reading and keeps sending: for the last moment of a graceful stop. */
    public void stopReceiving() {
        for (List<NettyDatagramPort> ofListener : ports) {
            for (NettyDatagramPort port : ofListener) {
                port.channel().config().setAutoRead(false);
            }
        }
    }

    /** Closes the sockets and ends the loops, waiting until they have ended. */
    @Override
    public void close() {
        // The loops' own end leaves a socket open now and then, and its port with it.
        for (List<NettyDatagramPort> ofListener : ports) {
            for (NettyDatagramPort port : ofListener) {
                port.channel().close().awaitUninterruptibly();
            }
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    static void onLoop(NettyShardLoop loop, Runnable task) {
        loop.eventLoop().submit(task).syncUninterruptibly();
    }
}

package io.ringtrace.sip.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.concurrent.atomic.LongAdder;

/** UDP by Netty's datagram channels, on epoll or NIO. */
final class NettyDatagramEngine implements DatagramEngine {
    private static final int DATAGRAMS_PER_READ = 16;
    private static final WriteBufferWaterMark QUEUE_BOUND =
            new WriteBufferWaterMark(UdpTransport.SOCKET_BUFFER, 2 * UdpTransport.SOCKET_BUFFER);

    private final boolean epoll;
    private final boolean asksTheKernel;
    private final String why;
    private final LongAdder sendFailures;

    /** @param why it and no other, for a log line; empty when there is nothing to say */
    NettyDatagramEngine(boolean epoll, String why, LongAdder sendFailures) {
        this.epoll = epoll;
        this.asksTheKernel = epoll && SocketCalls.whyNot().isEmpty();
        this.why = why;
        this.sendFailures = sendFailures;
    }

    @Override
    public Bound bind(NettyShardLoop loop, InetSocketAddress address, boolean sharesThePort) throws ListenerException {
        SocketProtocolFamily family =
                address.getAddress() instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.eventLoop())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.SO_RCVBUF, UdpTransport.SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, UdpTransport.SOCKET_BUFFER)
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
                    .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, UdpTransport.LONGEST_DATAGRAM)
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(UdpTransport.LONGEST_DATAGRAM * DATAGRAMS_PER_READ));
        } else {
            bootstrap
                    .channelFactory(() -> new NioDatagramChannel(family))
                    .option(
                            ChannelOption.RECVBUF_ALLOCATOR,
                            new FixedRecvByteBufAllocator(UdpTransport.LONGEST_DATAGRAM));
        }
        if (sharesThePort) {
            bootstrap.option(reusePort(), true);
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw UdpTransport.refused(address, bound.cause());
        }
        return new BoundChannel(loop, bound.channel());
    }

    private ChannelOption<Boolean> reusePort() {
        return epoll ? EpollChannelOption.SO_REUSEPORT : NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT);
    }

    @Override
    public void close() {
        // Each channel has its own.
    }

    @Override
    public String toString() {
        return (epoll ? "Netty on epoll" : "Netty on NIO") + why;
    }

    private final class BoundChannel implements Bound {
        private final NettyShardLoop loop;
        private final Channel channel;

        BoundChannel(NettyShardLoop loop, Channel channel) {
            this.loop = loop;
            this.channel = channel;
        }

        @Override
        public InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }

        @Override
        public void shareThePort() {
            channel.config().setOption(reusePort(), true);
        }

        @Override
        public DatagramPort port(Listener listener) {
            SocketCalls calls = asksTheKernel ? new SocketCalls() : null;
            NettyDatagramPort port = new NettyDatagramPort(loop, channel, epoll, calls, listener, sendFailures);
            channel.pipeline().addLast(port);
            return port;
        }

        @Override
        public void close() {
            channel.close().awaitUninterruptibly();
        }
    }
}

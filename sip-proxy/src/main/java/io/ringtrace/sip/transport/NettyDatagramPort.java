package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One socket of one shard as a Netty channel: copies each datagram once into an array and hands it on, and writes what the shard sends.
 * All on its loop's thread.
 */
final class NettyDatagramPort extends ChannelInboundHandlerAdapter implements DatagramPort {
    private final NettyShardLoop loop;
    private final Channel channel;
    private final Listener listener;
    private final LongAdder sendFailures;
    private final HopTable hops;
    private final ClosedPorts closedPorts;
    private final @Nullable SocketCalls calls;
    private final byte[] scratch = new byte[UdpTransport.LONGEST_DATAGRAM];
    private @Nullable MessageReceiver receiver;
    private boolean waiting;

    /** @param calls of the kernel, to ask it how much waits; null where it cannot be called */
    NettyDatagramPort(
            NettyShardLoop loop,
            Channel channel,
            boolean epoll,
            @Nullable SocketCalls calls,
            Listener listener,
            LongAdder sendFailures) {
        this.loop = loop;
        this.channel = channel;
        this.listener = listener;
        this.sendFailures = sendFailures;
        this.hops = new HopTable(listener);
        this.closedPorts = new ClosedPorts(loop, epoll, listener);
        this.calls = calls;
    }

    @Override
    public void reading(boolean on) {
        // From another thread, Netty lets one more read pass.
        loop.execute(() -> channel.config().setAutoRead(on));
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }

    @Override
    public void receiver(MessageReceiver next) {
        receiver = next;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public ShardLoop loop() {
        return loop;
    }

    @Override
    public ByteBuf buffer(int capacity) {
        return channel.alloc().directBuffer(capacity);
    }

    @Override
    public void send(ByteBuf datagram, Hop to, @Nullable Sender sender) {
        loop.gate().pass(this, datagram, to, sender);
    }

    @Override
    public void leave(ByteBuf datagram, Hop to, @Nullable Sender sender) {
        // Netty's queue has no end of its own; the kernel's buffer being full that long means that these datagrams come
        // too late anyway.
        if (!channel.isWritable()) {
            refuse(datagram, sender);
            return;
        }
        waiting = true;
        // A void promise tells nobody but the pipeline: exceptionCaught counts what was refused.
        ChannelFuture _ = channel.write(new DatagramPacket(datagram, to.remote()), channel.voidPromise());
    }

    @Override
    public void refuse(ByteBuf datagram, @Nullable Sender sender) {
        datagram.release();
        sendFailures.increment();
    }

    @Override
    public void whenRefused(Hop to, Runnable task) {
        closedPorts.ask(to.remote(), task);
    }

    @Override
    public void flush(boolean gatheredToo) {
        if (waiting) {
            waiting = false;
            channel.flush();
        }
    }

    @Override
    public double unread() {
        return calls != null && channel instanceof EpollDatagramChannel socket && socket.isOpen()
                ? calls.unread(socket.fd().intValue())
                : 0;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        MessageReceiver to = receiver;
        Hop source = hops.of(packet.sender());
        ByteBuf content = packet.content();
        int length = content.readableBytes();
        content.getBytes(content.readerIndex(), scratch, 0, length);
        packet.release();
        if (to != null) {
            to.received(this, source, scratch, 0, length);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        MessageReceiver to = receiver;
        if (to != null) {
            to.batchDone();
        }
        loop.flush();
    }

    /** A refused datagram ends here (void promises report to the pipeline), and so does what a receiver let escape: neither closes the socket. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException || cause instanceof UnsupportedAddressTypeException) {
            sendFailures.increment();
        } else {
            UdpTransport.LOG.error("{}: a datagram was lost by an error of ours", listener, cause);
        }
    }
}

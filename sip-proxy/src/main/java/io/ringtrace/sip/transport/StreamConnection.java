package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.ringtrace.routing.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One TCP or TLS connection, accepted or opened by us. It belongs to one loop, whose thread reads it; only {@link #send} and {@link #open} are for
 * other shards' threads too: they answer by the connection that a request came by.
 */
final class StreamConnection extends ChannelInboundHandlerAdapter {
    private static final int MOST_WAITING = 256;
    private static final ByteBuf PONG =
            Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("\r\n", StandardCharsets.US_ASCII));

    private final StreamPort port;
    private final Channel channel;
    private final @Nullable String name;
    private final Hop peer;
    private final StreamFraming framing = new StreamFraming();
    /** What is to be sent once the connection is open. */
    private final Queue<Unsent> waiting = new ArrayDeque<>();

    private boolean unflushed;
    private boolean heardMessage;
    private long lastUsedAt;
    private long messageSince;
    private volatile State state = State.OPENING;
    private volatile @Nullable TlsSubject tlsSubject;

    private enum State {
        OPENING,
        OPEN,
        CLOSED
    }

    private record Unsent(ByteBuf message, @Nullable Sender sender) {}

    /**
     * @param channel a new one, on the port's loop
     * @param name of one that we open: who its TLS certificate has to be for; null for one that was accepted
     */
    StreamConnection(StreamPort port, Channel channel, InetSocketAddress remote, @Nullable String name) {
        this.port = port;
        this.channel = channel;
        this.name = name;
        this.peer = new Hop(remote, port.listener(), this, "");
        this.lastUsedAt = port.nowMillis();
        this.messageSince = lastUsedAt;
    }

    boolean accepted() {
        return name == null;
    }

    /** True when it leads to where that hop does; over TLS only if this was proved to be that peer, and that by our own handshake. */
    boolean leadsTo(Hop to) {
        return open()
                && (port.listener().transport() != Transport.TLS || to.name().equals(name));
    }

    InetSocketAddress remote() {
        return peer.remote();
    }

    /** Any thread; null before the handshake, and where the peer showed no certificate. */
    @Nullable
    TlsSubject tlsSubject() {
        return tlsSubject;
    }

    /** False once it is closed. */
    boolean open() {
        return state != State.CLOSED;
    }

    /** Messages may pass now. On the loop's thread. */
    void ready() {
        if (state != State.OPENING) {
            return;
        }
        state = State.OPEN;
        for (Unsent next = waiting.poll(); next != null; next = waiting.poll()) {
            write(next.message(), port.loop(), next.sender());
        }
        flush();
    }

    /**
     * Sends by this connection, and takes over one reference of the message.
     *
     * @param from the sender's loop, on whose thread this is called
     */
    void send(ByteBuf message, ShardLoop from, @Nullable Sender sender) {
        switch (state) {
            case OPENING -> {
                if (waiting.size() < MOST_WAITING && from == port.loop()) {
                    waiting.add(new Unsent(message, sender));
                } else {
                    refuse(message, from, sender);
                }
            }
            case OPEN -> {
                // Netty's queue has no end of its own: who does not read what he asks for gets no more.
                if (channel.isWritable()) {
                    write(message, from, sender);
                } else {
                    refuse(message, from, sender);
                }
            }
            case CLOSED -> refuse(message, from, sender);
        }
    }

    /** On the loop's thread. */
    void flush() {
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
    }

    /** Closes what is idle, half-open or stuck within a message. On the loop's thread. */
    void checkAge(long nowMillis, StreamLimits limits) {
        boolean neverSpoke = accepted()
                && !heardMessage
                && nowMillis - messageSince >= limits.firstMessage().toMillis();
        boolean stuck = framing.withinMessage()
                && nowMillis - messageSince >= limits.firstMessage().toMillis();
        if (neverSpoke || stuck || nowMillis - lastUsedAt >= limits.idle().toMillis()) {
            port.timedOut();
            close();
        }
    }

    /** Callable from any thread. */
    void close() {
        ChannelFuture _ = channel.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf segment = (ByteBuf) message;
        lastUsedAt = port.nowMillis();
        if (!framing.withinMessage() && (heardMessage || !accepted())) {
            messageSince = lastUsedAt;
        }
        try {
            framing.append(segment);
        } finally {
            segment.release();
        }
        while (open()) {
            switch (framing.next()) {
                case MESSAGE -> {
                    heardMessage = true;
                    messageSince = lastUsedAt;
                    port.received(peer, framing.bytes(), framing.offset(), framing.length());
                }
                case PING -> pong();
                case NOTHING -> {
                    framing.rest();
                    return;
                }
                case BROKEN -> {
                    port.broken(peer);
                    // What came before may just have been answered.
                    channel.flush();
                    close();
                    return;
                }
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        port.batchDone();
    }

    /** TLS is up, or its handshake failed, which closes the channel: then nobody is left to be told but the log. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                tlsSubject = TlsSubject.of(tls.engine().getSession());
                ready();
            } else {
                UdpTransport.LOG.debug("{}: the TLS handshake failed", peer, handshake.cause());
                port.handshakeFailed();
                close();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed();
    }

    /** The connection is gone, or could not be opened: who waits for it hears of it. On the loop's thread. */
    void closed() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        for (Unsent next = waiting.poll(); next != null; next = waiting.poll()) {
            refuse(next.message(), port.loop(), next.sender());
        }
        port.forget(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            UdpTransport.LOG.error("{}: closed by an error of ours", peer, cause);
        }
        close();
    }

    private void pong() {
        if (channel.isWritable()) {
            ChannelFuture _ = channel.write(PONG.duplicate());
            markUnflushed();
        }
    }

    private void write(ByteBuf message, ShardLoop from, @Nullable Sender sender) {
        lastUsedAt = port.nowMillis();
        // A duplicate, because writing moves the indices, and the sender may keep the message.
        ChannelFuture written = channel.write(message.duplicate());
        if (from == port.loop()) {
            markUnflushed();
        } else {
            channel.flush();
        }
        ChannelFuture _ = written.addListener(done -> {
            if (!done.isSuccess()) {
                port.failed(from, sender);
            }
        });
    }

    private void markUnflushed() {
        if (!unflushed) {
            unflushed = true;
            port.unflushed(this);
        }
    }

    private void refuse(ByteBuf message, ShardLoop from, @Nullable Sender sender) {
        message.release();
        port.failed(from, sender);
    }
}

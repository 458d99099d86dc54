package io.ringtrace.sip.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out that a peer's UDP port is closed. The kernel tells of an ICMP "unreachable" only a socket that is connected to that peer, and
 * the shard's own socket is connected to nobody; so a socket that lives for this question alone sends a keep-alive there (RFC 5626 §3.5.1),
 * which SIP elements ignore, and hears the refusal. One question at a time for each peer. On the shard's thread.
 */
final class ClosedPorts {
    /** How long a refusal may take to come. */
    private static final int PATIENCE_MILLIS = 150;
    /** A peer that has just been asked is not asked again for every message that it leaves unanswered. */
    private static final int ONCE_MILLIS = 1_000;

    private static final int MOST_AT_ONCE = 256;
    private static final byte[] KEEP_ALIVE = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private final NettyShardLoop loop;
    private final boolean epoll;
    private final Listener listener;
    private final Map<InetSocketAddress, Question> questions = new HashMap<>();

    ClosedPorts(NettyShardLoop loop, boolean epoll, Listener listener) {
        this.loop = loop;
        this.epoll = epoll;
        this.listener = listener;
    }

    void ask(InetSocketAddress peer, Runnable refused) {
        Question asked = questions.get(peer);
        if (asked != null) {
            asked.alsoFor(refused);
        } else if (questions.size() < MOST_AT_ONCE) {
            Question question = new Question(peer, refused);
            questions.put(peer, question);
            question.ask();
        }
    }

    /** One peer that was asked, and what came of it; it stands in the table until the peer may be asked again. */
    private final class Question extends ChannelInboundHandlerAdapter {
        private final InetSocketAddress peer;
        private final List<Runnable> waiting = new ArrayList<>();
        private @Nullable Channel socket;
        private boolean open = true;
        private boolean refused;

        Question(InetSocketAddress peer, Runnable task) {
            this.peer = peer;
            waiting.add(task);
        }

        void alsoFor(Runnable task) {
            if (open) {
                waiting.add(task);
            } else if (refused) {
                loop.execute(task);
            }
        }

        void ask() {
            SocketProtocolFamily family =
                    peer.getAddress() instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
            Bootstrap bootstrap = new Bootstrap()
                    .group(loop.eventLoop())
                    .handler(this)
                    .channelFactory(() -> epoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family));
            InetAddress own = listener.address().getAddress();
            ChannelFuture connected = own.isAnyLocalAddress()
                    ? bootstrap.connect(peer)
                    : bootstrap.connect(peer, new InetSocketAddress(own, 0));
            socket = connected.channel();
            ChannelFuture _ = connected.addListener(done -> {
                if (done.isSuccess()) {
                    ChannelFuture sent = connected.channel().writeAndFlush(Unpooled.wrappedBuffer(KEEP_ALIVE));
                    ChannelFuture _ = sent.addListener(_ -> answered(sent.cause() instanceof IOException));
                } else {
                    answered(true);
                }
            });
            var _ = loop.eventLoop().schedule(() -> end(false), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            var _ = loop.eventLoop().schedule(() -> questions.remove(peer), ONCE_MILLIS, TimeUnit.MILLISECONDS);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        /** The refusal comes as an error of the read that follows it. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answered(cause instanceof IOException);
        }

        private void answered(boolean refusal) {
            if (refusal) {
                end(true);
            }
        }

        private void end(boolean refusal) {
            if (!open) {
                return;
            }
            open = false;
            refused = refusal;
            Channel asking = socket;
            if (asking != null) {
                ChannelFuture _ = asking.close();
            }
            if (refusal) {
                waiting.forEach(loop::execute);
            }
            waiting.clear();
        }
    }
}

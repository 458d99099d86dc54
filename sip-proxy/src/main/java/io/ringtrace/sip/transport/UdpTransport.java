package io.ringtrace.sip.transport;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.ringtrace.call.CallRecorder;
import io.ringtrace.routing.Transport;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * UDP: one event loop per shard, and per listener one socket for each loop, all on one port (SO_REUSEPORT). Datagrams are read in
 * batches and sent in batches, by the native engine where it works and else by Netty. The kernel picks the socket by the peer's address and port, so all datagrams of one carrier's
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
    static final int SOCKET_BUFFER = 4 * 1024 * 1024;

    private final boolean epoll;
    private final DatagramEngine engine;
    private final IoEventLoopGroup group;
    private final List<NettyShardLoop> loops = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    /** By listener's index, then shard. */
    private final List<List<DatagramPort>> ports = new ArrayList<>();

    private final LongAdder sendFailures;

    private UdpTransport(int shards, boolean epoll, DatagramEngine engine, LongAdder sendFailures) {
        this.epoll = epoll;
        this.engine = engine;
        this.sendFailures = sendFailures;
        group = new MultiThreadIoEventLoopGroup(
                shards,
                new DefaultThreadFactory("sip-shard"),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        for (int shard = 0; shard < shards; shard++) {
            NettyShardLoop loop = new NettyShardLoop(shard, (SingleThreadIoEventLoop) group.next(), shards == 1);
            loop.execute(ShardTimeSlice::shorten);
            loops.add(loop);
        }
    }

    /** Starts the loops; no socket is open yet. Uses native epoll where there is one, else NIO, and the native engine where it works. */
    public static UdpTransport start(int shards) {
        String lacks = whyNotNative();
        return lacks.isEmpty() ? startNative(shards, SocketCalls::new) : startOnNetty(shards, ", because " + lacks);
    }

    /**
     * As {@link #start(int)}, on that engine.
     *
     * @throws ListenerException when the native engine is wanted and cannot work here, saying why
     */
    public static UdpTransport start(int shards, UdpEngine wanted) throws ListenerException {
        return switch (wanted) {
            case AUTO -> start(shards);
            case NETTY -> startOnNetty(shards, "");
            case NATIVE -> {
                String lacks = whyNotNative();
                if (!lacks.isEmpty()) {
                    throw new ListenerException("SIP over UDP: the native engine cannot work here: " + lacks, null);
                }
                yield startNative(shards, SocketCalls::new);
            }
        };
    }

    /** @param calls the kernel, for one thread */
    static UdpTransport startNative(int shards, Supplier<SocketCalls> calls) {
        LongAdder failures = new LongAdder();
        return new UdpTransport(shards, true, new NativeDatagramEngine(calls, failures), failures);
    }

    private static UdpTransport startOnNetty(int shards, String why) {
        LongAdder failures = new LongAdder();
        boolean epoll = Epoll.isAvailable();
        return new UdpTransport(shards, epoll, new NettyDatagramEngine(epoll, why, failures), failures);
    }

    /** As {@link #start(int)}, on NIO: what a machine without epoll has. */
    static UdpTransport startOnNio(int shards) {
        LongAdder failures = new LongAdder();
        return new UdpTransport(shards, false, new NettyDatagramEngine(false, "", failures), failures);
    }

    /** The native engine is told by Netty's epoll loop when there is something to read. */
    private static String whyNotNative() {
        return Epoll.isAvailable() ? SocketCalls.whyNot() : "no epoll: " + Epoll.unavailabilityCause();
    }

    /** What reads and writes the sockets, for a log line. */
    public String engine() {
        return engine.toString();
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
     * Binds each shard's thread to a processor of its own, by the shard's number; an empty list binds none.
     *
     * @throws ListenerException when this process may not use one of them
     */
    public void bindTo(List<Integer> processors) throws ListenerException {
        for (int shard = 0; shard < processors.size(); shard++) {
            int processor = processors.get(shard);
            onLoop(loops.get(shard), () -> {
                ShardProcessor.bindThisThread(processor);
                return processor;
            });
        }
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
        List<DatagramEngine.Bound> sockets = new ArrayList<>();
        try {
            InetSocketAddress bound = address;
            for (NettyShardLoop loop : loops) {
                // The first socket is bound without SO_REUSEPORT, and gets it afterwards for the others' sake: so a
                // port that another
                // process of the same user holds is refused instead of shared, and port 0 never draws a port in use.
                DatagramEngine.Bound socket = engine.bind(loop, bound, !sockets.isEmpty());
                sockets.add(socket);
                bound = socket.address();
                if (sockets.size() == 1 && loops.size() > 1) {
                    socket.shareThePort();
                }
            }
            Listener listener = new Listener(listeners.size(), Transport.UDP, bound);
            listeners.add(listener);
            ports.add(portsOf(listener, sockets));
            return listener;
        } catch (ListenerException e) {
            sockets.forEach(DatagramEngine.Bound::close);
            throw e;
        }
    }

    static ListenerException refused(InetSocketAddress address, Throwable cause) {
        return new ListenerException("SIP listener " + Addresses.text(address) + ": " + why(cause), cause);
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

    private List<DatagramPort> portsOf(Listener listener, List<DatagramEngine.Bound> sockets) {
        List<DatagramPort> made = new ArrayList<>();
        for (int shard = 0; shard < sockets.size(); shard++) {
            NettyShardLoop loop = loops.get(shard);
            DatagramEngine.Bound socket = sockets.get(shard);
            made.add(onLoop(loop, () -> {
                DatagramPort port = socket.port(listener);
                loop.add(port);
                return port;
            }));
        }
        return List.copyOf(made);
    }

    /** What the shard sends from now on waits until what was recorded before it may be seen outside; before {@link #receive}. */
    public void holdFor(int shard, CallRecorder recorder) {
        NettyShardLoop loop = loops.get(shard);
        onLoop(loop, () -> loop.gate().follow(recorder));
    }

    /** Begins to read all listeners opened so far, giving each shard's datagrams to its receiver. */
    public void receive(IntFunction<MessageReceiver> receivers) {
        for (NettyShardLoop loop : loops) {
            MessageReceiver receiver = receivers.apply(loop.shard());
            onLoop(
                    loop,
                    () -> ports.forEach(
                            ofListener -> ofListener.get(loop.shard()).receiver(receiver)));
            ports.forEach(ofListener -> ofListener.get(loop.shard()).reading(true));
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
        ports.forEach(ofListener -> ofListener.forEach(port -> port.reading(false)));
    }

    /** Closes the sockets and ends the loops, waiting until they have ended. */
    @Override
    public void close() {
        // The loops' own end leaves a socket open now and then, and its port with it.
        ports.forEach(ofListener -> ofListener.forEach(DatagramPort::close));
        for (NettyShardLoop loop : loops) {
            loop.eventLoop().execute(loop.gate()::close);
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        engine.close();
    }

    static void onLoop(NettyShardLoop loop, Runnable task) {
        loop.eventLoop().submit(task).syncUninterruptibly();
    }

    private static <T> T onLoop(NettyShardLoop loop, Callable<T> task) {
        return loop.eventLoop().submit(task).syncUninterruptibly().getNow();
    }
}

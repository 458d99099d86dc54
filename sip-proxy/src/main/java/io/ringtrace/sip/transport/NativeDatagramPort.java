package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One socket of one shard, read by {@code recvmmsg} and written by {@code sendmmsg} without Netty's channel in between; the shard's Netty loop
 * tells when there is something to read, and a busy shard that has only this socket waits at the socket itself ({@link NettyShardLoop#mayStayAtSocket}).
 * All on the loop's thread, but where said.
 */
final class NativeDatagramPort implements DatagramPort, EpollIoHandle {
    /** Batches that are read before the loop sees to its other sockets and tasks. */
    private static final int BATCHES_AT_ONCE = 4;

    /** How long the thread waits at the socket itself before it asks the loop again whether there is something else to do. */
    private static final long LONGEST_STAY_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    /** A datagram that does not come for so long sends the thread back to the loop. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(4);

    private final NettyShardLoop loop;
    private final NativeDatagrams datagrams;
    private final SocketCalls calls;
    private final int socket;
    private final FileDescriptor descriptor;
    private final boolean ipv6;
    private final Listener listener;
    private final LongAdder sendFailures;
    private final HopTable hops;
    private final ClosedPorts closedPorts;
    private final SendQueue queue = new SendQueue();
    /** Nobody waits for these; they leave when {@link Departures} says, or before a later one of their call. */
    private final SendQueue gathered = new SendQueue();

    private final Gathering gathering = new Gathering();
    private final IoRegistration registration;
    private @Nullable MessageReceiver receiver;
    private boolean reads;
    /** Longer ones leave alone: a kernel without trains takes none, and a route or device none beyond what it says. */
    private int longestInTrain;
    /** So many of the queue's first ones are to leave alone: their train was refused. */
    private int apart;

    private boolean kernelIsFull;
    private boolean closed;

    /**
     * @param socket bound; the port closes it
     * @param sendsTrains as {@link SocketCalls#sendsTrains} has it
     */
    NativeDatagramPort(
            NettyShardLoop loop,
            NativeDatagrams datagrams,
            int socket,
            boolean ipv6,
            boolean sendsTrains,
            Listener listener,
            LongAdder sendFailures) {
        this.loop = loop;
        this.datagrams = datagrams;
        this.calls = datagrams.calls();
        this.socket = socket;
        this.descriptor = new FileDescriptor(socket);
        this.ipv6 = ipv6;
        this.listener = listener;
        this.sendFailures = sendFailures;
        this.hops = new HopTable(listener);
        this.closedPorts = new ClosedPorts(loop, true, listener);
        calls.longestWait(socket, LONGEST_WAIT);
        this.longestInTrain = sendsTrains ? Trains.MOST_BYTES : 0;
        this.registration =
                loop.eventLoop().register(this).syncUninterruptibly().getNow();
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
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
    public void receiver(MessageReceiver next) {
        receiver = next;
    }

    @Override
    public void reading(boolean on) {
        loop.execute(() -> {
            reads = on;
            tellTheLoop();
        });
    }

    @Override
    public ByteBuf buffer(int capacity) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(capacity);
    }

    @Override
    public void send(ByteBuf datagram, Hop to, @Nullable Sender sender) {
        loop.gate().pass(this, datagram, to, sender);
    }

    @Override
    public void sendUnhurried(ByteBuf datagram, Hop to, @Nullable Sender sender) {
        loop.gate().pass(loop.gathers() ? gathering : this, datagram, to, sender);
    }

    /** The way of a datagram that may wait for others. */
    private final class Gathering implements SendGate.Exit {
        @Override
        public void leave(ByteBuf datagram, Hop to, @Nullable Sender sender) {
            // One of no call that is known keeps its place among all.
            if (closed || loop.served() == 0 || !gathered.offer(datagram, to, loop.served())) {
                NativeDatagramPort.this.leave(datagram, to, sender);
            }
        }

        @Override
        public void refuse(ByteBuf datagram, @Nullable Sender sender) {
            NativeDatagramPort.this.refuse(datagram, sender);
        }
    }

    @Override
    public void leave(ByteBuf datagram, Hop to, @Nullable Sender sender) {
        gathered.moveTo(queue, loop.served());
        if (closed || !queue.offer(datagram, to, loop.served())) {
            refuse(datagram, sender);
        }
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
        if (gatheredToo) {
            gathered.moveTo(queue, 0);
        }
        while (!queue.isEmpty() && !kernelIsFull) {
            sendABatch();
        }
    }

    @Override
    public double unread() {
        return closed ? 0 : calls.unread(socket);
    }

    private void sendABatch() {
        MessageHeaders headers = datagrams.outgoing();
        Trains trains = datagrams.trains();
        if (apart == 0) {
            trains.form(queue, longestInTrain);
        } else {
            trains.formNone(apart);
        }
        int datagram = 0;
        for (int i = 0; i < trains.count(); i++) {
            // No socket of IPv4 can reach an IPv6 address: such a one has no address here, and the kernel refuses it.
            headers.address(i, queue.hop(datagram).kernelAddress(), ipv6);
            headers.vectors(
                    i, datagram, trains.datagrams(i), queue.buffer(datagram).readableBytes());
            for (int end = datagram + trains.datagrams(i); datagram < end; datagram++) {
                ByteBuf buffer = queue.buffer(datagram);
                headers.bytes(datagram, address(buffer), buffer.readableBytes());
            }
        }
        int answer = calls.send(socket, headers.from(0), trains.count());
        if (answer >= 0) {
            left(trains.datagramsOfFirst(answer));
        } else if (answer == -SocketCalls.EAGAIN) {
            // The loop tells when there is room again; until then the queue grows up to its bound.
            kernelIsFull = true;
            tellTheLoop();
        } else if (answer != -SocketCalls.EINTR) {
            refused(-answer, trains.datagrams(0));
        }
    }

    private void left(int many) {
        queue.remove(many);
        apart = Math.max(0, apart - many);
    }

    /** The first message was. */
    private void refused(int error, int many) {
        if (many == 1) {
            left(1);
            sendFailures.increment();
            return;
        }
        apart = many;
        // By these the kernel says that a train cannot go there, for its length or at all; others are the peer's or the
        // host's.
        if (error == SocketCalls.EINVAL || error == SocketCalls.EMSGSIZE || error == SocketCalls.EIO) {
            longestInTrain = queue.buffer(0).readableBytes() - 1;
        }
    }

    private static long address(ByteBuf buffer) {
        return buffer.hasMemoryAddress()
                ? buffer.memoryAddress() + buffer.readerIndex()
                // Where Netty was told to leave addresses alone.
                : MemorySegment.ofBuffer(buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes()))
                        .address();
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        EpollIoOps ops = ((EpollIoEvent) event).ops();
        if (ops.contains(EpollIoOps.EPOLLERR)) {
            calls.clearError(socket);
        }
        if (ops.contains(EpollIoOps.EPOLLOUT) && kernelIsFull) {
            kernelIsFull = false;
            flush(false);
            if (!kernelIsFull) {
                tellTheLoop();
            }
        }
        if (ops.contains(EpollIoOps.EPOLLIN)) {
            read();
        }
    }

    private void read() {
        int count = NativeDatagrams.MOST_RECEIVED;
        for (int batch = 0; batch < BATCHES_AT_ONCE && reads && count == NativeDatagrams.MOST_RECEIVED; batch++) {
            count = datagrams.receive(socket);
            take(count);
        }
        long leavesAt = System.nanoTime() + LONGEST_STAY_NANOS;
        while (reads && count > 0 && !kernelIsFull && loop.mayStayAtSocket() && System.nanoTime() - leavesAt < 0) {
            count = datagrams.await(socket);
            if (count > 0) {
                take(count);
            }
        }
        // After a wait for nothing the alarm of a tick does the rest, as when the loop has waited.
    }

    private void take(int count) {
        for (int i = 0; i < count; i++) {
            received(i);
        }
        if (count > 0) {
            batchDone();
        }
        loop.flush();
    }

    /** What a receiver lets escape must not reach the loop, which would rest for a second. */
    private void batchDone() {
        MessageReceiver to = receiver;
        try {
            if (to != null) {
                to.batchDone();
            }
        } catch (RuntimeException e) {
            UdpTransport.LOG.error("{}: a batch was ended by an error of ours", listener, e);
        }
    }

    private void received(int i) {
        MessageReceiver to = receiver;
        if (to == null) {
            return;
        }
        if (datagrams.cut(i)) {
            UdpTransport.LOG.warn(
                    "{}: a datagram beyond {} bytes was left out", listener, UdpTransport.LONGEST_DATAGRAM);
            return;
        }
        try {
            to.received(this, datagrams.source(i, hops), datagrams.bytes(i), 0, datagrams.length(i));
        } catch (RuntimeException e) {
            UdpTransport.LOG.error("{}: a datagram was lost by an error of ours", listener, e);
        }
    }

    /** Says which events are wanted. */
    private void tellTheLoop() {
        EpollIoOps wanted = EpollIoOps.NONE;
        if (reads) {
            wanted = wanted.with(EpollIoOps.EPOLLIN);
        }
        if (kernelIsFull) {
            wanted = wanted.with(EpollIoOps.EPOLLOUT);
        }
        if (!closed) {
            registration.submit(wanted);
        }
    }

    /** On any thread by the transport, and on its own by a loop that ends. */
    @Override
    public void close() {
        if (loop.inLoop()) {
            closeHere();
        } else {
            UdpTransport.onLoop(loop, this::closeHere);
        }
    }

    private void closeHere() {
        if (closed) {
            return;
        }
        flush(true);
        closed = true;
        reads = false;
        queue.remove(queue.size());
        registration.cancel();
        try {
            descriptor.close();
        } catch (IOException e) {
            UdpTransport.LOG.warn("{}: {}", listener, e.getMessage());
        }
    }
}

package io.ringtrace.sip.trace;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends copies of messages to a HEPv3 collector such as Homer, by UDP, on a thread of its own. Shards give it packets and never wait: what
 * its queue has no room for is dropped. The collector's name is looked up at the start and each minute.
 */
public final class HepMirror implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HepMirror.class);
    private static final int MOST_WAITING = 4_096;
    private static final long LOOK_UP_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long IDLE_NANOS = Duration.ofMillis(100).toNanos();

    private final Collector collector;
    private final MpscAtomicArrayQueue<byte[]> waiting = new MpscAtomicArrayQueue<>(MOST_WAITING);
    private final LongAdder unsent = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final Thread sender;
    private volatile boolean idle;
    private volatile boolean closed;
    private @Nullable InetSocketAddress address;
    private long lookedUpAt;
    private boolean told;

    /**
     * Who collects.
     *
     * @param host a name or an IP address
     * @param captureId what our packets are told apart by
     * @param password put into each packet; none where it is empty
     */
    public record Collector(String host, int port, int captureId, String password) {
        /** Without the password. */
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    public HepMirror(Collector collector) {
        this.collector = collector;
        this.sender = Thread.ofPlatform().daemon().name("hep-mirror").unstarted(this::run);
    }

    public void start() {
        sender.start();
    }

    Collector collector() {
        return collector;
    }

    /** Takes a packet to be sent; false when there is no room for it. Any thread, never waits. */
    boolean offer(byte[] packet) {
        if (!waiting.offer(packet)) {
            return false;
        }
        if (idle) {
            idle = false;
            LockSupport.unpark(sender);
        }
        return true;
    }

    /** Packets that were sent. */
    public long sent() {
        return sent.sum();
    }

    /** Packets that were taken, but could not be sent: the collector's name has no address, or the kernel refused them. */
    public long unsent() {
        return unsent.sum();
    }

    private void run() {
        try (DatagramChannel channel = DatagramChannel.open()) {
            while (!closed) {
                byte[] packet = waiting.poll();
                if (packet != null) {
                    send(channel, packet);
                    continue;
                }
                idle = true;
                if (waiting.isEmpty()) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
                idle = false;
            }
        } catch (IOException e) {
            LOG.error("no messages are mirrored to {}: {}", collector, e.getMessage());
        }
    }

    private void send(DatagramChannel channel, byte[] packet) {
        try {
            InetSocketAddress to = address();
            if (to.isUnresolved()) {
                failed("its name has no address");
            } else {
                channel.send(ByteBuffer.wrap(packet), to);
                sent.increment();
                told = false;
            }
        } catch (IOException e) {
            failed(String.valueOf(e.getMessage()));
        }
    }

    private InetSocketAddress address() {
        InetSocketAddress known = address;
        long now = System.nanoTime();
        if (known == null || now - lookedUpAt > LOOK_UP_NANOS) {
            InetSocketAddress found = new InetSocketAddress(collector.host(), collector.port());
            lookedUpAt = now;
            if (known == null || !found.isUnresolved()) {
                known = found;
                address = found;
            }
        }
        return known;
    }

    /** Each trouble is told once. */
    private void failed(String why) {
        unsent.increment();
        if (!told) {
            told = true;
            LOG.warn("messages cannot be mirrored to {}: {}", collector, why);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(sender);
        boolean interrupted = false;
        while (sender.isAlive()) {
            try {
                sender.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.ringtrace.sip.transport;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's addresses: all of them, and the one that packets to a peer leave from, for listeners that are on all addresses. Thread-safe.
 * They are read again now and then, because addresses come and go; nobody waits for that.
 */
public final class LocalAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(LocalAddresses.class);
    private static final long FRESH_NANOS = 10_000_000_000L;
    /** Any port: a datagram socket is connected to it, and nothing is sent. */
    private static final int NO_MATTER = 9;

    /** Of all instances, each of which waits for one reading at most. */
    private static final ExecutorService READER = UnboundThreads.pool(1, "local-addresses");

    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile Set<String> all = Set.of();
    private volatile long readAt;

    /** Reads the addresses once, on the caller's thread. */
    public LocalAddresses() {
        read();
    }

    /** True when that is an address of this machine, as text without brackets and zone. */
    public boolean has(String address) {
        readAgain();
        return all.contains(address);
    }

    /** All of them, as text. */
    public Set<String> all() {
        readAgain();
        return all;
    }

    /** The address that the kernel's routes choose for packets to the peer; the loopback address when there is no route. Does not wait. */
    public static InetAddress towards(InetAddress peer) {
        boolean ipv6 = peer instanceof Inet6Address;
        try (DatagramChannel channel =
                DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)) {
            channel.connect(new InetSocketAddress(peer, NO_MATTER));
            return ((InetSocketAddress) channel.getLocalAddress()).getAddress();
        } catch (IOException e) {
            LOG.debug("there is no route to {}", peer, e);
            return InetAddress.ofLiteral(ipv6 ? "::1" : "127.0.0.1");
        }
    }

    private void readAgain() {
        if (System.nanoTime() - readAt > FRESH_NANOS && reading.compareAndSet(false, true)) {
            READER.execute(() -> {
                read();
                reading.set(false);
            });
        }
    }

    private void read() {
        try {
            all = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(Addresses::text)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            LOG.warn("this machine's addresses cannot be read: {}", e.getMessage());
        }
        readAt = System.nanoTime();
    }
}

package io.ringtrace.config;

import io.ringtrace.routing.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where SIP is heard and how calls are supervised.
 *
 * @param listeners at least one
 * @param advertisedHosts names and addresses that are ours besides those of the listeners
 * @param shards threads that own calls, at least 1
 * @param processors the one that each of them is bound to; empty leaves it to the kernel where they run
 * @param udpEngine what reads and writes the sockets of UDP
 * @param maximumCallDuration how long an answered call may last
 * @param stopGrace how long running calls are kept when the server is told to stop
 * @param tls null only when no listener is of TLS
 * @param floodGuard when strangers are banned
 * @param tryingAfter how long an INVITE may stay without any response before it gets a 100
 * @param noAnswerLimit how long the last gateway of a call may stay silent
 * @param hep where a copy of each message goes; null for nowhere
 */
public record SipConfig(
        List<Listener> listeners,
        List<String> advertisedHosts,
        int shards,
        List<Integer> processors,
        UdpEngine udpEngine,
        Duration maximumCallDuration,
        Duration stopGrace,
        @Nullable Tls tls,
        FloodGuard floodGuard,
        Duration tryingAfter,
        Duration noAnswerLimit,
        Dns dns,
        Connections connections,
        @Nullable Hep hep) {
    public SipConfig {
        listeners = List.copyOf(listeners);
        advertisedHosts = List.copyOf(advertisedHosts);
        processors = List.copyOf(processors);
    }

    /**
     * What {@code shards: auto} stands for: one for each processor that is named, else one for every two cores. A shard carries more
     * calls than a core's worth of carriers sends, and each datagram that the kernel gives to the wrong one wakes another thread; the other half
     * of the cores serves the database, leases and the kernel itself.
     */
    static int shardsFor(int cores, List<Integer> processors) {
        return processors.isEmpty() ? Math.max(1, cores / 2) : processors.size();
    }

    /**
     * A socket that SIP is heard on.
     *
     * @param port 0 for any free one
     * @param advertisedHost how we name it to others; null for the address itself, of one on all addresses the one that the peer can reach
     */
    public record Listener(
            Transport transport,
            InetAddress address,
            int port,
            @Nullable String advertisedHost) {
        public Listener(Transport transport, InetAddress address, int port) {
            this(transport, address, port, null);
        }

        public InetSocketAddress socketAddress() {
            return new InetSocketAddress(address, port);
        }
    }

    /**
     * When strangers are banned.
     *
     * @param refusals so many within the time; 0 for never
     */
    public record FloodGuard(int refusals, Duration within, Duration ban) {}

    /**
     * The certificate files of TLS, PEM.
     *
     * @param trusted null for the authorities that the JDK trusts
     */
    public record Tls(
            Path certificate, Path privateKey, @Nullable Path trusted, ClientCertificates clientCertificates) {}

    /**
     * Who is asked for addresses of names.
     *
     * @param servers none for those of the machine's resolv.conf
     */
    public record Dns(List<InetSocketAddress> servers, Duration timeout) {
        public static final Dns DEFAULT = new Dns(List.of(), Duration.ofSeconds(1));

        public Dns {
            servers = List.copyOf(servers);
        }
    }

    /**
     * Who gets a copy of each message by HEPv3, such as Homer.
     *
     * @param host a name or an IP address
     * @param captureId what our packets are told apart by
     * @param password what he knows us by; null for none
     */
    public record Hep(
            String host, int port, int captureId, @Nullable SecretReference password) {}

    /**
     * Bounds on TCP and TLS connections.
     *
     * @param most open ones
     * @param mostPerSource accepted ones of one IP address
     * @param firstMessage how long the first message, or the rest of one, may take
     * @param longestHeader in bytes
     * @param longestMessage in bytes, header and body
     */
    public record Connections(
            int most,
            int mostPerSource,
            Duration firstMessage,
            Duration idle,
            Duration connect,
            int longestHeader,
            int longestMessage) {
        public static final Connections DEFAULT = new Connections(
                4096, 256, Duration.ofSeconds(10), Duration.ofMinutes(10), Duration.ofSeconds(2), 32 * 1024, 65_535);
    }

    /** What reads and writes the sockets of UDP. */
    public enum UdpEngine {
        AUTO,
        NATIVE,
        NETTY
    }

    /** Whether who connects by TLS must show a certificate. */
    public enum ClientCertificates {
        NONE,
        OPTIONAL,
        REQUIRED
    }
}

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
 * @param maximumCallDuration how long an answered call may last
 * @param stopGrace how long running calls are kept when the server is told to stop
 * @param tls null only when no listener is of TLS
 * @param floodGuard when strangers are banned
 */
public record SipConfig(
        List<Listener> listeners,
        List<String> advertisedHosts,
        int shards,
        Duration maximumCallDuration,
        Duration stopGrace,
        @Nullable Tls tls,
        FloodGuard floodGuard) {
    public SipConfig {
        listeners = List.copyOf(listeners);
        advertisedHosts = List.copyOf(advertisedHosts);
    }

    /**
     * What {@code shards: auto} stands for. A shard carries more calls than a core's worth of carriers sends, and each datagram that the
     * kernel gives to the wrong one wakes another thread; the other half of the cores serves the database, leases and the kernel itself.
     */
    static int shardsFor(int cores) {
        return Math.max(1, cores / 2);
    }

    /**
     * A socket that SIP is heard on.
     *
     * @param port 0 for any free one
     */
    public record Listener(Transport transport, InetAddress address, int port) {
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

    /** Whether who connects by TLS must show a certificate. */
    public enum ClientCertificates {
        NONE,
        OPTIONAL,
        REQUIRED
    }
}

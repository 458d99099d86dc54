package io.ringtrace.sip.transport;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** UDP by {@code recvmmsg} and {@code sendmmsg}, called by the foreign-function API; Netty's epoll loops tell when there is something to read. */
final class NativeDatagramEngine implements DatagramEngine {
    private final Supplier<SocketCalls> newCalls;
    private final SocketCalls calls;
    private final LongAdder sendFailures;
    private final Map<NettyShardLoop, NativeDatagrams> ofShards = new HashMap<>();

    /** @param newCalls the kernel, once for each thread */
    NativeDatagramEngine(Supplier<SocketCalls> newCalls, LongAdder sendFailures) {
        this.newCalls = newCalls;
        this.calls = newCalls.get();
        this.sendFailures = sendFailures;
    }

    @Override
    public Bound bind(NettyShardLoop loop, InetSocketAddress address, boolean sharesThePort) throws ListenerException {
        NativeDatagrams datagrams = ofShards.computeIfAbsent(loop, _ -> new NativeDatagrams(newCalls.get()));
        boolean ipv6 = address.getAddress() instanceof Inet6Address;
        int socket = granted(calls.open(ipv6), address);
        try {
            calls.buffers(socket, UdpTransport.SOCKET_BUFFER);
            if (sharesThePort) {
                int _ = granted(calls.shareThePort(socket), address);
            }
            int _ = granted(calls.bind(socket, address, ipv6), address);
        } catch (ListenerException e) {
            calls.close(socket);
            throw e;
        }
        return new BoundSocket(loop, datagrams, socket, ipv6, calls.boundTo(socket));
    }

    private static int granted(int answer, InetSocketAddress address) throws ListenerException {
        if (answer >= 0) {
            return answer;
        }
        String refusal = switch (-answer) {
            case SocketCalls.EADDRINUSE -> "Address already in use";
            case SocketCalls.EADDRNOTAVAIL -> "Cannot assign requested address";
            case SocketCalls.EACCES -> "Permission denied";
            default -> "the kernel answers error " + -answer;
        };
        throw UdpTransport.refused(address, new IOException(refusal));
    }

    @Override
    public void close() {
        ofShards.values().forEach(NativeDatagrams::close);
        ofShards.clear();
    }

    @Override
    public String toString() {
        return "recvmmsg and sendmmsg";
    }

    private final class BoundSocket implements Bound {
        private final NettyShardLoop loop;
        private final NativeDatagrams datagrams;
        private final int socket;
        private final boolean ipv6;
        private final InetSocketAddress address;

        BoundSocket(
                NettyShardLoop loop, NativeDatagrams datagrams, int socket, boolean ipv6, InetSocketAddress address) {
            this.loop = loop;
            this.datagrams = datagrams;
            this.socket = socket;
            this.ipv6 = ipv6;
            this.address = address;
        }

        @Override
        public InetSocketAddress address() {
            return address;
        }

        @Override
        public void shareThePort() throws ListenerException {
            int _ = granted(calls.shareThePort(socket), address);
        }

        @Override
        public DatagramPort port(Listener listener) {
            return new NativeDatagramPort(
                    loop, datagrams, socket, ipv6, calls.sendsTrains(socket), listener, sendFailures);
        }

        @Override
        public void close() {
            calls.close(socket);
        }
    }
}

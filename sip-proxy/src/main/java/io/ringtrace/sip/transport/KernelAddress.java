package io.ringtrace.sip.transport;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An IP address and port as numbers, and as Linux's {@code sockaddr_in} and {@code sockaddr_in6}: read and written without making objects.
 * Immutable.
 *
 * @param high the first half of the IPv6 address
 * @param low the second; an IPv4 address is the mapped one, {@code ::ffff:192.0.2.1}
 * @param scope the interface that a link-local address is of, else 0
 */
record KernelAddress(long high, long low, int port, int scope) {
    /** Bytes of the longest, {@code sockaddr_in6}. */
    static final int LONGEST = 28;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    private static final int IPV4_BYTES = 16;
    private static final long MAPPED = 0xFFFFL << 32;
    private static final ValueLayout.OfShort NETWORK_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt NETWORK_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong NETWORK_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long PORT = 2;
    private static final long IPV4_ADDRESS = 4;
    private static final long IPV4_PADDING = 8;
    private static final long IPV6_FLOW = 4;
    private static final long IPV6_HIGH = 8;
    private static final long IPV6_LOW = 16;
    private static final long IPV6_SCOPE = 24;

    static KernelAddress of(InetSocketAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress().getAddress());
        return address.getAddress() instanceof Inet6Address ipv6
                ? new KernelAddress(bytes.getLong(), bytes.getLong(), address.getPort(), ipv6.getScopeId())
                : new KernelAddress(0, mapped(bytes.getInt()), address.getPort(), 0);
    }

    InetSocketAddress socketAddress() {
        try {
            return new InetSocketAddress(address(), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address is of 4 or 16 bytes", e);
        }
    }

    private InetAddress address() throws UnknownHostException {
        if (isIpv4()) {
            return InetAddress.getByAddress(
                    ByteBuffer.allocate(4).putInt((int) low).array());
        }
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        return scope == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scope);
    }

    private boolean isIpv4() {
        return high == 0 && (low & ~0xFFFFFFFFL) == MAPPED;
    }

    boolean is(long thatHigh, long thatLow, int thatPort, int thatScope) {
        return low == thatLow && high == thatHigh && port == thatPort && scope == thatScope;
    }

    /** Writes it for a socket of that family. Answers how many bytes; 0 when such a socket cannot reach it. */
    int write(MemorySegment into, long at, boolean ipv6) {
        into.set(NETWORK_SHORT, at + PORT, (short) port);
        if (ipv6) {
            into.set(JAVA_SHORT, at, (short) AF_INET6);
            into.set(JAVA_INT, at + IPV6_FLOW, 0);
            into.set(NETWORK_LONG, at + IPV6_HIGH, high);
            into.set(NETWORK_LONG, at + IPV6_LOW, low);
            into.set(JAVA_INT, at + IPV6_SCOPE, scope);
            return LONGEST;
        } else if (isIpv4()) {
            into.set(JAVA_SHORT, at, (short) AF_INET);
            into.set(NETWORK_INT, at + IPV4_ADDRESS, (int) low);
            into.set(JAVA_LONG, at + IPV4_PADDING, 0);
            return IPV4_BYTES;
        }
        return 0;
    }

    static KernelAddress read(MemorySegment from, long at) {
        return new KernelAddress(high(from, at), low(from, at), port(from, at), scope(from, at));
    }

    static long high(MemorySegment from, long at) {
        return isIpv6(from, at) ? from.get(NETWORK_LONG, at + IPV6_HIGH) : 0;
    }

    static long low(MemorySegment from, long at) {
        return isIpv6(from, at)
                ? from.get(NETWORK_LONG, at + IPV6_LOW)
                : mapped(from.get(NETWORK_INT, at + IPV4_ADDRESS));
    }

    static int port(MemorySegment from, long at) {
        return Short.toUnsignedInt(from.get(NETWORK_SHORT, at + PORT));
    }

    static int scope(MemorySegment from, long at) {
        return isIpv6(from, at) ? from.get(JAVA_INT, at + IPV6_SCOPE) : 0;
    }

    private static boolean isIpv6(MemorySegment from, long at) {
        return from.get(JAVA_SHORT, at) == AF_INET6;
    }

    private static long mapped(int ipv4) {
        return MAPPED | Integer.toUnsignedLong(ipv4);
    }
}

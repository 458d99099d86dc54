package io.ringtrace.sip.transport;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array of Linux's {@code mmsghdr} in native memory, each with one {@code iovec} and room for one address, in the layout of 64-bit systems. One
 * that leaves may have several {@code iovec}s of the array: a train of datagrams ({@link Trains}). Used on one shard's thread.
 */
final class MessageHeaders {
    private static final long HEADER = 64;
    private static final long NAME = 0;
    private static final long NAME_LENGTH = 8;
    private static final long VECTOR = 16;
    private static final long VECTOR_LENGTH = 24;
    private static final long CONTROL = 32;
    private static final long CONTROL_LENGTH = 40;
    private static final long FLAGS = 48;
    private static final long LENGTH = 56;
    private static final long IOVEC = 16;
    private static final long IOVEC_LENGTH = 8;
    private static final long ADDRESS = 32;
    private static final int MSG_TRUNC = 0x20;

    /** A {@code cmsghdr} with one short, and where that stands. */
    private static final long CONTROL_ROOM = 24;

    private static final long CONTROL_LEVEL = 8;
    private static final long CONTROL_TYPE = 12;
    private static final long CONTROL_VALUE = 16;

    private final MemorySegment headers;
    private final MemorySegment vectors;
    private final MemorySegment addresses;
    private final MemorySegment controls;
    private final int count;

    MessageHeaders(Arena arena, int count) {
        this.count = count;
        headers = arena.allocate(HEADER * count, HEADER);
        vectors = arena.allocate(IOVEC * count, HEADER);
        addresses = arena.allocate(ADDRESS * count, HEADER);
        controls = arena.allocate(CONTROL_ROOM * count, HEADER);
        for (int i = 0; i < count; i++) {
            headers.set(JAVA_LONG, HEADER * i + NAME, addresses.address() + ADDRESS * i);
            headers.set(JAVA_LONG, HEADER * i + VECTOR, vectors.address() + IOVEC * i);
            headers.set(JAVA_LONG, HEADER * i + VECTOR_LENGTH, 1);
            roomForAddress(i);
            // Not read while its length is 0, as it is but for a train.
            headers.set(JAVA_LONG, HEADER * i + CONTROL, controls.address() + CONTROL_ROOM * i);
            controls.set(JAVA_LONG, CONTROL_ROOM * i, CONTROL_VALUE + Short.BYTES);
            controls.set(JAVA_INT, CONTROL_ROOM * i + CONTROL_LEVEL, SocketCalls.SOL_UDP);
            controls.set(JAVA_INT, CONTROL_ROOM * i + CONTROL_TYPE, SocketCalls.UDP_SEGMENT);
        }
    }

    int count() {
        return count;
    }

    /** Where the array begins from that message on. */
    long from(int i) {
        return headers.address() + HEADER * i;
    }

    void bytes(int i, long address, long length) {
        vectors.set(JAVA_LONG, IOVEC * i, address);
        vectors.set(JAVA_LONG, IOVEC * i + IOVEC_LENGTH, length);
    }

    /**
     * Which {@code iovec}s are the message's: one that is a datagram, or several that the kernel is to send as one each.
     *
     * @param length of each datagram in bytes; the last one may be shorter
     */
    void vectors(int i, int first, int many, int length) {
        headers.set(JAVA_LONG, HEADER * i + VECTOR, vectors.address() + IOVEC * first);
        headers.set(JAVA_LONG, HEADER * i + VECTOR_LENGTH, many);
        headers.set(JAVA_LONG, HEADER * i + CONTROL_LENGTH, many > 1 ? CONTROL_ROOM : 0);
        controls.set(JAVA_SHORT, CONTROL_ROOM * i + CONTROL_VALUE, (short) length);
    }

    /** Says before each receiving that a whole address fits; the kernel overwrites it with the length of what came. */
    void roomForAddress(int i) {
        headers.set(JAVA_INT, HEADER * i + NAME_LENGTH, KernelAddress.LONGEST);
    }

    /** Where the message goes; false when a socket of that family cannot reach it. */
    boolean address(int i, KernelAddress to, boolean ipv6) {
        int length = to.write(addresses, ADDRESS * i, ipv6);
        headers.set(JAVA_INT, HEADER * i + NAME_LENGTH, length);
        return length > 0;
    }

    Hop source(int i, HopTable hops) {
        long at = ADDRESS * i;
        return hops.of(
                KernelAddress.high(addresses, at),
                KernelAddress.low(addresses, at),
                KernelAddress.port(addresses, at),
                KernelAddress.scope(addresses, at));
    }

    /** Bytes received. */
    int length(int i) {
        return headers.get(JAVA_INT, HEADER * i + LENGTH);
    }

    /** True when the datagram was longer than the room for it. */
    boolean cut(int i) {
        return (headers.get(JAVA_INT, HEADER * i + FLAGS) & MSG_TRUNC) != 0;
    }
}

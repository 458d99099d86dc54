package io.ringtrace.sip.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What one shard's sockets share: room in native memory for a batch of datagrams that come and for the headers of a batch that leaves. On the
 * shard's thread, but for the closing, which follows its end.
 */
final class NativeDatagrams implements AutoCloseable {
    static final int MOST_RECEIVED = 64;
    static final int MOST_SENT = 64;

    /** Not a multiple of 4 KB: else the first lines of all datagrams would compete for the same few places in the processor's caches. */
    private static final long ROOM = 65_536 + 2_112;

    private final Arena arena = Arena.ofShared();
    private final SocketCalls calls;
    private final MemorySegment rooms = arena.allocate(ROOM * MOST_RECEIVED, 64);
    private final MessageHeaders incoming = new MessageHeaders(arena, MOST_RECEIVED);
    private final MessageHeaders outgoing = new MessageHeaders(arena, MOST_SENT);
    private final Trains trains = new Trains(MOST_SENT);
    private final byte[] scratch = new byte[UdpTransport.LONGEST_DATAGRAM];
    private int received;

    NativeDatagrams(SocketCalls calls) {
        this.calls = calls;
        for (int i = 0; i < MOST_RECEIVED; i++) {
            incoming.bytes(i, rooms.address() + ROOM * i, UdpTransport.LONGEST_DATAGRAM);
        }
    }

    SocketCalls calls() {
        return calls;
    }

    MessageHeaders outgoing() {
        return outgoing;
    }

    Trains trains() {
        return trains;
    }

    /** Receives what is there, up to a full batch. Answers how many, or the negative error number. */
    int receive(int socket) {
        makeRoom();
        return counted(calls.receive(socket, incoming.from(0), MOST_RECEIVED));
    }

    /** As {@link #receive}, waiting for the first as {@link SocketCalls#await} does. */
    int await(int socket) {
        makeRoom();
        return counted(calls.await(socket, incoming.from(0), MOST_RECEIVED));
    }

    private void makeRoom() {
        for (int i = 0; i < received; i++) {
            incoming.roomForAddress(i);
        }
    }

    private int counted(int answer) {
        received = Math.max(0, answer);
        return answer;
    }

    Hop source(int i, HopTable hops) {
        return incoming.source(i, hops);
    }

    boolean cut(int i) {
        return incoming.cut(i);
    }

    int length(int i) {
        return incoming.length(i);
    }

    /** The datagram's bytes in an array that the next call overwrites. */
    byte[] bytes(int i) {
        MemorySegment.copy(rooms, JAVA_BYTE, ROOM * i, scratch, 0, incoming.length(i));
        return scratch;
    }

    @Override
    public void close() {
        arena.close();
    }
}

package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;

/**
 * One shard's own socket of one listener. Used on the shard's thread only. Small on purpose: another engine (recvmmsg and sendmmsg by the
 * foreign-function interface) can stand in its place.
 */
public interface DatagramPort {
    Listener listener();

    ShardLoop loop();

    /** An empty buffer from the loop's pool, to be written and given to {@link #send}. */
    ByteBuf buffer(int capacity);

    /**
     * Sends the buffer's readable bytes; it leaves with the next flush, which follows every read batch, task and tick by itself. Takes over
     * one reference of the buffer: a sender that keeps it for retransmission retains it first, and its indices stay. A datagram the kernel
     * refuses is counted and lost, as on any network.
     */
    void send(ByteBuf datagram, Hop to);

    /** Sends now what waits. */
    void flush();
}

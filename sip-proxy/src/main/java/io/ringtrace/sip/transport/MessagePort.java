package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One shard's way of sending by one listener: its own socket of a UDP listener, or the connections of a TCP one. Used on the shard's thread
 * only. Small on purpose: another engine (recvmmsg and sendmmsg by the foreign-function interface) can stand in its place.
 */
public interface MessagePort {
    Listener listener();

    ShardLoop loop();

    /** An empty buffer from the loop's pool, to be written and given to {@link #send}. */
    ByteBuf buffer(int capacity);

    /**
     * Sends the buffer's readable bytes; they leave with the next flush, which follows every read batch, task and tick by itself. Takes over
     * one reference of the buffer: a sender that keeps it for retransmission retains it first, and its indices stay. A datagram the kernel
     * refuses is counted and lost, as on any network; over a connection, the sender hears of a failure.
     *
     * @param sender is told, later and on this shard's thread, when a reliable transport could not send; null when nobody cares
     */
    void send(ByteBuf message, Hop to, @Nullable Sender sender);

    /**
     * As {@link #send(ByteBuf, Hop, Sender)}, for a message that nobody waits for: over UDP, a busy shard gathers such ones for 4 ms, and in the pause
     * after a burst until its next tick. It leaves before any later message of its call ({@link ShardLoop#serves}).
     */
    default void sendUnhurried(ByteBuf message, Hop to, @Nullable Sender sender) {
        send(message, to, sender);
    }

    /** As {@link #send(ByteBuf, Hop, Sender)}, when nobody cares. */
    default void send(ByteBuf message, Hop to) {
        send(message, to, null);
    }

    /**
     * Asks whether the peer's port is closed, and runs the task when its host says so, later and on this shard's thread; while nobody says
     * so, nothing happens. A reliable transport has no need of it: there, a closed port is heard of when a message is sent.
     */
    void whenRefused(Hop to, Runnable task);

    /**
     * Sends now what waits.
     *
     * @param gatheredToo also what nobody waits for
     */
    void flush(boolean gatheredToo);

    /**
     * How full the kernel's queue is of what has arrived and is not read yet: from 0, empty, to 1, when datagrams are lost. 0 over connections,
     * which lose nothing, and where nobody can tell.
     */
    default double unread() {
        return 0;
    }
}

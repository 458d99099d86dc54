package io.ringtrace.sip.transport;

import io.netty.buffer.ByteBuf;
import io.ringtrace.call.CallRecorder;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps back what a shard sends until the events that were recorded before it may be seen outside ({@code journal.force: before-send}). Nothing
 * waits for it but the messages, which leave in their order. Where events are visible at once it is always open. Its shard's thread alone.
 */
final class SendGate {
    /** Beyond it a message is lost, as when the kernel's buffer is full: the disk is seconds behind by then. */
    static final int MOST_HELD = 16_384;

    private final ShardLoop loop;
    private final Queue<Held> held = new ArrayDeque<>();
    private @Nullable CallRecorder recorder;
    private boolean asked;

    /** A port, whose messages go by the gate. Both take over the message. */
    interface Exit {
        void leave(ByteBuf message, Hop to, @Nullable Sender sender);

        /** It is lost: too many wait. */
        void refuse(ByteBuf message, @Nullable Sender sender);
    }

    private record Held(
            long recorded,
            Exit exit,
            ByteBuf message,
            Hop to,
            @Nullable Sender sender) {}

    SendGate(ShardLoop loop) {
        this.loop = loop;
    }

    /** Before the shard's first message. */
    void follow(CallRecorder journal) {
        recorder = journal;
    }

    /** Lets a message leave by its port, now or when it may be seen. */
    void pass(Exit exit, ByteBuf message, Hop to, @Nullable Sender sender) {
        CallRecorder journal = recorder;
        if (journal == null || (held.isEmpty() && journal.recorded() <= journal.visible())) {
            exit.leave(message, to, sender);
        } else if (held.size() >= MOST_HELD) {
            exit.refuse(message, sender);
        } else {
            held.add(new Held(journal.recorded(), exit, message, to, sender));
        }
    }

    /** The batch is over: what it recorded is to become visible. */
    void batchDone() {
        CallRecorder journal = recorder;
        if (journal != null && !asked && !held.isEmpty()) {
            asked = true;
            journal.whenVisible(this::wake);
        }
    }

    /** On whichever thread. */
    private void wake() {
        try {
            loop.execute(this::open);
        } catch (RejectedExecutionException _) {
            // The loop has ended; nothing leaves any more.
        }
    }

    private void open() {
        asked = false;
        CallRecorder journal = recorder;
        if (journal == null) {
            return;
        }
        long visible = journal.visible();
        for (Held next = held.peek(); next != null && next.recorded() <= visible; next = held.peek()) {
            held.remove();
            next.exit().leave(next.message(), next.to(), next.sender());
        }
    }

    /** Lets go of what will not leave any more. */
    void close() {
        for (Held next = held.poll(); next != null; next = held.poll()) {
            next.message().release();
        }
    }
}

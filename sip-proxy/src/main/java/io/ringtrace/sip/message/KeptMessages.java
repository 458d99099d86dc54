package io.ringtrace.sip.message;

import java.util.ArrayDeque;

/**
 * Messages that outlive their read batch (the INVITE behind a transaction: for failover, CANCEL, ACK and local responses), and the buffers
 * of those given back, which the next ones take. One per shard, used on its thread. A message given back must not be read any more.
 */
public final class KeptMessages {
    private static final int LARGEST_REUSED = 8 * 1024;
    private final ArrayDeque<SipMessage> idle = new ArrayDeque<>();
    private final int mostIdle;

    /** @param mostIdle most messages waiting for reuse; what is given back beyond them is left to the garbage collector */
    public KeptMessages(int mostIdle) {
        this.mostIdle = mostIdle;
    }

    /** A copy of the message with bytes and index of its own. */
    public SipMessage keep(SipMessage message) {
        SipMessage kept = idle.pollLast();
        if (kept == null) {
            kept = new SipMessage();
        }
        kept.copyFrom(message);
        return kept;
    }

    /** Gives a kept message back. An unusually large one is not reused, so that one burst of them does not stay in memory. */
    public void giveBack(SipMessage kept) {
        if (idle.size() < mostIdle && kept.footprint() <= LARGEST_REUSED) {
            idle.addLast(kept);
        }
    }

    /** Messages waiting for reuse. */
    public int idle() {
        return idle.size();
    }
}

package io.ringtrace.sip.transaction;

/** RFC 3261's transaction timers and RFC 6026's L and M, by letter. Timer C belongs to the proxy core. */
public enum Timer {
    TIMER_A,
    TIMER_B,
    TIMER_D,
    TIMER_E,
    TIMER_F,
    TIMER_G,
    TIMER_H,
    TIMER_I,
    TIMER_J,
    TIMER_K,
    TIMER_L,
    TIMER_M;

    /** True for the timers that send a message again; a transaction runs at most one of them, and at most one of the others. */
    public boolean retransmits() {
        return this == TIMER_A || this == TIMER_E || this == TIMER_G;
    }

    /** True for the timers that wait for retransmissions alone: zero over a reliable transport, which has none (table 4 of §17). */
    public boolean absorbs() {
        return this == TIMER_D || this == TIMER_I || this == TIMER_J || this == TIMER_K;
    }
}

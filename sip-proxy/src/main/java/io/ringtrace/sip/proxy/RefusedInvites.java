package io.ringtrace.sip.proxy;

import io.ringtrace.call.InviteKey;
import org.jspecify.annotations.Nullable;

/**
 * INVITEs that a shard had no room for a moment ago. A 503 for want of room makes no transaction, so a retransmission that was on its way
 * already would be judged anew, and could open a call whose caller has heard that there is none (RFC 3261 §8.2.7: the same request gets the same
 * answer). Of two INVITEs that share a place the later one is remembered. Its shard's thread alone.
 */
final class RefusedInvites {
    private static final int PLACES = 8_192;

    private final long[] transactions = new long[PLACES];
    private final @Nullable Refusal[] reasons = new Refusal[PLACES];
    private final long[] untilMillis = new long[PLACES];
    private final long memoryMillis;

    /** @param memoryMillis for how long a caller may send its INVITE again: timer B */
    RefusedInvites(long memoryMillis) {
        this.memoryMillis = memoryMillis;
    }

    /** @param nowMillis on the monotonic clock, as all times here */
    void refused(InviteKey invite, Refusal why, long nowMillis) {
        int place = place(invite);
        transactions[place] = invite.transaction();
        reasons[place] = why;
        untilMillis[place] = nowMillis + memoryMillis;
    }

    /** Why that INVITE was refused; null when it was not. */
    @Nullable
    Refusal find(InviteKey invite, long nowMillis) {
        int place = place(invite);
        return untilMillis[place] > nowMillis && transactions[place] == invite.transaction() ? reasons[place] : null;
    }

    private static int place(InviteKey invite) {
        long hash = invite.transaction();
        return (int) (hash ^ hash >>> 32) & (PLACES - 1);
    }
}

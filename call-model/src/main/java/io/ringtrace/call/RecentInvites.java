package io.ringtrace.call;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the recent INVITEs among the events of a journal, in whatever order its shards are read: those of the last 64 s before its last
 * event. For the one thread that reads.
 */
public final class RecentInvites {
    private static final int BETWEEN_SWEEPS = 100_000;

    private final Map<CallId, RecentInvite> byCall = new HashMap<>();
    private long lastMillis;
    private int untilSweep = BETWEEN_SWEEPS;

    public void see(CallEvent event) {
        lastMillis = Math.max(lastMillis, event.atMillis());
        switch (event) {
            case CallEvent.Began began -> {
                InviteKey key = began.inviteKey();
                if (key != null && recent(began.atMillis())) {
                    byCall.put(
                            began.callId(), new RecentInvite(key, began.callId(), began.atMillis(), false, false, 0));
                    sweepSometimes();
                }
            }
            case CallEvent.Progressed progressed -> heard(progressed.callId(), progressed.atMillis(), false);
            case CallEvent.Answered answered -> heard(answered.callId(), answered.atMillis(), true);
            case CallEvent.Continued _, CallEvent.Corrected _ -> {}
            case CallEvent.Ended ended -> {
                RecentInvite known = byCall.get(ended.callId());
                if (known != null && ended.statusSent() > known.finalStatus()) {
                    put(known, known.heard(), known.answered(), ended.statusSent());
                }
            }
        }
    }

    /**
     * The call was heard to ring, or answered, at that moment: as much as {@link #see} takes from these events, for who has not read them
     * whole.
     */
    public void heard(CallId call, long atMillis, boolean answered) {
        lastMillis = Math.max(lastMillis, atMillis);
        RecentInvite known = byCall.get(call);
        if (known != null && !(known.heard() && (known.answered() || !answered))) {
            put(known, true, known.answered() || answered, known.finalStatus());
        }
    }

    /** A recent one that was answered: its end says nothing of it that is asked here. */
    public boolean answered(CallId call) {
        RecentInvite known = byCall.get(call);
        return known != null && known.answered();
    }

    /** What has been found so far. */
    public List<RecentInvite> found() {
        sweep();
        return List.copyOf(byCall.values());
    }

    private void put(RecentInvite known, boolean heard, boolean answered, int finalStatus) {
        byCall.put(
                known.callId(),
                new RecentInvite(known.key(), known.callId(), known.atMillis(), heard, answered, finalStatus));
    }

    private void sweepSometimes() {
        if (--untilSweep == 0) {
            sweep();
        }
    }

    private void sweep() {
        untilSweep = BETWEEN_SWEEPS;
        byCall.values().removeIf(invite -> !recent(invite.atMillis()));
    }

    private boolean recent(long atMillis) {
        return atMillis >= lastMillis - RecentInvite.MEMORY_MILLIS;
    }
}

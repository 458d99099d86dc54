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
            case CallEvent.Progressed progressed -> update(progressed.callId(), true, false, 0);
            case CallEvent.Answered answered -> update(answered.callId(), true, true, 0);
            case CallEvent.Continued _, CallEvent.Corrected _ -> {}
            case CallEvent.Ended ended -> update(ended.callId(), false, false, ended.statusSent());
        }
    }

    /** What has been found so far. */
    public List<RecentInvite> found() {
        sweep();
        return List.copyOf(byCall.values());
    }

    private void update(CallId call, boolean heard, boolean answered, int finalStatus) {
        byCall.computeIfPresent(
                call,
                (_, known) -> new RecentInvite(
                        known.key(),
                        call,
                        known.atMillis(),
                        known.heard() || heard,
                        known.answered() || answered,
                        Math.max(known.finalStatus(), finalStatus)));
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

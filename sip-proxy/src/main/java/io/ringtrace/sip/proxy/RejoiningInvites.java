package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.call.InviteKey;
import io.ringtrace.call.RecentInvite;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The INVITEs that an earlier run admitted shortly before it died. Filled before the shards start and only emptied after that: each shard
 * takes those that come again, and forgets the rest when no retransmission can come any more. Thread-safe.
 */
public final class RejoiningInvites {
    private final ConcurrentMap<InviteKey, RecentInvite> byKey = new ConcurrentHashMap<>();
    private final Set<CallId> interrupted;

    public RejoiningInvites(Collection<RecentInvite> invites) {
        invites.forEach(invite -> byKey.put(invite.key(), invite));
        interrupted = invites.stream()
                .filter(invite -> !invite.answered() && invite.finalStatus() == 0)
                .map(RecentInvite::callId)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** True when the earlier run has passed no final response on; known of the calls of its last 64 s. */
    boolean interrupted(CallId callId) {
        return interrupted.contains(callId);
    }

    /** The INVITE's first arrival; null when it is new. */
    @Nullable
    RecentInvite find(InviteKey key, long nowMillis) {
        RecentInvite first = byKey.get(key);
        if (first != null && nowMillis - first.atMillis() > RecentInvite.MEMORY_MILLIS) {
            byKey.clear();
            return null;
        }
        return first;
    }

    /** It has a transaction from now on, which knows its further retransmissions. */
    void joined(InviteKey key) {
        byKey.remove(key);
    }
}

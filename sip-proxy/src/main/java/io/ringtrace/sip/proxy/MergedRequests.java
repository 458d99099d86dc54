package io.ringtrace.sip.proxy;

import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.message.SipMessage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered INVITEs by Call-ID, From tag, CSeq and Request-URI, RFC 3261 §8.2.2.2: an equal one of the same trunk on another branch
 * came to us by two ways and gets 482. Once the first is answered, it is a carrier's own second try and a new call. Belongs to one shard.
 */
final class MergedRequests {
    private final Map<Long, Pending> pending = new HashMap<>();
    private final long seed;

    /** @param next an equal one that came by another trunk, and is a call of its own; null for none */
    private record Pending(
            ResponseContext context, Trunk trunk, @Nullable Pending next) {
        @Nullable
        Pending without(ResponseContext answered) {
            if (context == answered) {
                return next;
            }
            return next == null ? this : new Pending(context, trunk, next.without(answered));
        }
    }

    MergedRequests(long seed) {
        this.seed = seed;
    }

    boolean pending(SipMessage invite, Trunk trunk) {
        Pending equal = pending.get(key(invite));
        while (equal != null && !equal.trunk.name().equals(trunk.name())) {
            equal = equal.next;
        }
        return equal != null;
    }

    void add(SipMessage invite, ResponseContext context, Trunk trunk) {
        pending.compute(key(invite), (_, others) -> new Pending(context, trunk, others));
    }

    void answered(SipMessage invite, ResponseContext context) {
        pending.computeIfPresent(key(invite), (_, equal) -> equal.without(context));
    }

    private long key(SipMessage invite) {
        long hash = invite.hash(invite.callId(), seed);
        hash = invite.hash(invite.fromTag(), hash);
        hash = invite.hash(invite.requestUriSpan(), hash);
        return hash * 31 + invite.cseqNumber();
    }
}

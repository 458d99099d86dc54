package io.ringtrace.sip.proxy;

import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.message.SipMessage;
import java.util.HashMap;
import java.util.Map;

/**
 * The unanswered INVITEs by Call-ID, From tag, CSeq and Request-URI, RFC 3261 §8.2.2.2: an equal one of the same trunk on another branch
 * came to us by two ways and gets 482. Once the first is answered, it is a carrier's own second try and a new call. Belongs to one shard.
 */
final class MergedRequests {
    private final Map<Long, Pending> pending = new HashMap<>();
    private final long seed;

    private record Pending(ResponseContext context, Trunk trunk) {}

    MergedRequests(long seed) {
        this.seed = seed;
    }

    boolean pending(SipMessage invite, Trunk trunk) {
        Pending first = pending.get(key(invite));
        return first != null && first.trunk.name().equals(trunk.name());
    }

    void add(SipMessage invite, ResponseContext context, Trunk trunk) {
        pending.put(key(invite), new Pending(context, trunk));
    }

    void answered(SipMessage invite, ResponseContext context) {
        Long key = key(invite);
        Pending first = pending.get(key);
        if (first != null && first.context == context) {
            pending.remove(key);
        }
    }

    private long key(SipMessage invite) {
        long hash = invite.hash(invite.callId(), seed);
        hash = invite.hash(invite.fromTag(), hash);
        hash = invite.hash(invite.requestUriSpan(), hash);
        return hash * 31 + invite.cseqNumber();
    }
}

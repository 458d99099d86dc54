package io.ringtrace.sip.proxy;

import io.ringtrace.routing.DigestUser;
import io.ringtrace.routing.Trunk;
import io.ringtrace.sip.admission.DigestCheck;
import io.ringtrace.sip.admission.FloodGuard;
import io.ringtrace.sip.admission.TrunkAdmission;
import io.ringtrace.sip.counters.Count;
import io.ringtrace.sip.message.DigestCredentials;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipMethod;
import io.ringtrace.sip.transport.Hop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose a request is when its source does not say, and what others hear: 407 where a trunk may prove itself by digest on that transport, else
 * 403; the same for every number and every name, without any state (RFC 3261 §22.3). One per shard.
 */
final class Strangers {
    private final TrunkAdmission admission;
    private final DigestCheck digests;
    private final FloodGuard guard;
    private final LocalAnswers answers;

    Strangers(TrunkAdmission admission, DigestCheck digests, FloodGuard guard, LocalAnswers answers) {
        this.admission = admission;
        this.digests = digests;
        this.guard = guard;
        this.answers = answers;
    }

    /**
     * The trunk that the request proves to come from; null when it does not, and it has been answered then.
     *
     * @param bySource the trunk whose source and certificate it has, which wants a proof besides; null for none
     */
    @Nullable
    Trunk proved(SipMessage request, Hop source, @Nullable Trunk bySource) {
        String realm = admission.digestRealm();
        DigestCredentials credentials = realm == null ? null : DigestCheck.credentials(request, realm);
        if (realm == null || credentials == null) {
            answer(request, source, credentials == null);
            return null;
        }
        Trunk trunk = bySource == null ? admission.trunkOfUser(credentials.username()) : bySource;
        DigestUser user = trunk == null ? null : trunk.access().digest();
        boolean heardThere =
                trunk != null && trunk.access().comesBy(source.listener().transport());
        // A name that is nobody's is computed for like any other, so that the time it takes tells nothing.
        DigestCheck.Verdict verdict = digests.check(
                request,
                credentials,
                user == null ? new DigestUser(credentials.username(), realm, admission.digestAlgorithms()) : user);
        if (trunk == null || user == null || !heardThere) {
            refuse(request, source);
            return null;
        }
        return switch (verdict) {
            case GOOD -> {
                guard.proved(source.address());
                yield trunk;
            }
            case STALE -> {
                challenge(request, source, realm, true);
                yield null;
            }
            case NOT_GOOD -> {
                refuse(request, source);
                yield null;
            }
        };
    }

    /** The answer to whoever is nobody; the last one before a ban. */
    void refuse(SipMessage request, Hop source) {
        answer(request, source, false);
    }

    /** @param firstAsked true for a request without credentials, which most trunks send before they are asked for them */
    private void answer(SipMessage request, Hop source, boolean firstAsked) {
        String realm = admission.digestRealm();
        if (realm == null || !admission.digestBy(source.listener().transport())) {
            offended(source);
            answers.refuse(request, source, Refusal.STRANGER);
            return;
        }
        if (!firstAsked) {
            offended(source);
        } else if (!admission.sideAt(source.address()) && guard.challenged(source.address())) {
            answers.counters().add(Count.BANS);
        }
        challenge(request, source, realm, false);
    }

    /** A stranger sent what is not answered, or is refused. An address of a trunk or gateway is no stranger's, whoever used it. */
    void offended(Hop source) {
        if (!admission.sideAt(source.address()) && guard.refused(source.address())) {
            answers.counters().add(Count.BANS);
        }
    }

    private void challenge(SipMessage request, Hop source, String realm, boolean stale) {
        if (request.method() == SipMethod.ACK || request.method() == SipMethod.CANCEL) {
            // Neither can be sent again with credentials (RFC 3261 §22.1).
            answers.refuse(request, source, Refusal.STRANGER);
            return;
        }
        List<String> challenges = digests.challenges(realm, admission.digestAlgorithms(), stale);
        answers.challenge(request, source, challenges);
    }
}

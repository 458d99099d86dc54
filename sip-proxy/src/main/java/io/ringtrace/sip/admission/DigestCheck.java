package io.ringtrace.sip.admission;

import io.ringtrace.attribution.LeaseClock;
import io.ringtrace.routing.DigestAlgorithm;
import io.ringtrace.routing.DigestUser;
import io.ringtrace.sip.message.DigestCredentials;
import io.ringtrace.sip.message.SipHeader;
import io.ringtrace.sip.message.SipMessage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Digest authentication (RFC 3261 §22.3, RFC 8760, RFC 7616): asks for and checks what proves a trunk's requests. For all shards, thread-safe. */
public final class DigestCheck {
    private static final int MOST_CREDENTIALS = 4;
    private final Nonces nonces;

    public DigestCheck(LeaseClock clock) {
        this.nonces = new Nonces(clock);
    }

    /** What a request's credentials are worth. */
    public enum Verdict {
        GOOD,
        /** Right, but their nonce is too old or was used before: with a new one they would be good. */
        STALE,
        NOT_GOOD
    }

    /** The request's credentials for that realm; null when it has none. */
    public static @Nullable DigestCredentials credentials(SipMessage request, String realm) {
        int seen = 0;
        for (int field = request.first(SipHeader.PROXY_AUTHORIZATION);
                field >= 0 && seen++ < MOST_CREDENTIALS;
                field = request.next(field)) {
            DigestCredentials credentials = DigestCredentials.read(request.text(request.value(field)));
            if (credentials != null && credentials.realm().equals(realm)) {
                return credentials;
            }
        }
        return null;
    }

    /** Whether they prove the request to come from that user. Takes the same time for every wrong response. */
    public Verdict check(SipMessage request, DigestCredentials credentials, DigestUser user) {
        DigestAlgorithm algorithm = DigestAlgorithm.named(credentials.algorithm());
        String ha1 = algorithm == null ? null : user.ha1().get(algorithm);
        if (algorithm == null
                || ha1 == null
                || !credentials.username().equals(user.username())
                || !credentials.qop().equalsIgnoreCase("auth")
                || !credentials.uri().equals(request.text(request.requestUriSpan()))) {
            return Verdict.NOT_GOOD;
        }
        String ha2 = algorithm.hash(request.text(request.methodSpan()) + ":" + credentials.uri());
        String expected = algorithm.hash(ha1 + ":" + credentials.nonce() + ":" + credentials.nonceCount() + ":"
                + credentials.cnonce() + ":" + credentials.qop() + ":" + ha2);
        if (!MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII),
                credentials.response().getBytes(StandardCharsets.UTF_8))) {
            return Verdict.NOT_GOOD;
        }
        return nonces.use(credentials.nonce(), credentials.count()) ? Verdict.GOOD : Verdict.STALE;
    }

    /** The values of Proxy-Authenticate, one for each algorithm, the strongest first (RFC 8760 §2.4). */
    public List<String> challenges(String realm, Map<DigestAlgorithm, ?> algorithms, boolean stale) {
        String nonce = nonces.make();
        List<String> challenges = new ArrayList<>(algorithms.size());
        for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
            if (algorithms.containsKey(algorithm)) {
                challenges.add("Digest realm=\"" + realm + "\", nonce=\"" + nonce + "\", algorithm=" + algorithm.text()
                        + ", qop=\"auth\"" + (stale ? ", stale=true" : ""));
            }
        }
        return challenges;
    }
}

package io.ringtrace.routing;

import java.util.EnumMap;
import java.util.Map;

/**
 * Who a trunk says it is when it is asked (RFC 8760), and what proves it: H(username:realm:password), never the password.
 *
 * @param ha1 lower-case hexadecimal digits by the algorithms that are offered
 */
public record DigestUser(String username, String realm, Map<DigestAlgorithm, String> ha1) {
    public DigestUser {
        ha1 = Map.copyOf(ha1);
    }

    /** With a password, of which nothing but its hashes is kept. */
    public static DigestUser of(String username, String realm, String password, Iterable<DigestAlgorithm> algorithms) {
        Map<DigestAlgorithm, String> ha1 = new EnumMap<>(DigestAlgorithm.class);
        algorithms.forEach(a -> ha1.put(a, a.hash(username + ":" + realm + ":" + password)));
        return new DigestUser(username, realm, ha1);
    }

    /** Says no secret. */
    @Override
    public String toString() {
        return username + " in " + realm + " by " + ha1.keySet();
    }
}

package io.ringtrace.routing;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a trunk's requests are known to be its own. All of what is named must be true, its source networks included.
 *
 * @param transports what they come by; empty for any
 * @param tlsSubjects names of which the client's certificate must have one (RFC 5922 §7.1), in lower case, or its whole subject; empty for none
 * @param digest who its requests must prove to come from; null when they need not
 * @param inDialogFromAny requests within its calls may come from any address, for the signed cookie in their Route already names the call
 */
public record TrunkAccess(
        Set<Transport> transports,
        Set<String> tlsSubjects,
        @Nullable DigestUser digest,
        boolean inDialogFromAny) {
    public static final TrunkAccess BY_NETWORK = new TrunkAccess(Set.of(), Set.of(), null, false);

    public TrunkAccess {
        transports = Set.copyOf(transports);
        tlsSubjects = Set.copyOf(tlsSubjects);
    }

    /** The same, by a secret besides. */
    public TrunkAccess withDigest(DigestUser user) {
        return new TrunkAccess(transports, tlsSubjects, user, inDialogFromAny);
    }

    /** The same, with requests within its calls from anywhere. */
    public TrunkAccess withInDialogFromAny() {
        return new TrunkAccess(transports, tlsSubjects, digest, true);
    }

    public boolean comesBy(Transport transport) {
        return transports.isEmpty() || transports.contains(transport);
    }
}

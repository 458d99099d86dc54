package io.ringtrace.sip.transport;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the certificates of our TLS listeners and connections are, as PEM files.
 *
 * @param certificate ours, with the chain behind it; shown by our listeners, and to gateways that ask
 * @param privateKey its key, PKCS #8 without a password
 * @param trusted who vouches for gateways and clients; null for the authorities that the JDK trusts
 */
public record TlsFiles(
        Path certificate, Path privateKey, @Nullable Path trusted, ClientCertificates clientCertificates) {
    /** Whether who connects to us must show a certificate; one that is shown must be good. */
    public enum ClientCertificates {
        NONE,
        OPTIONAL,
        REQUIRED
    }
}

package io.ringtrace.sip.transport;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Whom a peer's certificate is for, once its chain was found good. Asked for by admission, from any thread, by way of {@link Hop#tlsSubject}.
 *
 * @param distinguishedName the whole subject, as RFC 2253 writes it
 * @param identities the SIP domains of the certificate in lower case (RFC 5922 §7.1): its {@code sip:} names, else its DNS names, else its
 *     common name; IP addresses as they are written there
 */
public record TlsSubject(String distinguishedName, List<String> identities) {
    /** Types of subject alternative names, RFC 5280 §4.2.1.6. */
    private static final int DNS_NAME = 2;

    private static final int URI_NAME = 6;
    private static final int IP_NAME = 7;
    private static final String SIP = "sip:";

    public TlsSubject {
        identities = List.copyOf(identities);
    }

    /** Who was proved to be at the other end; null when no certificate was asked for or shown. */
    static @Nullable TlsSubject of(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate ? of(certificate) : null;
        } catch (SSLPeerUnverifiedException | CertificateParsingException _) {
            return null;
        }
    }

    private static TlsSubject of(X509Certificate certificate) throws CertificateParsingException {
        String name = certificate.getSubjectX500Principal().getName();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        List<String> identities = new ArrayList<>();
        if (alternatives != null) {
            identities.addAll(domains(alternatives));
            if (identities.isEmpty()) {
                identities.addAll(named(alternatives, DNS_NAME));
            }
            identities.addAll(named(alternatives, IP_NAME));
        }
        // The common name counts only where there is nothing better: a certificate may carry anything in it.
        return new TlsSubject(name, identities.isEmpty() ? commonName(name) : identities);
    }

    private static List<String> domains(Collection<List<?>> alternatives) {
        // A URI with a user part is for that user alone (RFC 5922 §7.1).
        return named(alternatives, URI_NAME).stream()
                .filter(uri -> uri.startsWith(SIP) && uri.indexOf('@') < 0)
                .map(uri -> uri.substring(SIP.length()))
                .toList();
    }

    private static List<String> named(Collection<List<?>> alternatives, int type) {
        return alternatives.stream()
                .filter(name -> name.getFirst() instanceof Integer of && of == type)
                .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
                .toList();
    }

    private static List<String> commonName(String distinguishedName) {
        try {
            for (Rdn part : new LdapName(distinguishedName).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return List.of(String.valueOf(part.getValue()).toLowerCase(Locale.ROOT));
                }
            }
        } catch (InvalidNameException _) {
            // a name that nobody can be called by
        }
        return List.of();
    }
}

package io.ringtrace.config;

import io.ringtrace.config.Finding.Severity;
import io.ringtrace.config.Surroundings.Purpose;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the files of {@code sip.tls}: whether they can be read, belong together, and are valid now and in 30 days. A reload takes nothing
 * of them, so there they are never an error; and a server whose certificate ran out still starts, for its other calls' sake.
 */
final class CertificateChecks {
    private static final Duration SOON = Duration.ofDays(30);
    private static final int MOST_BYTES = 1 << 20;
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END");
    private static final String CHAIN = "a PEM file with our certificate and the chain behind it";
    private static final String KEY = "a PEM file with the certificate's key, PKCS #8 without a password";

    private final YamlNode.Mapping tls;
    private final SipConfig.Tls files;
    private final Purpose purpose;
    private final Instant now;
    private final Findings findings;

    CertificateChecks(YamlNode.Mapping tls, SipConfig.Tls files, Purpose purpose, Instant now, Findings findings) {
        this.tls = tls;
        this.files = files;
        this.purpose = purpose;
        this.now = now;
        this.findings = findings;
    }

    void run() {
        List<X509Certificate> chain = certificates("certificate", files.certificate(), CHAIN);
        for (X509Certificate certificate : chain) {
            if (!valid(certificate, "certificate", unlessStarted())) {
                break;
            }
        }
        key(chain.isEmpty() ? null : chain.getFirst().getPublicKey());
        Path trusted = files.trusted();
        if (trusted != null) {
            certificates("trusted-certificates", trusted, "a PEM file with certificates of authorities")
                    .forEach(c -> valid(c, "trusted-certificates", Severity.WARNING));
        }
    }

    private Severity unlessReloaded() {
        return purpose == Purpose.RELOAD ? Severity.WARNING : Severity.ERROR;
    }

    private Severity unlessStarted() {
        return purpose == Purpose.CHECK ? Severity.ERROR : Severity.WARNING;
    }

    private void add(Severity severity, String key, String expected, String mend) {
        if (tls.get(key) instanceof YamlNode.Scalar written) {
            findings.add(severity, written.position(), "sip.tls." + key, written.text(), expected, mend);
        }
    }

    private byte @Nullable [] bytes(String key, Path file, String expected) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length <= MOST_BYTES) {
                return bytes;
            }
            add(unlessReloaded(), key, expected, "the file is larger than 1 MB");
        } catch (NoSuchFileException _) {
            add(unlessReloaded(), key, expected, "there is no such file");
        } catch (AccessDeniedException _) {
            add(unlessReloaded(), key, expected, "this user may not read it");
        } catch (IOException e) {
            add(unlessReloaded(), key, expected, Finding.printable(String.valueOf(e.getMessage())));
        }
        return null;
    }

    private List<X509Certificate> certificates(String key, Path file, String expected) {
        byte[] bytes = bytes(key, file, expected);
        if (bytes == null) {
            return List.of();
        }
        try {
            List<X509Certificate> all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (all.isEmpty()) {
                add(unlessReloaded(), key, expected, "there is none in it");
            }
            return all;
        } catch (CertificateException _) {
            add(unlessReloaded(), key, expected, "what is in it can't be read as one");
            return List.of();
        }
    }

    /** False when something was found; of a chain, one finding is enough. */
    private boolean valid(X509Certificate certificate, String key, Severity outside) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        String whose = "that of "
                + Finding.printable(certificate.getSubjectX500Principal().getName());
        if (now.isAfter(until)) {
            add(outside, key, "certificates that are valid", whose + " ran out on " + until);
            return false;
        }
        if (now.isBefore(from)) {
            add(outside, key, "certificates that are valid", whose + " is not valid before " + from);
            return false;
        }
        if (now.plus(SOON).isAfter(until)) {
            add(
                    Severity.WARNING,
                    key,
                    "certificates that are valid for 30 days and more",
                    whose + " runs out on " + until + ", in "
                            + Duration.between(now, until).toDays() + " days");
            return false;
        }
        return true;
    }

    private void key(@Nullable PublicKey ofCertificate) {
        byte[] bytes = bytes("private-key", files.privateKey(), KEY);
        if (bytes == null) {
            return;
        }
        if (readByEverybody(files.privateKey())) {
            add(
                    Severity.WARNING,
                    "private-key",
                    "a file that only we can read",
                    "every user of this machine can: chmod o-r");
        }
        Matcher pem = PEM.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            add(unlessReloaded(), "private-key", KEY, "there is none in it");
        } else if (!pem.group(1).equals("PRIVATE KEY")) {
            add(
                    unlessReloaded(),
                    "private-key",
                    KEY,
                    "it is " + pem.group(1) + "; openssl pkcs8 -topk8 -nocrypt -in FILE writes it so");
        } else if (ofCertificate != null) {
            belongs(pem.group(2), ofCertificate);
        }
    }

    /** Signs with the one and verifies with the other. */
    private void belongs(String base64, PublicKey ofCertificate) {
        String algorithm = ofCertificate.getAlgorithm();
        String signing = switch (algorithm) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> algorithm;
        };
        try {
            PrivateKey key = KeyFactory.getInstance(algorithm)
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
            Signature signature = Signature.getInstance(signing);
            signature.initSign(key);
            signature.update(PEM.pattern().getBytes(StandardCharsets.US_ASCII));
            byte[] signed = signature.sign();
            signature.initVerify(ofCertificate);
            signature.update(PEM.pattern().getBytes(StandardCharsets.US_ASCII));
            if (!signature.verify(signed)) {
                add(unlessReloaded(), "private-key", KEY, "it is the key of another certificate");
            }
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            add(
                    unlessReloaded(),
                    "private-key",
                    KEY,
                    "it can't be read as a key of the certificate's kind, " + algorithm);
        }
    }

    private static boolean readByEverybody(Path file) {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        try {
            return view != null && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException _) {
            return false;
        }
    }
}

package io.ringtrace.sip;

import io.ringtrace.sip.transport.TlsFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate that vouches for itself, made by the JDK's keytool, and its key. */
record TestCertificate(KeyStore store, Certificate certificate, Path certificateFile, Path keyFile) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /** Each is made once for all tests. */
    private static final Map<String, byte[]> MADE = new ConcurrentHashMap<>();

    /** @param names as keytool's san extension wants them, such as {@code ip:127.0.0.1}; empty for none but the common name, the alias */
    static TestCertificate make(Path folder, String alias, String names) throws Exception {
        Path file = folder.resolve(alias + ".p12");
        byte[] made = MADE.get(alias + names);
        if (made == null) {
            keytool(file, alias, names);
            MADE.put(alias + names, Files.readAllBytes(file));
        } else {
            Files.write(file, made);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        Path certificate = folder.resolve(alias + ".pem");
        Path key = folder.resolve(alias + ".key");
        Files.writeString(
                certificate, pem("CERTIFICATE", store.getCertificate(alias).getEncoded()));
        Files.writeString(key, pem("PRIVATE KEY", store.getKey(alias, PASSWORD).getEncoded()));
        return new TestCertificate(store, store.getCertificate(alias), certificate, key);
    }

    /** As the command does, in this JVM: as a process it takes a second for each certificate. */
    private static void keytool(Path file, String alias, String names) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "-genkeypair",
                "-debug",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=" + alias,
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                file.toString()));
        if (!names.isEmpty()) {
            words.addAll(List.of("-ext", "san=" + names));
        }
        Class.forName("sun.security.tools.keytool.Main")
                .getMethod("main", String[].class)
                .invoke(null, (Object) words.toArray(String[]::new));
    }

    /** The files of this certificate, trusting itself and those in that file. */
    TlsFiles files(Path trusted, TlsFiles.ClientCertificates clientCertificates) {
        return new TlsFiles(certificateFile, keyFile, trusted, clientCertificates);
    }

    /** Puts another certificate into this one's files. */
    void isReplacedBy(TestCertificate other) throws IOException {
        Files.copy(other.keyFile, keyFile, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(other.certificateFile, certificateFile, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What a party with this certificate speaks TLS by, who trusts those others. */
    SSLContext context(List<TestCertificate> trusted) throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = contextWithoutKey(trusted);
        context.init(keys.getKeyManagers(), trust(trusted).getTrustManagers(), null);
        return context;
    }

    static SSLContext contextWithoutKey(List<TestCertificate> trusted) throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust(trusted).getTrustManagers(), null);
        return context;
    }

    private static TrustManagerFactory trust(List<TestCertificate> trusted)
            throws GeneralSecurityException, IOException {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        for (TestCertificate one : trusted) {
            anchors.setCertificateEntry("anchor" + anchors.size(), one.certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        return trust;
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + kind
                + "-----\n";
    }
}

package io.ringtrace.sip;

import gov.nist.core.StackLogger;
import gov.nist.javax.sip.clientauthutils.MessageDigestAlgorithm;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A client that answers challenges, with MD5 by JAIN SIP's computation, which is none of ours. */
record DigestUa(String username, String password) {
    private static final String CNONCE = "0a4f113b";

    static String parameter(String challenge, String name) {
        Matcher matcher = Pattern.compile("[ ,]" + name + "=\"?([^\",]*)").matcher(challenge);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** The Proxy-Authorization line for a request with that challenge. */
    String answer(String challenge, String method, String uri, int count) throws Exception {
        String algorithm = parameter(challenge, "algorithm");
        String realm = parameter(challenge, "realm");
        String nonce = parameter(challenge, "nonce");
        String nc = String.format("%08x", count);
        String response = response(algorithm, realm, nonce, nc, method, uri);
        return "Proxy-Authorization: Digest username=\"" + username + "\", realm=\"" + realm + "\", nonce=\"" + nonce
                + "\", uri=\"" + uri + "\", response=\"" + response + "\", algorithm=" + algorithm
                + ", cnonce=\"" + CNONCE + "\", qop=auth, nc=" + nc + "\r\n";
    }

    private String response(String algorithm, String realm, String nonce, String nc, String method, String uri)
            throws Exception {
        String name = algorithm.equals("SHA-512-256") ? "SHA-512/256" : algorithm;
        String ha1 = hash(name, username + ":" + realm + ":" + password);
        if (!algorithm.equals("MD5")) {
            // The RI cuts longer hashes to the length of MD5's.
            return hash(name, String.join(":", ha1, nonce, nc, CNONCE, "auth", hash(name, method + ":" + uri)));
        }
        Method calculate = MessageDigestAlgorithm.class.getDeclaredMethod(
                "calculateResponse",
                String.class,
                String.class,
                String.class,
                String.class,
                String.class,
                String.class,
                String.class,
                String.class,
                String.class,
                StackLogger.class);
        calculate.setAccessible(true);
        Object quiet = Proxy.newProxyInstance(
                DigestUa.class.getClassLoader(),
                new Class<?>[] {StackLogger.class},
                (_, called, _) -> called.getReturnType() == boolean.class ? false : null);
        @Nullable Object noBody = null;
        return (String) calculate.invoke(null, name, ha1, nonce, nc, CNONCE, method, uri, noBody, "auth", quiet);
    }

    private static String hash(String algorithm, String text) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}

package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.call.PhoneNumber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Carries the From that we replaced in a parameter of our Record-Route, so that any node can put it back, after a restart too. The destination
 * sees the parameter, so it is encrypted (HmacSHA256 as a key stream, by call id) and signed. Belongs to one shard.
 */
final class FromSeal {
    /** The parameter's name. */
    static final String PARAMETER = "rtf";

    /** Most bytes of a From that is sealed; a longer one stays where it is. */
    static final int LONGEST = 160;

    private static final int BLOCK = 32;
    private static final int SIGNATURE = 10;
    private static final int HEAD = 1;
    private static final int SMALLEST = HEAD + SIGNATURE + Long.BYTES;
    private static final int LARGEST = SMALLEST + LONGEST;
    private static final byte ENCRYPTION = 'e';
    private static final byte AUTHENTICATION = 'a';
    private final CookieKeys keys;

    /**
     * @param shown the number that stands in From instead
     * @param original From as the caller wrote it, without its parameters
     */
    record Opened(PhoneNumber shown, String original) {}

    FromSeal(CookieKeys keys) {
        this.keys = keys;
    }

    /** The parameter's value; null when From is too long. */
    @Nullable
    String sealed(CallId callId, PhoneNumber shown, String original) {
        byte[] from = original.getBytes(StandardCharsets.UTF_8);
        if (from.length > LONGEST) {
            return null;
        }
        CookieKeys.Key key = keys.current();
        byte[] plain = ByteBuffer.allocate(Long.BYTES + from.length)
                .putLong(shown.digits())
                .put(from)
                .array();
        byte[] hidden = crypt(key, callId, plain);
        byte[] sealed = ByteBuffer.allocate(HEAD + hidden.length + SIGNATURE)
                .put((byte) key.id())
                .put(hidden)
                .put(signature(key, callId, hidden))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    /** What was sealed for that call; null for anything else. */
    @Nullable
    Opened opened(CallId callId, String text) {
        byte[] sealed;
        try {
            sealed = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            return null;
        }
        if (sealed.length < SMALLEST || sealed.length > LARGEST) {
            return null;
        }
        CookieKeys.Key key = keys.byId(sealed[0] & 0xFF);
        if (key == null) {
            return null;
        }
        byte[] hidden = Arrays.copyOfRange(sealed, HEAD, sealed.length - SIGNATURE);
        byte[] signature = Arrays.copyOfRange(sealed, sealed.length - SIGNATURE, sealed.length);
        if (!MessageDigest.isEqual(signature, signature(key, callId, hidden))) {
            return null;
        }
        ByteBuffer plain = ByteBuffer.wrap(crypt(key, callId, hidden));
        PhoneNumber shown = new PhoneNumber(plain.getLong());
        return new Opened(shown, StandardCharsets.UTF_8.decode(plain.slice()).toString());
    }

    private static byte[] crypt(CookieKeys.Key key, CallId callId, byte[] text) {
        byte[] out = text.clone();
        for (int at = 0; at < text.length; at += BLOCK) {
            byte[] stream = mac(key, callId, ENCRYPTION, new byte[] {(byte) (at / BLOCK)});
            for (int i = at; i < Math.min(text.length, at + BLOCK); i++) {
                out[i] ^= stream[i - at];
            }
        }
        return out;
    }

    private static byte[] signature(CookieKeys.Key key, CallId callId, byte[] hidden) {
        return Arrays.copyOf(mac(key, callId, AUTHENTICATION, hidden), SIGNATURE);
    }

    private static byte[] mac(CookieKeys.Key key, CallId callId, byte purpose, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.secret(), "HmacSHA256"));
            mac.update(PARAMETER.getBytes(StandardCharsets.US_ASCII));
            mac.update(purpose);
            mac.update(callId.toBytes());
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}

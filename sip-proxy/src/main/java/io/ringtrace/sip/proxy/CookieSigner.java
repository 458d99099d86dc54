package io.ringtrace.sip.proxy;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.Span;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads call cookies, the user part of our Record-Route: a version digit, then in base64url (RFC 4648 §5, all of it allowed in a
 * user part by RFC 3261 §25.1) the key id, call id, trunk, gateway, caller's tag, and 128 bits of HmacSHA256 over these and the Call-ID.
 * Belongs to one shard, because a Mac has state.
 */
final class CookieSigner {
    /** Characters of a cookie; RFC 3261 sets no limit, but carriers' equipment does. */
    static final int LENGTH = 61;

    private static final byte VERSION = '1';
    private static final int HIGH = 1;
    private static final int LOW = 9;
    private static final int TRUNK = 17;
    private static final int GATEWAY = 21;
    private static final int CALLER_TAG = 25;
    private static final int SIGNED = 29;
    private static final int SIGNATURE = 16;
    private static final byte[] ALPHABET = new byte[64];
    private static final byte[] VALUES = new byte[256];
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    static {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            ALPHABET[i] = (byte) alphabet.charAt(i);
            VALUES[alphabet.charAt(i)] = (byte) i;
        }
    }

    private final CookieKeys keys;
    private final @Nullable KeyedMac[] macs = new KeyedMac[256];
    private final byte[] plain = new byte[SIGNED + SIGNATURE];
    private final byte[] digest = new byte[32];
    private final byte[] expected = new byte[SIGNATURE];
    private final byte[] received = new byte[SIGNATURE];

    private record KeyedMac(CookieKeys.Key key, Mac mac) {}

    CookieSigner(CookieKeys keys) {
        this.keys = keys;
    }

    /** The hash that stands for a tag in a cookie; also tells the legs of a call apart. */
    static long tagHash(SipMessage message, int tag) {
        return message.hash(tag, 0);
    }

    /** Writes the {@link #LENGTH} bytes of a cookie for the message's Call-ID. */
    void write(byte[] out, int at, CallCookie cookie, SipMessage message) {
        CookieKeys.Key key = keys.current();
        plain[0] = (byte) key.id();
        LONG.set(plain, HIGH, cookie.callId().high());
        LONG.set(plain, LOW, cookie.callId().low());
        INT.set(plain, TRUNK, cookie.trunk());
        INT.set(plain, GATEWAY, cookie.gateway());
        INT.set(plain, CALLER_TAG, cookie.callerTag());
        sign(key, message, expected);
        System.arraycopy(expected, 0, plain, SIGNED, SIGNATURE);
        out[at] = VERSION;
        int write = at + 1;
        for (int i = 0; i < plain.length; i += 3) {
            int three = (plain[i] & 0xFF) << 16 | (plain[i + 1] & 0xFF) << 8 | (plain[i + 2] & 0xFF);
            out[write++] = ALPHABET[three >>> 18];
            out[write++] = ALPHABET[(three >>> 12) & 63];
            out[write++] = ALPHABET[(three >>> 6) & 63];
            out[write++] = ALPHABET[three & 63];
        }
    }

    /** The cookie that stands in that range of the message; null when it is none of ours, or was made for another Call-ID. */
    @Nullable
    CallCookie read(SipMessage message, int span) {
        byte[] bytes = message.bytes();
        int from = message.offset() + Span.start(span);
        int to = from + Span.length(span);
        if (to - from != LENGTH || bytes[from] != VERSION) {
            return null;
        }
        int write = 0;
        for (int i = from + 1; i < to; i += 4) {
            int a = VALUES[bytes[i] & 0xFF];
            int b = VALUES[bytes[i + 1] & 0xFF];
            int c = VALUES[bytes[i + 2] & 0xFF];
            int d = VALUES[bytes[i + 3] & 0xFF];
            if ((a | b | c | d) < 0) {
                return null;
            }
            int three = a << 18 | b << 12 | c << 6 | d;
            plain[write++] = (byte) (three >>> 16);
            plain[write++] = (byte) (three >>> 8);
            plain[write++] = (byte) three;
        }
        CookieKeys.Key key = keys.byId(plain[0] & 0xFF);
        if (key == null) {
            return null;
        }
        sign(key, message, expected);
        System.arraycopy(plain, SIGNED, received, 0, SIGNATURE);
        if (!MessageDigest.isEqual(expected, received)) {
            return null;
        }
        return new CallCookie(
                new CallId((long) LONG.get(plain, HIGH), (long) LONG.get(plain, LOW)),
                (int) INT.get(plain, TRUNK),
                (int) INT.get(plain, GATEWAY),
                (int) INT.get(plain, CALLER_TAG));
    }

    private void sign(CookieKeys.Key key, SipMessage message, byte[] signature) {
        KeyedMac keyed = macs[key.id()];
        try {
            if (keyed == null || !MessageDigest.isEqual(keyed.key.secret(), key.secret())) {
                Mac made = Mac.getInstance("HmacSHA256");
                made.init(new SecretKeySpec(key.secret(), "HmacSHA256"));
                keyed = new KeyedMac(key, made);
                macs[key.id()] = keyed;
            }
            Mac mac = keyed.mac;
            mac.update(plain, 0, SIGNED);
            mac.update(message.bytes(), message.offset() + Span.start(message.callId()), Span.length(message.callId()));
            mac.doFinal(digest, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256, and its digest has 32 bytes", e);
        }
        System.arraycopy(digest, 0, signature, 0, SIGNATURE);
    }
}

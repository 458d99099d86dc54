package io.ringtrace.sip.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtrace.call.CallId;
import io.ringtrace.call.CookieKeys;
import io.ringtrace.sip.message.Messages;
import io.ringtrace.sip.message.SipMessage;
import io.ringtrace.sip.message.SipUri;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The call cookie")
class CookieSignerTest {
    private static final CallCookie COOKIE =
            new CallCookie(CallId.parse("01HGXW3RKZ3V9J8Q4C6T2B1N0M"), -5, 0x7FFFFFFF, 0x80000000);
    private final Keys keys = new Keys();
    private final CookieSigner signer = new CookieSigner(keys);

    private static final class Keys implements CookieKeys {
        private final Map<Integer, Key> all = new HashMap<>();
        private Key current = add(1);

        Key add(int id) {
            byte[] secret = new byte[32];
            secret[0] = (byte) id;
            current = new Key(id, secret);
            all.put(id, current);
            return current;
        }

        @Override
        public Key current() {
            return current;
        }

        @Override
        public @Nullable Key byId(int id) {
            return all.get(id);
        }
    }

    @Test
    void isReadAsItWasWritten() {
        assertThat(read(written("a@b"), "a@b")).isEqualTo(COOKIE);
    }

    @Test
    void fitsIntoAUserPart() {
        String text = written("a@b");
        assertThat(text).hasSizeLessThanOrEqualTo(64).matches("[A-Za-z0-9_-]+");
        assertThat(new SipUri().read("sip:" + text + "@192.0.2.1:5060;lr")).isTrue();
    }

    @Test
    void isGoodForItsCallIdAlone() {
        assertThat(read(written("a@b"), "c@b")).isNull();
    }

    @Test
    void everyChangedCharacterIsNoticed() {
        String text = written("a@b");
        for (int i = 0; i < text.length(); i++) {
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(read(text.substring(0, i) + other + text.substring(i + 1), "a@b"))
                    .as("character " + i)
                    .isNull();
        }
    }

    @Test
    void formerKeyIsGoodUntilItIsGone() {
        String text = written("a@b");
        keys.add(2);
        assertThat(read(text, "a@b")).isEqualTo(COOKIE);
        assertThat(read(written("a@b"), "a@b")).isEqualTo(COOKIE);
        keys.all.remove(1);
        assertThat(read(text, "a@b")).isNull();
    }

    @Test
    void anotherSecretUnderTheSameIdIsAnotherKey() {
        String text = written("a@b");
        keys.all.put(1, new CookieKeys.Key(1, new byte[32]));
        assertThat(read(text, "a@b")).isNull();
    }

    @Test
    void agesFromItsCallsBeginning() {
        long made = COOKIE.callId().madeAtMillis();
        assertThat(COOKIE.youngerThan(1_000, made + 1_000)).isTrue();
        assertThat(COOKIE.youngerThan(1_000, made + 1_001)).isFalse();
    }

    private String written(String callId) {
        byte[] out = new byte[CookieSigner.LENGTH];
        signer.write(out, 0, COOKIE, message("user", callId));
        return new String(out, StandardCharsets.US_ASCII);
    }

    private @Nullable CallCookie read(String user, String callId) {
        SipMessage message = message(user, callId);
        return signer.read(message, message.requestUri().user());
    }

    private static SipMessage message(String user, String callId) {
        return Messages.good("""
                BYE sip:%s@192.0.2.1 SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKx
                From: <sip:a@b>;tag=1
                To: <sip:c@d>;tag=2
                Call-ID: %s
                CSeq: 1 BYE
                Max-Forwards: 70

                """.formatted(user, callId));
    }
}

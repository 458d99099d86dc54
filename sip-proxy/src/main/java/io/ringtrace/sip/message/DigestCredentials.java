package io.ringtrace.sip.message;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client answered to a digest challenge (RFC 3261 §20.28, RFC 7616 §3.4). Read by admission, on any thread.
 *
 * @param algorithm MD5 when it is not said
 * @param nonceCount the eight hexadecimal digits as written
 */
public record DigestCredentials(
        String username,
        String realm,
        String nonce,
        String uri,
        String response,
        String algorithm,
        String cnonce,
        String qop,
        String nonceCount) {
    private static final int LONGEST = 2048;
    private static final int MOST_PARAMETERS = 32;
    private static final int COUNT_DIGITS = 8;
    private static final String SCHEME = "Digest";

    /** The count as a number, above 0. */
    public long count() {
        return Long.parseLong(nonceCount, 16);
    }

    /** Null when it is no digest with quality of protection, or not whole. */
    public static @Nullable DigestCredentials read(String value) {
        if (value.length() > LONGEST
                || value.length() <= SCHEME.length()
                || !value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                || !Character.isWhitespace(value.charAt(SCHEME.length()))) {
            return null;
        }
        Map<String, String> parameters = parameters(value);
        if (parameters == null) {
            return null;
        }
        String count = parameters.getOrDefault("nc", "");
        if (count.length() != COUNT_DIGITS || !hexadecimal(count)) {
            return null;
        }
        DigestCredentials read = new DigestCredentials(
                parameters.getOrDefault("username", ""),
                parameters.getOrDefault("realm", ""),
                parameters.getOrDefault("nonce", ""),
                parameters.getOrDefault("uri", ""),
                parameters.getOrDefault("response", ""),
                parameters.getOrDefault("algorithm", "MD5"),
                parameters.getOrDefault("cnonce", ""),
                parameters.getOrDefault("qop", ""),
                count);
        return read.count() > 0 ? read : null;
    }

    private static boolean hexadecimal(String text) {
        return text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80);
    }

    /** By their names in lower case; null when one stands twice or is not whole. */
    private static @Nullable Map<String, String> parameters(String value) {
        Map<String, String> parameters = new HashMap<>();
        int at = SCHEME.length();
        while (at < value.length()) {
            int equal = value.indexOf('=', at);
            if (equal < 0) {
                return value.substring(at).isBlank() ? parameters : null;
            }
            String name = value.substring(at, equal).strip().toLowerCase(Locale.ROOT);
            int from = equal + 1;
            while (from < value.length() && Character.isWhitespace(value.charAt(from))) {
                from++;
            }
            StringBuilder text = new StringBuilder();
            int end = from < value.length() && value.charAt(from) == '"'
                    ? quoted(value, from, text)
                    : token(value, from, text);
            if (end < 0 || parameters.size() == MOST_PARAMETERS || parameters.put(name, text.toString()) != null) {
                return null;
            }
            at = end;
        }
        return parameters;
    }

    /** Where the next parameter begins; -1 when the quotes are not closed or something else follows them. */
    private static int quoted(String value, int from, StringBuilder text) {
        int at = from + 1;
        while (at < value.length() && value.charAt(at) != '"') {
            if (value.charAt(at) == '\\' && at + 1 < value.length()) {
                at++;
            }
            text.append(value.charAt(at++));
        }
        if (at >= value.length()) {
            return -1;
        }
        int comma = value.indexOf(',', at + 1);
        int rest = comma < 0 ? value.length() : comma;
        return value.substring(at + 1, rest).isBlank() ? Math.min(rest + 1, value.length()) : -1;
    }

    private static int token(String value, int from, StringBuilder text) {
        int comma = value.indexOf(',', from);
        int end = comma < 0 ? value.length() : comma;
        text.append(value.substring(from, end).strip());
        return Math.min(end + 1, value.length());
    }

    /** Says no secret: a response can be used to guess the password. */
    @Override
    public String toString() {
        return "digest of " + username + " in " + realm;
    }
}

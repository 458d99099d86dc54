package io.ringtrace.sip.message;

import java.nio.charset.StandardCharsets;

/** The character classes of RFC 3261 §25.1 and comparisons over bytes. Ranges are from (inclusive) to (exclusive). */
final class Ascii {
    private static final boolean[] TOKEN = new boolean[256];

    static {
        String marks = "-.!%*_+`'~";
        for (int c = 0; c < 128; c++) {
            TOKEN[c] = letterOrDigit(c) || marks.indexOf(c) >= 0;
        }
    }

    private Ascii() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean letterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c);
    }

    static boolean token(byte b) {
        return TOKEN[b & 0xFF];
    }

    /** True when the range is a token of at least one character. */
    static boolean token(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!TOKEN[bytes[i] & 0xFF]) {
                return false;
            }
        }
        return from < to;
    }

    static boolean digit(int c) {
        return c >= '0' && c <= '9';
    }

    static boolean hexDigit(int c) {
        return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    /** Linear white space as it stands within a field's value: a folded line leaves its CR and LF there. */
    static boolean white(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    static int skipWhite(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && white(bytes[at])) {
            at++;
        }
        return at;
    }

    /** The end of the range without its trailing white space. */
    static int trimEnd(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && white(bytes[end - 1])) {
            end--;
        }
        return end;
    }

    static int indexOf(byte[] bytes, int from, int to, char sought) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == sought) {
                return i;
            }
        }
        return -1;
    }

    /** True when the range spells exactly that ASCII text. */
    static boolean same(String text, byte[] bytes, int from, int to) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (bytes[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #sameIgnoringCase(CharSequence, byte[], int, int)}, for names known to the parser: no interface call per character. */
    static boolean sameIgnoringCase(String text, byte[] bytes, int from, int to) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            int differing = bytes[from + i] ^ text.charAt(i);
            if (differing != 0 && (differing != 0x20 || lower(bytes[from + i]) != lower(text.charAt(i)))) {
                return false;
            }
        }
        return true;
    }

    /** True when the range spells the ASCII text, letters compared without case. */
    static boolean sameIgnoringCase(CharSequence text, byte[] bytes, int from, int to) {
        if (to - from != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (lower(bytes[from + i]) != lower(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    /** The decimal number in the range, -1 when it is none or above {@code most}. */
    static long number(byte[] bytes, int from, int to, long most) {
        if (from >= to) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
            if (value > most) {
                return -1;
            }
        }
        return value;
    }
}

package io.ringtrace.sip.trace;

import java.nio.charset.StandardCharsets;

/**
 * Makes what must be in no log unreadable, in place and without another length: the values of Authorization and Proxy-Authorization, and the
 * keys of media in SDP (RFC 4568 §9.1, RFC 4566 §5.12). Stateless.
 */
final class SecretMask {
    private static final byte[][] HEADERS = {ascii("authorization"), ascii("proxy-authorization")};
    private static final byte[] CRYPTO = ascii("a=crypto:");
    private static final byte[] KEY = ascii("k=");
    private static final byte[] INLINE = ascii("inline:");
    private static final byte MASK = 'x';

    private SecretMask() {}

    /** Masks a copy of a message, which need not be a good one. */
    static void apply(byte[] message) {
        boolean masking = false;
        boolean inBody = false;
        int line = 0;
        while (line < message.length) {
            int end = line;
            while (end < message.length && message[end] != '\n') {
                end++;
            }
            int text = end > line && message[end - 1] == '\r' ? end - 1 : end;
            if (text == line) {
                inBody = true;
                masking = false;
            } else if (inBody) {
                mediaKey(message, line, text);
            } else if (masking && (message[line] == ' ' || message[line] == '\t')) {
                blank(message, line + 1, text);
            } else {
                int value = credentials(message, line, text);
                masking = value >= 0;
                if (masking) {
                    blank(message, value, text);
                }
            }
            line = end + 1;
        }
    }

    /** Where the value begins when the line is of such a header; else -1. */
    private static int credentials(byte[] message, int from, int to) {
        for (byte[] header : HEADERS) {
            if (starts(message, from, to, header)) {
                int colon = from + header.length;
                while (colon < to && (message[colon] == ' ' || message[colon] == '\t')) {
                    colon++;
                }
                if (colon < to && message[colon] == ':') {
                    return colon + 1;
                }
            }
        }
        return -1;
    }

    private static void mediaKey(byte[] message, int from, int to) {
        if (starts(message, from, to, KEY)) {
            blank(message, from + KEY.length, to);
        } else if (starts(message, from, to, CRYPTO)) {
            for (int at = from + CRYPTO.length; at < to; at++) {
                if (starts(message, at, to, INLINE)) {
                    blank(message, at + INLINE.length, to);
                    return;
                }
            }
        }
    }

    private static boolean starts(byte[] message, int from, int to, byte[] with) {
        if (to - from < with.length) {
            return false;
        }
        for (int i = 0; i < with.length; i++) {
            byte b = message[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static void blank(byte[] message, int from, int to) {
        for (int i = from; i < to; i++) {
            if (message[i] != ' ' && message[i] != '\t') {
                message[i] = MASK;
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

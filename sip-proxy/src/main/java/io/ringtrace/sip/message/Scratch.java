package io.ringtrace.sip.message;

import java.util.Arrays;

/** A growing array of bytes to compose text in, reused by its owner; no allocation once it has grown. */
final class Scratch {
    private byte[] bytes = new byte[512];
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** Takes out what stands from start to end. */
    void delete(int start, int end) {
        System.arraycopy(bytes, end, bytes, start, length - end);
        length -= end - start;
    }

    void append(char ascii) {
        room(1);
        bytes[length++] = (byte) ascii;
    }

    void append(byte[] from, int start, int end) {
        room(end - start);
        System.arraycopy(from, start, bytes, length, end - start);
        length += end - start;
    }

    void append(SipMessage message, int start, int end) {
        append(message.bytes, message.offset + start, message.offset + end);
    }

    /** Appends the text as UTF-8; plain ASCII, as nearly always, without an interface call per character. */
    void append(String text) {
        int size = text.length();
        room(size);
        for (int i = 0; i < size; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                append(text.subSequence(i, size));
                return;
            }
            bytes[length++] = (byte) c;
        }
    }

    /** Appends the text as UTF-8; an unpaired surrogate becomes a question mark. */
    void append(CharSequence text) {
        room(text.length() * 3);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes[length++] = (byte) c;
            } else if (c < 0x800) {
                bytes[length++] = (byte) (0xC0 | c >> 6);
                bytes[length++] = continuation(c);
            } else if (!Character.isSurrogate(c)) {
                bytes[length++] = (byte) (0xE0 | c >> 12);
                bytes[length++] = continuation(c >> 6);
                bytes[length++] = continuation(c);
            } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                bytes[length++] = (byte) (0xF0 | point >> 18);
                bytes[length++] = continuation(point >> 12);
                bytes[length++] = continuation(point >> 6);
                bytes[length++] = continuation(point);
            } else {
                bytes[length++] = '?';
            }
        }
    }

    void append(long number) {
        if (number >= 10) {
            append(number / 10);
        }
        append((char) ('0' + number % 10));
    }

    private static byte continuation(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, BufferSizes.fitting(length + more));
        }
    }
}

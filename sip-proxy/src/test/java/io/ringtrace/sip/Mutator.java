package io.ringtrace.sip;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Spoils messages, the same way for the same seed. */
final class Mutator {
    private static final int LONGEST = 60_000;
    private static final byte[] SEPARATORS = " \t\r\n;,:<>\"@=/.?%[]()\\\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final String[] NUMBERS = {
        "0",
        "-1",
        "255",
        "256",
        "65535",
        "65536",
        "2147483647",
        "2147483648",
        "4294967295",
        "18446744073709551616",
        "9".repeat(400)
    };
    private static final String[] FIELDS = {
        "Content-Length: 5",
        "l: 99999",
        "Max-Forwards: 0",
        "Route: <sip:127.0.0.1;lr>",
        "Route: <",
        "Proxy-Require: x, y",
        "Via: SIP/2.0/UDP",
        "Via: SIP/2.0/UDP [::1",
        "From: \"",
        "To: <sip:>;tag",
        "CSeq: 1",
        "Contact: *",
        "Max-Breadth: 0",
        "Reason: x\r\n ;y",
        "X: ",
        ": y",
        "Session-Expires: ,;"
    };
    private final Random random;

    Mutator(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** The message with one to four faults. */
    byte[] mutated(byte[] message) {
        byte[] now = message;
        int faults = 1 + random.nextInt(4);
        for (int i = 0; i < faults && now.length > 0 && now.length < LONGEST; i++) {
            now = once(now);
        }
        return now.length > LONGEST ? Arrays.copyOf(now, LONGEST) : now;
    }

    private byte[] once(byte[] message) {
        int at = random.nextInt(message.length);
        int span = Math.min(message.length - at, 1 + random.nextInt(40));
        return switch (random.nextInt(11)) {
            case 0 -> Arrays.copyOf(message, at);
            case 1 -> flipped(message);
            case 2 -> replaced(message, at, span, new byte[0]);
            case 3 -> replaced(message, at, 0, Arrays.copyOfRange(message, at, at + span));
            case 4 -> replaced(message, at, 0, randomBytes(1 + random.nextInt(30)));
            case 5 -> replaced(message, at, 1, new byte[] {SEPARATORS[random.nextInt(SEPARATORS.length)]});
            case 6 -> hugeNumber(message, at);
            case 7 -> repeatedLine(message, at, 1 + (random.nextInt(20) == 0 ? 300 : random.nextInt(3)));
            case 8 ->
                replaced(message, lineStart(message, at), 0, bytes(FIELDS[random.nextInt(FIELDS.length)] + "\r\n"));
            case 9 ->
                replaced(message, lineStart(message, at), lineEnd(message, at) - lineStart(message, at), new byte[0]);
            default -> swappedLines(message, at, random.nextInt(message.length));
        };
    }

    private byte[] flipped(byte[] message) {
        byte[] now = message.clone();
        int bits = 1 + random.nextInt(8);
        for (int i = 0; i < bits; i++) {
            now[random.nextInt(now.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return now;
    }

    private byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] hugeNumber(byte[] message, int from) {
        int at = from;
        while (at < message.length && !digit(message[at])) {
            at++;
        }
        int end = at;
        while (end < message.length && digit(message[end])) {
            end++;
        }
        return replaced(message, at, end - at, bytes(NUMBERS[random.nextInt(NUMBERS.length)]));
    }

    private byte[] repeatedLine(byte[] message, int at, int times) {
        int start = lineStart(message, at);
        byte[] line = Arrays.copyOfRange(message, start, lineEnd(message, at));
        byte[] now = message;
        for (int i = 0; i < times && now.length < LONGEST; i++) {
            now = replaced(now, start, 0, line);
        }
        return now;
    }

    private static byte[] swappedLines(byte[] message, int one, int other) {
        int first = lineStart(message, Math.min(one, other));
        int firstEnd = lineEnd(message, first);
        int second = lineStart(message, Math.max(one, other));
        if (second < firstEnd) {
            return message;
        }
        byte[] lower = Arrays.copyOfRange(message, second, lineEnd(message, second));
        byte[] upper = Arrays.copyOfRange(message, first, firstEnd);
        byte[] now = replaced(message, second, lower.length, upper);
        return replaced(now, first, upper.length, lower);
    }

    private static int lineStart(byte[] message, int at) {
        int start = at;
        while (start > 0 && message[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    private static int lineEnd(byte[] message, int at) {
        int end = at;
        while (end < message.length && message[end] != '\n') {
            end++;
        }
        return Math.min(end + 1, message.length);
    }

    private static byte[] replaced(byte[] message, int at, int length, byte[] with) {
        byte[] now = Arrays.copyOf(message, message.length - length + with.length);
        System.arraycopy(with, 0, now, at, with.length);
        System.arraycopy(message, at + length, now, at + with.length, message.length - at - length);
        return now;
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}

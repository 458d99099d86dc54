package io.ringtrace.http.listener;

import java.util.Locale;
import java.util.regex.Pattern;

/** A request target as a log may have it: the keys and tokens that stand in URLs are masked. */
final class MaskedTarget {
    /** Also where the name itself is escaped: any name that contains "key" or "token" once its escapes are left aside. */
    private static final Pattern SECRET = Pattern.compile("(?i)([?&;][^=&]*(?:key|token|%)[^=&]*=)[^&#]*");

    private static final int LONGEST = 512;

    private MaskedTarget() {}

    static String of(String target) {
        String masked = SECRET.matcher(target).replaceAll("$1***");
        StringBuilder plain = new StringBuilder(Math.min(masked.length(), LONGEST));
        for (int i = 0; i < masked.length() && plain.length() < LONGEST; i++) {
            char c = masked.charAt(i);
            // A line break in a log line is another log line.
            plain.append(c < 0x20 || c > 0x7E ? String.format(Locale.ROOT, "\\u%04x", (int) c) : c);
        }
        return plain.toString();
    }
}

package io.ringtrace.http.text;

import java.util.regex.Pattern;

/** What strings may hold. */
public final class PlainText {
    /** Ids stand in URLs, so they hold nothing that would have to be escaped there. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._~:-]{0,63}");

    private PlainText() {}

    /** False for control characters and halves of a surrogate pair. */
    public static boolean clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    /** Printable ASCII only. */
    public static boolean printableAscii(String text) {
        return text.chars().allMatch(c -> c >= 0x20 && c < 0x7F);
    }

    /** A network's, advertiser's, campaign's or pool's id. */
    public static boolean id(String text) {
        return ID.matcher(text).matches();
    }

    public static String idRule(String field) {
        return field + " must be 1 to 64 letters, digits or . _ ~ : -, beginning with a letter or digit";
    }
}

package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import org.jspecify.annotations.Nullable;

/**
 * How a trunk writes phone numbers, and how they become E.164.
 *
 * @param countryCode put before a national number, such as {@code 1}; empty when the trunk sends international numbers only
 * @param nationalPrefix trunk prefix dialed before a national number and dropped, such as {@code 0}; empty for none
 * @param internationalPrefix dialed before an international number and dropped, such as {@code 011} or {@code 00}; empty for none
 * @param nationalDigits digits of a national number without its prefix, such as 10; 0 when they vary
 */
public record NumberNormalisation(
        String countryCode, String nationalPrefix, String internationalPrefix, int nationalDigits) {
    /** Numbers come as E.164, with or without the plus sign. */
    public static final NumberNormalisation E164 = new NumberNormalisation("", "", "", 0);

    /** North America: +1…, 1…, ten digits, 011 for abroad. */
    public static final NumberNormalisation NANP = new NumberNormalisation("1", "1", "011", 10);

    /**
     * The E.164 number that the text stands for. Visual separators (RFC 3966: - . ( ) and space) are skipped, parameters after a
     * semicolon left out.
     *
     * @return null when it is no phone number
     */
    public @Nullable PhoneNumber normalise(CharSequence text) {
        StringBuilder kept = new StringBuilder(text.length());
        boolean plus = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ';') {
                break;
            } else if (c >= '0' && c <= '9') {
                kept.append(c);
            } else if (c == '+' && kept.isEmpty() && !plus) {
                plus = true;
            } else if (c != '-' && c != '.' && c != '(' && c != ')' && c != ' ') {
                return null;
            }
        }
        if (plus) {
            return PhoneNumber.parseOrNull(kept);
        }
        String digits = kept.toString();
        if (!internationalPrefix.isEmpty() && digits.startsWith(internationalPrefix)) {
            return PhoneNumber.parseOrNull(digits.substring(internationalPrefix.length()));
        }
        if (nationalDigits > 0 && digits.length() == nationalDigits) {
            return PhoneNumber.parseOrNull(countryCode + digits);
        }
        if (!nationalPrefix.isEmpty()
                && digits.startsWith(nationalPrefix)
                && (nationalDigits == 0 || digits.length() == nationalPrefix.length() + nationalDigits)) {
            return PhoneNumber.parseOrNull(countryCode + digits.substring(nationalPrefix.length()));
        }
        return PhoneNumber.parseOrNull(digits);
    }
}

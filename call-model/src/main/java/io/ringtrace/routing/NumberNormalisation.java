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

    private static final int MOST_DIGITS = 18;
    private static final int MOST_E164_DIGITS = 15;

    /**
     * The E.164 number that the text stands for. Visual separators (RFC 3966: - . ( ) and space) are skipped, parameters after a
     * semicolon left out. Digits that are neither national nor marked as international are taken for E.164 without its plus sign, when
     * they are longer than a national number. Makes no garbage but the answer.
     *
     * @return null when it is no phone number
     */
    public @Nullable PhoneNumber normalise(CharSequence text) {
        // up to 18 digits fit a long: 15 of E.164 behind a prefix of three
        long digits = 0;
        int count = 0;
        boolean plus = false;
        for (int i = 0; i < text.length() && text.charAt(i) != ';'; i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                if (++count > MOST_DIGITS) {
                    return null;
                }
                digits = digits * 10 + (c - '0');
            } else if (c == '+' && count == 0 && !plus) {
                plus = true;
            } else if (c != '-' && c != '.' && c != '(' && c != ')' && c != ' ') {
                return null;
            }
        }
        if (plus) {
            return e164(digits, count);
        }
        if (begins(digits, count, internationalPrefix)) {
            return e164(without(digits, count, internationalPrefix), count - internationalPrefix.length());
        }
        if (nationalDigits > 0 && count == nationalDigits) {
            return national(digits, count);
        }
        int withoutPrefix = count - nationalPrefix.length();
        if (begins(digits, count, nationalPrefix) && (nationalDigits == 0 || withoutPrefix == nationalDigits)) {
            return national(without(digits, count, nationalPrefix), withoutPrefix);
        }
        // a subscriber number without its area code must not pass for another country's number
        return count < nationalDigits ? null : e164(digits, count);
    }

    private static boolean begins(long digits, int count, String prefix) {
        return !prefix.isEmpty()
                && count > prefix.length()
                && digits / powerOfTen(count - prefix.length()) == Long.parseLong(prefix);
    }

    private static long without(long digits, int count, String prefix) {
        return digits % powerOfTen(count - prefix.length());
    }

    private @Nullable PhoneNumber national(long digits, int count) {
        if (countryCode.isEmpty()) {
            return e164(digits, count);
        }
        return count + countryCode.length() > MOST_E164_DIGITS
                ? null
                : e164(Long.parseLong(countryCode) * powerOfTen(count) + digits, count + countryCode.length());
    }

    private static @Nullable PhoneNumber e164(long digits, int count) {
        boolean leadingZero = count == 0 || digits < powerOfTen(count - 1);
        return leadingZero || count < 7 || count > MOST_E164_DIGITS ? null : new PhoneNumber(digits);
    }

    private static long powerOfTen(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }
}

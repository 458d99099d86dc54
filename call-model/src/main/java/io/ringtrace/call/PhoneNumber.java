package io.ringtrace.call;

import org.jspecify.annotations.Nullable;

/**
 * A checked E.164 number (ITU-T E.164: at most 15 digits, no leading zero), kept as its digits so that tables are keyed by a long.
 *
 * @param digits country code and national number, without the plus sign
 */
public record PhoneNumber(long digits) implements Comparable<PhoneNumber> {
    private static final long LARGEST = 999_999_999_999_999L;
    private static final int FEWEST_DIGITS = 7;
    private static final long SMALLEST = 1_000_000L;

    public PhoneNumber {
        if (digits < SMALLEST || digits > LARGEST) {
            throw new IllegalArgumentException("not an E.164 number of " + FEWEST_DIGITS + " to 15 digits: " + digits);
        }
    }

    /** Reads {@code +18005550123}; the plus sign may be missing. Throws IllegalArgumentException for anything else. */
    public static PhoneNumber parse(CharSequence text) {
        PhoneNumber number = parseOrNull(text);
        if (number == null) {
            throw new IllegalArgumentException("'" + text + "' is not an E.164 number such as +18005550123");
        }
        return number;
    }

    /** As {@link #parse}, with null for text that is no E.164 number. */
    public static @Nullable PhoneNumber parseOrNull(CharSequence text) {
        int from = !text.isEmpty() && text.charAt(0) == '+' ? 1 : 0;
        int length = text.length() - from;
        if (length < FEWEST_DIGITS || length > 15 || text.charAt(from) == '0') {
            return null;
        }
        long digits = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            digits = digits * 10 + digit;
        }
        return new PhoneNumber(digits);
    }

    /** True for a number of the North American Numbering Plan: +1 and ten digits. */
    public boolean nanp() {
        return digits >= 12_000_000_000L && digits <= 19_999_999_999L;
    }

    /** The NPA (area code) of a NANP number; throws IllegalStateException for others. */
    public int npa() {
        if (!nanp()) {
            throw new IllegalStateException(this + " is not a number of the North American Numbering Plan");
        }
        return (int) (digits / 10_000_000L % 1000);
    }

    /** The NXX (central office code) of a NANP number; throws IllegalStateException for others. */
    public int nxx() {
        if (!nanp()) {
            throw new IllegalStateException(this + " is not a number of the North American Numbering Plan");
        }
        return (int) (digits / 10_000L % 1000);
    }

    /** True for numbers of North America whose caller pays extra: area code 900, or central office code 976. */
    public boolean premium() {
        return nanp() && (npa() == 900 || nxx() == 976);
    }

    /** True for numbers of area code 911, which is never assigned: a gateway that drops the country code would call for help with them. */
    public boolean emergency() {
        return nanp() && npa() == 911;
    }

    @Override
    public int compareTo(PhoneNumber other) {
        return Long.compare(digits, other.digits);
    }

    /** E.164 with the plus sign. */
    @Override
    public String toString() {
        return "+" + digits;
    }
}

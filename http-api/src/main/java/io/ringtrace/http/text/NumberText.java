package io.ringtrace.http.text;

import io.ringtrace.call.PhoneNumber;

/** Phone numbers as people and Invoca's clients write them. */
public final class NumberText {
    private NumberText() {}

    /** {@code 8883906665} for a number of the North American Numbering Plan, E.164 with the plus sign for others. */
    public static String national(PhoneNumber number) {
        return number.nanp() ? Long.toString(number.digits()).substring(1) : number.toString();
    }

    /** {@code 888-390-6665} for a number of the North American Numbering Plan, E.164 with the plus sign for others. */
    public static String formatted(PhoneNumber number) {
        if (!number.nanp()) {
            return number.toString();
        }
        String digits = national(number);
        return digits.substring(0, 3) + "-" + digits.substring(3, 6) + "-" + digits.substring(6);
    }
}

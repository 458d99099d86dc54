package io.ringtrace.store.bank;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber;
import io.ringtrace.attribution.NumberBank.Row;
import io.ringtrace.attribution.NumberBank.RowError;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One row of an import: is it a number that can be lent, and of which type? Stateless. */
final class ImportCheck {
    private static final PhoneNumberUtil NUMBERS = PhoneNumberUtil.getInstance();
    private static final int LONGEST_TEXT = 40;
    private static final int LONGEST_RATE_CENTER = 64;
    private static final Set<Integer> TOLL_FREE_NPAS = Set.of(800, 833, 844, 855, 866, 877, 888);
    private static final int PREMIUM_NPA = 900;
    private static final int NANP_COUNTRY = 1;

    private ImportCheck() {}

    sealed interface Checked {
        /**
         * @param country its country code
         * @param npa 0 outside the North American Numbering Plan
         */
        record Good(
                int line,
                PhoneNumber number,
                NumberType type,
                int country,
                int npa,
                @Nullable String rateCenter,
                @Nullable String region)
                implements Checked {
            /** The file says where it is at home; else the table of exchanges does. */
            boolean placeTold() {
                return rateCenter != null || region != null;
            }
        }

        record Wrong(RowError error) implements Checked {}
    }

    static Checked check(Row row) {
        String text = row.number().strip();
        if (text.length() > LONGEST_TEXT) {
            return wrong(row, text.substring(0, LONGEST_TEXT) + "…", "is no phone number: too long");
        }
        Phonenumber.PhoneNumber parsed;
        try {
            parsed = NUMBERS.parse(text, "US");
        } catch (NumberParseException _) {
            return wrong(row, text, "is no phone number; write it as +18005550123");
        }
        String rateCenterAsWritten = blankToNull(row.rateCenter());
        // The lists of the numbering plan have capitals only.
        String rateCenter = rateCenterAsWritten == null ? null : rateCenterAsWritten.toUpperCase(Locale.ROOT);
        if (rateCenter != null && rateCenter.length() > LONGEST_RATE_CENTER) {
            return wrong(row, text, "has a rate center of more than " + LONGEST_RATE_CENTER + " characters");
        }
        String region = blankToNull(row.state());
        if (region != null && !region.matches("[A-Za-z]{2}")) {
            return wrong(
                    row, text, "has the state '" + shortened(region) + "', but two letters such as CA are expected");
        }
        String upperRegion = region == null ? null : region.toUpperCase(Locale.ROOT);
        return parsed.getCountryCode() == NANP_COUNTRY
                ? northAmerican(row, text, parsed, rateCenter, upperRegion)
                : elsewhere(row, text, parsed, rateCenter, upperRegion);
    }

    private static Checked northAmerican(
            Row row,
            String text,
            Phonenumber.PhoneNumber parsed,
            @Nullable String rateCenter,
            @Nullable String region) {
        // Possible and of the plan's shape, not "valid": the fictional numbers 555-01XX are not assigned, and are what
        // samples use.
        PhoneNumber number = PhoneNumber.parseOrNull(Long.toString(NANP_COUNTRY) + parsed.getNationalNumber());
        if (number == null || !number.nanp() || !NUMBERS.isPossibleNumber(parsed)) {
            return wrong(row, text, "must have ten digits after +1");
        }
        int npa = number.npa();
        int nxx = number.nxx();
        if (npa < 200 || npa % 100 == 11 || nxx < 200 || nxx % 100 == 11) {
            return wrong(
                    row,
                    text,
                    "is not of the North American plan: area code and exchange begin with 2 to 9 and are not N11");
        }
        if (npa == PREMIUM_NPA) {
            return wrong(row, text, "is a premium-rate number (900)");
        }
        boolean tollFree = tollFree(parsed, number);
        return new Checked.Good(
                row.line(),
                number,
                tollFree ? NumberType.TOLL_FREE : NumberType.LOCAL,
                NANP_COUNTRY,
                npa,
                rateCenter,
                region);
    }

    /** Whether a destination is toll-free. */
    static boolean tollFree(PhoneNumber number) {
        try {
            return tollFree(NUMBERS.parse(number.toString(), "US"), number);
        } catch (NumberParseException _) {
            return false;
        }
    }

    private static boolean tollFree(Phonenumber.PhoneNumber parsed, PhoneNumber number) {
        return (number.nanp() && TOLL_FREE_NPAS.contains(number.npa()))
                || NUMBERS.getNumberType(parsed) == PhoneNumberUtil.PhoneNumberType.TOLL_FREE;
    }

    /** The country code; 0 for a number of no country. */
    static int country(PhoneNumber number) {
        try {
            return NUMBERS.parse(number.toString(), "US").getCountryCode();
        } catch (NumberParseException _) {
            return 0;
        }
    }

    private static Checked elsewhere(
            Row row,
            String text,
            Phonenumber.PhoneNumber parsed,
            @Nullable String rateCenter,
            @Nullable String region) {
        PhoneNumber number = PhoneNumber.parseOrNull(NUMBERS.format(parsed, PhoneNumberUtil.PhoneNumberFormat.E164));
        if (number == null || !NUMBERS.isValidNumber(parsed)) {
            return wrong(row, text, "is not a valid number of country code " + parsed.getCountryCode());
        }
        return switch (NUMBERS.getNumberType(parsed)) {
            case TOLL_FREE ->
                new Checked.Good(
                        row.line(), number, NumberType.TOLL_FREE, parsed.getCountryCode(), 0, rateCenter, region);
            case PREMIUM_RATE, SHARED_COST -> wrong(row, text, "is a premium-rate or shared-cost number");
            case FIXED_LINE, MOBILE, FIXED_LINE_OR_MOBILE, VOIP, PERSONAL_NUMBER, PAGER, UAN, VOICEMAIL, UNKNOWN ->
                new Checked.Good(row.line(), number, NumberType.LOCAL, parsed.getCountryCode(), 0, rateCenter, region);
        };
    }

    private static Checked wrong(Row row, String number, String message) {
        return new Checked.Wrong(new RowError(row.line(), number, message));
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static String shortened(String text) {
        return text.length() > 20 ? text.substring(0, 20) + "…" : text;
    }
}

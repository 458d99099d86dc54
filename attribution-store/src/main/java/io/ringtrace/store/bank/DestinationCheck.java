package io.ringtrace.store.bank;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber;
import com.google.i18n.phonenumbers.ShortNumberInfo;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.call.PhoneNumber;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a number may ever be a destination that pages' numbers lead to. Stateless. */
public final class DestinationCheck {
    private static final PhoneNumberUtil NUMBERS = PhoneNumberUtil.getInstance();
    private static final ShortNumberInfo SHORT_NUMBERS = ShortNumberInfo.getInstance();
    /** Pay per call, as the North American plan sets them apart: area code 900 and exchange 976. */
    private static final int PREMIUM_NPA = 900;

    private static final int NANP_COUNTRY = 1;
    private static final int PREMIUM_NXX = 976;
    private static final int LEAST_NXX = 200;
    private static final Set<Integer> SERVICE_NXXS = Set.of(211, 311, 411, 511, 611, 711, 811, 911);
    private static final int LEAST_DIGITS = 8;

    private DestinationCheck() {}

    /**
     * Why it may not when it was found on a page, as a sentence; null when it may. Promo numbers are found elsewhere: in the store. What
     * cannot be dialed in North America is no destination that anybody meant.
     */
    public static @Nullable String refusal(PhoneNumber number, List<Integer> countries) {
        String forbidden = forbidden(number, countries);
        return forbidden == null && number.nanp() && number.nxx() < LEAST_NXX ? noNorthAmerican(number) : forbidden;
    }

    /** Why nobody may send calls to it, a person or a program that should know either; as a sentence, null when they may. */
    public static @Nullable String forbidden(PhoneNumber number, List<Integer> countries) {
        Phonenumber.PhoneNumber parsed;
        try {
            parsed = NUMBERS.parse(number.toString(), "US");
        } catch (NumberParseException _) {
            return number + " is no phone number.";
        }
        if (Long.toString(number.digits()).length() < LEAST_DIGITS || emergency(parsed)) {
            return number + " is a service or emergency number.";
        }
        if (!countries.contains(parsed.getCountryCode())) {
            return number + " is outside the account's countries (" + countries + ").";
        }
        String northAmerican = parsed.getCountryCode() == NANP_COUNTRY ? northAmericanRefusal(number) : null;
        if (northAmerican != null) {
            return northAmerican;
        }
        return switch (NUMBERS.getNumberType(parsed)) {
            case PREMIUM_RATE, SHARED_COST -> number + " is a premium-rate or shared-cost number.";
            case FIXED_LINE,
                    MOBILE,
                    FIXED_LINE_OR_MOBILE,
                    TOLL_FREE,
                    VOIP,
                    PERSONAL_NUMBER,
                    PAGER,
                    UAN,
                    VOICEMAIL,
                    UNKNOWN -> null;
        };
    }

    private static @Nullable String northAmericanRefusal(PhoneNumber number) {
        if (!number.nanp() || number.npa() % 100 == 11 || SERVICE_NXXS.contains(number.nxx())) {
            return noNorthAmerican(number);
        }
        return number.npa() == PREMIUM_NPA || number.nxx() == PREMIUM_NXX
                ? number + " is a premium-rate number (900 or 976)."
                : null;
    }

    private static String noNorthAmerican(PhoneNumber number) {
        return number + " is no number of the North American plan.";
    }

    private static boolean emergency(Phonenumber.PhoneNumber parsed) {
        String region = NUMBERS.getRegionCodeForNumber(parsed);
        return SHORT_NUMBERS.isEmergencyNumber(
                Long.toString(parsed.getNationalNumber()), region == null ? "US" : region);
    }

    /** Type for type: what a pool for this destination lends. */
    public static NumberType type(PhoneNumber destination) {
        return ImportCheck.tollFree(destination) ? NumberType.TOLL_FREE : NumberType.LOCAL;
    }
}

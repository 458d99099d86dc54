package io.ringtrace.routing;

import io.ringtrace.call.PhoneNumber;
import org.jspecify.annotations.Nullable;

/**
 * What a call must be like for a route, besides its destination and trunk.
 *
 * @param callerPrefix how the caller number begins, digits of E.164 without the plus sign; empty for every caller, a withheld one too
 * @param when only in these hours; null for always
 * @param promoNumber only calls to this number; null for all. Such routes are asked before all others.
 * @param campaign only calls that count for this campaign; null for all. Such routes are asked before those that name none.
 */
public record RouteConditions(
        String callerPrefix,
        @Nullable TimeWindow when,
        @Nullable PhoneNumber promoNumber,
        @Nullable String campaign) {
    public static final RouteConditions NONE = new RouteConditions("", null);

    /** Throws IllegalArgumentException when both a promo number and a campaign are named. */
    public RouteConditions {
        if (promoNumber != null && campaign != null) {
            throw new IllegalArgumentException("a route names a promo number or a campaign, not both");
        }
    }

    /** For every promo number and campaign. */
    public RouteConditions(String callerPrefix, @Nullable TimeWindow when) {
        this(callerPrefix, when, null, null);
    }

    /** Null when the call is as the route wants it; else why it is not. Promo number and campaign have chosen the route's table already. */
    @Nullable
    String unmet(@Nullable PhoneNumber caller, long atMillis) {
        if (!callerPrefix.isEmpty() && (caller == null || !begins(caller.digits(), callerPrefix))) {
            return caller == null ? NO_CALLER : OTHER_CALLER;
        }
        return when == null || when.contains(atMillis) ? null : OTHER_TIME;
    }

    private static final String NO_CALLER = "the caller number is not known";
    private static final String OTHER_CALLER = "the caller number begins otherwise";
    private static final String OTHER_TIME = "it is another time";

    /** True when the digits begin with the prefix. Makes no garbage. */
    static boolean begins(long digits, String prefix) {
        long power = 1;
        int count = 1;
        for (; count < 15 && digits / power >= 10; count++) {
            power *= 10;
        }
        if (prefix.length() > count) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++, power /= 10) {
            if (digits / power % 10 != prefix.charAt(i) - '0') {
                return false;
            }
        }
        return true;
    }

    /** True when one call may meet both. */
    boolean ambiguousWith(RouteConditions other) {
        TimeWindow theirs = other.when;
        if (!callerPrefix.equals(other.callerPrefix)) {
            return false;
        }
        // A route without hours is for the time that the others leave.
        if (when == null || theirs == null) {
            return when == null && theirs == null;
        }
        return when.meets(theirs);
    }
}

package io.ringtrace.attribution;

import java.util.Locale;

/** Why a number serves a destination, the best reason first. */
public enum MatchingRung {
    TOLL_FREE("the pool takes toll-free numbers"),
    SAME_AREA_CODE("it has the destination's area code"),
    SAME_RATE_CENTER("it has another area code in the destination's rate center"),
    NEXT_RATE_CENTER("its rate center is the next closest one within the search radius"),
    SAME_COUNTRY("the destination has no place, and the number is of its country"),
    FALLBACK_TOLL_FREE("no local number serves, and the pool falls back to toll-free ones");

    private final String sentence;

    MatchingRung(String sentence) {
        this.sentence = sentence;
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public String sentence() {
        return sentence;
    }
}

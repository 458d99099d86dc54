package io.ringtrace.attribution;

import java.util.Locale;

/** The type of a promo number. */
public enum NumberType {
    TOLL_FREE,
    LOCAL;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

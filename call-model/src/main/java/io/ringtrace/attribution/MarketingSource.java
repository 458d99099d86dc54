package io.ringtrace.attribution;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a value of marketing data came from. */
public enum MarketingSource {
    /** The query of a page's address. */
    URL_PARAMETER,
    /** The page that the visitor came from. */
    REFERRER,
    /** The page's data layer. */
    DATA_LAYER,
    /** The page itself: its address, its own getters and scripts. */
    PAGE,
    /** A program, by one of our interfaces. */
    API;

    /** As written in answers and in the database: {@code url_parameter}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static @Nullable MarketingSource ofTextOrNull(String text) {
        for (MarketingSource source : values()) {
            if (source.text().equals(text)) {
                return source;
            }
        }
        return null;
    }
}

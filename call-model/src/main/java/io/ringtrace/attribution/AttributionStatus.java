package io.ringtrace.attribution;

import java.util.Locale;

/** What a dialed number was at the moment the INVITE arrived. */
public enum AttributionStatus {
    LEASED,
    HELD,
    EXPIRED,
    OVERFLOW,
    NEVER_LEASED,
    RESTING,
    STATIC,
    UNASSIGNED,
    UNKNOWN_NUMBER,
    STORE_UNAVAILABLE;

    /** As written in records and answers: {@code never_leased}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

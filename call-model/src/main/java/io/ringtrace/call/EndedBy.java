package io.ringtrace.call;

import java.util.Locale;

/** Who ended a call. */
public enum EndedBy {
    CALLER,
    DESTINATION,
    RINGTRACE;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}

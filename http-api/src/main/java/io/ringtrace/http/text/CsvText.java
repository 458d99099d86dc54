package io.ringtrace.http.text;

import org.jspecify.annotations.Nullable;

/** Writes CSV (RFC 4180, lines ended by LF as Invoca does). For one thread. */
public final class CsvText {
    private final StringBuilder text = new StringBuilder(1024);
    private final String separator;
    private final String lineEnd;
    private final boolean quoteAll;
    private boolean lineBegun;

    public CsvText() {
        this(",", "\n", false);
    }

    /** @param quoteAll also values that need no quotes */
    public CsvText(String separator, String lineEnd, boolean quoteAll) {
        this.separator = separator;
        this.lineEnd = lineEnd;
        this.quoteAll = quoteAll;
    }

    /** A value that we made: numbers, times, phone numbers, fixed words. */
    public CsvText value(@Nullable String value) {
        separate();
        if (value != null) {
            quoteWhereNeeded(value);
        }
        return this;
    }

    /**
     * A value that somebody else chose. One that a spreadsheet would run as a formula gets an apostrophe before it, or opening an export
     * would run what a visitor typed into a URL.
     */
    public CsvText foreign(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            return value(null);
        }
        char first = value.charAt(0);
        boolean formula =
                first == '=' || first == '+' || first == '-' || first == '@' || first == '\t' || first == '\r';
        return value(formula ? "'" + value : value);
    }

    public CsvText endLine() {
        text.append(lineEnd);
        lineBegun = false;
        return this;
    }

    private void separate() {
        if (lineBegun) {
            text.append(separator);
        }
        lineBegun = true;
    }

    private void quoteWhereNeeded(String value) {
        boolean quoted = quoteAll
                || value.contains(separator)
                || value.chars().anyMatch(c -> c == '"' || c == '\n' || c == '\r');
        if (quoted) {
            text.append('"').append(value.replace("\"", "\"\"")).append('"');
        } else {
            text.append(value);
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}

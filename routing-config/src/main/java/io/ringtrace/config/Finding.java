package io.ringtrace.config;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a configuration, or that a person should look at. Made by {@link ConfigLoader}, printed by the commands and
 * the log.
 *
 * @param severity whether the configuration can't be used for it
 * @param file the file as the operator named it, {@code option} or {@code environment}
 * @param line from 1; 0 where there are no lines
 * @param column from 1; 0 where there are none
 * @param key such as {@code trunks.acme.source-networks[0]}; empty when no key is concerned
 * @param value what stands there; null when nothing does, when it is no single value, and for every secret
 * @param expected what should stand there
 * @param mend how to mend it, or why it is wrong; null when the expectation says it all
 */
public record Finding(
        Severity severity,
        String file,
        int line,
        int column,
        String key,
        @Nullable String value,
        String expected,
        @Nullable String mend)
        implements Comparable<Finding> {
    private static final Comparator<Finding> ORDER = Comparator.comparing(Finding::file)
            .thenComparingInt(Finding::line)
            .thenComparingInt(Finding::column)
            .thenComparing(Finding::key)
            .thenComparing(Finding::expected);
    private static final int LONGEST_SHOWN = 80;

    /** What a finding means for the configuration that has it. */
    public enum Severity {
        /** Nothing of the configuration is used. */
        ERROR,
        /** It is used, and somebody should look. */
        WARNING
    }

    static Finding at(
            Severity severity,
            Position position,
            String key,
            @Nullable String value,
            String expected,
            @Nullable String mend) {
        return new Finding(severity, position.file(), position.line(), position.column(), key, value, expected, mend);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /**
     * One line: {@code ringtrace.yaml:12:9: http.port: '70000': expected a port of 0 to 65535}; {@code warning: } stands before the key of a
     * warning.
     */
    public String text() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(isError() ? ": " : ": warning: ");
        if (!key.isEmpty()) {
            text.append(printable(key)).append(": ");
        }
        if (value != null) {
            text.append('\'').append(printable(value)).append("': ");
        }
        text.append("expected ").append(expected);
        if (mend != null) {
            text.append(" (").append(mend).append(')');
        }
        return text.toString();
    }

    /** What an operator wrote, on one line and of a bearable length. */
    static String printable(String text) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), LONGEST_SHOWN) + 1);
        for (int i = 0; i < text.length(); ) {
            if (shown.length() >= LONGEST_SHOWN) {
                return shown.append('…').toString();
            }
            int c = text.codePointAt(i);
            int type = Character.getType(c);
            boolean hidden = Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            shown.appendCodePoint(hidden ? '\uFFFD' : c);
            i += Character.charCount(c);
        }
        return shown.toString();
    }

    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text();
    }
}

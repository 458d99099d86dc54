package io.ringtrace.http.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads CSV (RFC 4180, CRLF or LF) row by row; empty lines are left out. For one thread. */
public final class CsvReader {
    private final String text;
    private final char separator;
    private int at;
    private int line = 1;

    /**
     * @param line where the row begins, from 1
     * @param wrong what is wrong with its quoting; null when nothing is
     */
    public record Row(
            int line, List<String> fields, @Nullable String wrong) {
        public Row {
            fields = List.copyOf(fields);
        }
    }

    public CsvReader(String text) {
        this(text, ',');
    }

    /** @param separator what stands between fields, such as a tab */
    public CsvReader(String text, char separator) {
        this.text = text;
        this.separator = separator;
        // A byte order mark, as spreadsheets write it.
        this.at = text.startsWith("\uFEFF") ? 1 : 0;
    }

    /** Null after the last. */
    public @Nullable Row next() {
        while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
            newLine();
        }
        if (at >= text.length()) {
            return null;
        }
        int begin = line;
        List<String> fields = new ArrayList<>(4);
        while (true) {
            StringBuilder field = new StringBuilder();
            String wrong = field(field);
            if (wrong != null) {
                skipLine();
                return new Row(begin, fields, wrong);
            }
            fields.add(field.toString());
            if (at < text.length() && text.charAt(at) == separator) {
                at++;
            } else {
                newLine();
                return new Row(begin, fields, null);
            }
        }
    }

    private @Nullable String field(StringBuilder field) {
        if (at >= text.length() || text.charAt(at) != '"') {
            while (at < text.length() && !endsField(text.charAt(at))) {
                field.append(text.charAt(at++));
            }
            return null;
        }
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '"') {
                field.append(c);
                if (c == '\n') {
                    line++;
                }
            } else if (at < text.length() && text.charAt(at) == '"') {
                field.append('"');
                at++;
            } else {
                return at < text.length() && !endsField(text.charAt(at)) ? "there is text after a closing quote" : null;
            }
        }
        return "a quote is not closed";
    }

    private boolean endsField(char c) {
        return c == separator || c == '\n' || c == '\r';
    }

    private void newLine() {
        if (at < text.length() && text.charAt(at) == '\r') {
            at++;
        }
        if (at < text.length() && text.charAt(at) == '\n') {
            at++;
            line++;
        }
    }

    private void skipLine() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
        newLine();
    }
}

package io.ringtrace.config;

import io.ringtrace.call.PhoneNumber;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table of static numbers, {@code numbers/*.csv}: a first line with the names of its columns, then a number a line. Blank lines and
 * lines that begin with # are passed over. Lives for one file, on the loading thread.
 */
final class NumberTable {
    private static final List<String> COLUMNS = List.of("number", "destination", "campaign");
    private static final int LONGEST_CAMPAIGN = 64;
    private static final int MOST_FINDINGS = 1_000;

    private final String file;
    private final Findings findings;
    private int wrongLines;

    NumberTable(String file, Findings findings) {
        this.file = file;
        this.findings = findings;
    }

    /** @param column from 1 */
    private record Field(String text, int column) {}

    void read(String text, List<StaticNumberRow> rows) {
        List<String> header = null;
        int line = 0;
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            end = end < 0 ? text.length() : end;
            String row = text.substring(from, end > from && text.charAt(end - 1) == '\r' ? end - 1 : end);
            from = end + 1;
            line++;
            if (row.isBlank() || row.startsWith("#")) {
                continue;
            }
            List<Field> fields = fields(row, line);
            if (fields == null) {
                continue;
            }
            if (header == null) {
                header = fields.stream().map(Field::text).toList();
                if (!columns(header, line)) {
                    return;
                }
            } else {
                row(header, fields, line, rows);
            }
        }
        if (header == null) {
            add(1, 1, "", null, "a first line such as " + String.join(",", COLUMNS), "the file is empty");
        }
        if (wrongLines > MOST_FINDINGS) {
            findings.add(
                    new Position(file, line, 1),
                    "",
                    null,
                    "lines such as +18005550123,+12135550101,print-2026",
                    (wrongLines - MOST_FINDINGS) + " more findings in this file");
        }
    }

    private boolean columns(List<String> header, int line) {
        boolean good = header.size() == COLUMNS.size() && header.containsAll(COLUMNS);
        if (!good) {
            add(
                    line,
                    1,
                    "",
                    String.join(",", header),
                    "a first line with the columns " + String.join(",", COLUMNS),
                    null);
        }
        return good;
    }

    private void row(List<String> header, List<Field> fields, int line, List<StaticNumberRow> rows) {
        if (fields.size() != header.size()) {
            add(line, 1, "", null, header.size() + " fields", "the line has " + fields.size());
            return;
        }
        Field number = fields.get(header.indexOf("number"));
        Field destination = fields.get(header.indexOf("destination"));
        Field campaign = fields.get(header.indexOf("campaign"));
        boolean good = good(number, "number", Formats.phoneNumber(number.text()), line);
        good &= good(destination, "destination", Formats.destinationNumber(destination.text()), line);
        if (campaign.text().isEmpty() || campaign.text().length() > LONGEST_CAMPAIGN) {
            add(line, campaign.column(), "campaign", campaign.text(), "a campaign of 1 to 64 characters", null);
            good = false;
        }
        if (good) {
            rows.add(new StaticNumberRow(
                    new Position(file, line, number.column()),
                    PhoneNumber.parse(number.text()),
                    new Position(file, line, destination.column()),
                    PhoneNumber.parse(destination.text()),
                    campaign.text()));
        }
    }

    private boolean good(Field field, String column, Formats.@Nullable Complaint complaint, int line) {
        if (complaint != null) {
            add(line, field.column(), column, field.text(), "an E.164 number such as +18005550123", complaint.mend());
        }
        return complaint == null;
    }

    /** The fields of a line, without the blanks around them; a field in quotes may have commas (RFC 4180 §2). Null when its quotes are wrong. */
    private @Nullable List<Field> fields(String row, int line) {
        List<Field> fields = new ArrayList<>(COLUMNS.size());
        for (int at = 0; at <= row.length(); ) {
            while (at < row.length() && row.charAt(at) == ' ') {
                at++;
            }
            int column = at + 1;
            if (at < row.length() && row.charAt(at) == '"') {
                int close = row.indexOf('"', at + 1);
                int next = close < 0 ? -1 : close + 1;
                if (next < 0 || (next < row.length() && row.charAt(next) != ',')) {
                    add(
                            line,
                            column,
                            "",
                            null,
                            "a field between two quotes, then a comma",
                            "quotes within a field are not allowed");
                    return null;
                }
                fields.add(new Field(row.substring(at + 1, close), column));
                at = next + 1;
                continue;
            }
            int comma = row.indexOf(',', at);
            int end = comma < 0 ? row.length() : comma;
            fields.add(new Field(row.substring(at, end).strip(), column));
            at = end + 1;
        }
        return fields;
    }

    private void add(int line, int column, String key, @Nullable String value, String expected, @Nullable String mend) {
        if (++wrongLines <= MOST_FINDINGS) {
            findings.add(new Position(file, line, column), key, value, expected, mend);
        }
    }
}

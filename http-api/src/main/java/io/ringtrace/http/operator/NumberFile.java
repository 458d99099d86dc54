package io.ringtrace.http.operator;

import io.ringtrace.attribution.NumberBank;
import io.ringtrace.http.text.CsvReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads a CSV file of numbers: a header with {@code number} and, if wanted, {@code rate_center} and {@code state}, in any order. */
sealed interface NumberFile {
    /** Longer than any column takes. */
    int LONGEST_FIELD = 64;

    record Wrong(String message) implements NumberFile {}

    /**
     * @param errors rows that cannot be read at all; the bank judges the others
     */
    record Rows(List<NumberBank.Row> rows, List<NumberBank.RowError> errors) implements NumberFile {}

    static NumberFile read(byte[] body) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException _) {
            return new Wrong("The file is not UTF-8.");
        }
        CsvReader reader = new CsvReader(text);
        CsvReader.Row header = reader.next();
        if (header == null || header.wrong() != null) {
            return new Wrong("The first line must be a header: number,rate_center,state.");
        }
        List<String> columns = header.fields().stream()
                .map(c -> c.strip().toLowerCase(Locale.ROOT))
                .toList();
        int number = columns.indexOf("number");
        int rateCenter = columns.indexOf("rate_center");
        int state = columns.indexOf("state");
        int known = 1 + (rateCenter < 0 ? 0 : 1) + (state < 0 ? 0 : 1);
        if (number < 0 || known != columns.size()) {
            return new Wrong("The first line must be a header: number,rate_center,state; the last two may be missing.");
        }
        List<NumberBank.Row> rows = new ArrayList<>();
        List<NumberBank.RowError> errors = new ArrayList<>();
        for (CsvReader.Row row = reader.next(); row != null; row = reader.next()) {
            String wrong = row.wrong();
            if (wrong == null && row.fields().size() != columns.size()) {
                wrong = row.fields().size() + " fields where the header has " + columns.size();
            }
            if (wrong == null && row.fields().stream().anyMatch(f -> f.length() > LONGEST_FIELD)) {
                wrong = "a field is longer than " + LONGEST_FIELD + " characters";
            }
            if (wrong != null) {
                errors.add(new NumberBank.RowError(row.line(), "", wrong));
            } else {
                rows.add(new NumberBank.Row(
                        row.line(), row.fields().get(number).strip(), field(row, rateCenter), field(row, state)));
            }
        }
        return new Rows(List.copyOf(rows), List.copyOf(errors));
    }

    private static @Nullable String field(CsvReader.Row row, int column) {
        String text = column < 0 ? "" : row.fields().get(column).strip();
        return text.isEmpty() ? null : text;
    }
}

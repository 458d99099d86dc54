package io.ringtrace.http.operator;

import io.ringtrace.attribution.NumberMatching.ExchangeError;
import io.ringtrace.attribution.NumberMatching.ExchangeRow;
import io.ringtrace.http.text.CsvReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of exchanges: {@code npa,nxx,rate_center,state,lata,lat,lon,v,h} in any order, or the numbering plan administrator's list of
 * central office codes, which has {@code State}, {@code NPA-NXX}, {@code RateCenter} and columns that do not matter here.
 */
sealed interface RateCenterFile {
    /** Longer than any column that matters. */
    int LONGEST_FIELD = 128;

    record Wrong(String message) implements RateCenterFile {}

    /**
     * @param leftOut codes that the administrator's list has assigned to no rate center
     * @param errors rows that cannot be read at all
     */
    record Rows(List<ExchangeRow> rows, int leftOut, List<ExchangeError> errors) implements RateCenterFile {}

    static RateCenterFile read(byte[] body) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException _) {
            return new Wrong("The file is not UTF-8.");
        }
        int endOfHeader = text.indexOf('\n');
        boolean tabs =
                text.substring(0, endOfHeader < 0 ? text.length() : endOfHeader).contains("\t");
        CsvReader reader = new CsvReader(text, tabs ? '\t' : ',');
        CsvReader.Row header = reader.next();
        List<String> columns = header == null || header.wrong() != null
                ? List.of()
                : header.fields().stream()
                        .map(c -> c.strip().toLowerCase(Locale.ROOT))
                        .toList();
        if (columns.containsAll(List.of("npa", "nxx", "rate_center", "state"))
                && Set.of("npa", "nxx", "rate_center", "state", "lata", "lat", "lon", "v", "h")
                        .containsAll(columns)
                && Set.copyOf(columns).size() == columns.size()) {
            return new Reading(reader, columns).ours();
        }
        return columns.containsAll(List.of("state", "npa-nxx", "ratecenter"))
                ? new Reading(reader, columns).administrators()
                : new Wrong(
                        "The first line must be a header: npa,nxx,rate_center,state,lata,lat,lon,v,h, of which the last"
                                + " five may be missing; or that of the numbering plan's list, with State, NPA-NXX and RateCenter.");
    }

    /** The rows after the header. */
    final class Reading {
        private final CsvReader reader;
        private final List<String> columns;
        private final List<ExchangeRow> rows = new ArrayList<>();
        private final List<ExchangeError> errors = new ArrayList<>();

        private Reading(CsvReader reader, List<String> columns) {
            this.reader = reader;
            this.columns = columns;
        }

        private Rows ours() {
            for (CsvReader.Row row = readable(); row != null; row = readable()) {
                rows.add(new ExchangeRow(
                        row.line(),
                        text(row, "npa"),
                        text(row, "nxx"),
                        text(row, "rate_center"),
                        text(row, "state"),
                        optional(row, "lata"),
                        optional(row, "lat"),
                        optional(row, "lon"),
                        optional(row, "v"),
                        optional(row, "h")));
            }
            return new Rows(List.copyOf(rows), 0, List.copyOf(errors));
        }

        private Rows administrators() {
            int leftOut = 0;
            for (CsvReader.Row row = readable(); row != null; row = readable()) {
                String exchange = text(row, "npa-nxx");
                int dash = exchange.indexOf('-');
                if (text(row, "ratecenter").isEmpty()) {
                    leftOut++;
                } else if (dash < 0) {
                    errors.add(new ExchangeError(row.line(), "", "has no NPA-NXX such as 650-555"));
                } else {
                    rows.add(new ExchangeRow(
                            row.line(),
                            exchange.substring(0, dash),
                            exchange.substring(dash + 1),
                            text(row, "ratecenter"),
                            text(row, "state"),
                            null,
                            null,
                            null));
                }
            }
            return new Rows(List.copyOf(rows), leftOut, List.copyOf(errors));
        }

        /** The next row that has a field for each column; null after the last. */
        private CsvReader.@Nullable Row readable() {
            for (CsvReader.Row row = reader.next(); row != null; row = reader.next()) {
                String wrong = row.wrong();
                if (wrong == null && row.fields().size() != columns.size()) {
                    wrong = row.fields().size() + " fields where the header has " + columns.size();
                }
                if (wrong == null && row.fields().stream().anyMatch(f -> f.length() > LONGEST_FIELD)) {
                    wrong = "a field is longer than " + LONGEST_FIELD + " characters";
                }
                if (wrong == null) {
                    return row;
                }
                errors.add(new ExchangeError(row.line(), "", wrong));
            }
            return null;
        }

        private String text(CsvReader.Row row, String column) {
            return row.fields().get(columns.indexOf(column)).strip();
        }

        private @Nullable String optional(CsvReader.Row row, String column) {
            return columns.contains(column) ? text(row, column) : null;
        }
    }
}

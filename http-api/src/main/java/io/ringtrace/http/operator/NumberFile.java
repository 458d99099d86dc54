package io.ringtrace.http.operator;

import io.ringtrace.attribution.NumberBank;
import io.ringtrace.http.text.CsvReader;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.JsonFields;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a file of numbers: CSV with a header that has {@code number} and, if wanted, {@code rate_center} and {@code state}, in any order; or
 * JSON, {@code {"numbers":[{"number":"+18885550101"}]}}, with the same fields. Lines of JSON count its rows.
 */
sealed interface NumberFile {
    /** Longer than any column takes. */
    int LONGEST_FIELD = 80;

    /** The first three are read; the others stand in an export, and tell of what cannot be imported. */
    Set<String> KNOWN = Set.of(
            "number",
            "rate_center",
            "state",
            "number_type",
            "in",
            "pool",
            "visitor_id",
            "destination",
            "lease_id",
            "rest_until");

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
        if (text.stripLeading().startsWith("{")) {
            return json(body);
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
        if (number < 0 || !KNOWN.containsAll(columns) || Set.copyOf(columns).size() != columns.size()) {
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

    private static NumberFile json(byte[] body) {
        ArrayNode array;
        switch (Json.parseObject(body)) {
            case Json.Parsed.Wrong(String message) -> {
                return new Wrong(message);
            }
            case Json.Parsed.Document(ObjectNode object) -> {
                if (object.size() != 1 || !(object.get("numbers") instanceof ArrayNode numbers)) {
                    return new Wrong("A JSON file must be an object with \"numbers\", an array, and nothing else.");
                }
                array = numbers;
            }
        }
        List<NumberBank.Row> rows = new ArrayList<>();
        List<NumberBank.RowError> errors = new ArrayList<>();
        int line = 0;
        for (JsonNode each : array) {
            line++;
            if (!(each instanceof ObjectNode object)) {
                errors.add(new NumberBank.RowError(line, "", "is no object"));
                continue;
            }
            JsonFields fields = new JsonFields(object, true);
            fields.onlyThese(KNOWN);
            String number = fields.text("number", LONGEST_FIELD);
            String rateCenter = fields.text("rate_center", LONGEST_FIELD);
            String state = fields.text("state", LONGEST_FIELD);
            if (!fields.errors().isEmpty() || number == null) {
                errors.add(new NumberBank.RowError(
                        line, "", fields.errors().isEmpty() ? "has no number" : fields.errorText()));
            } else {
                rows.add(new NumberBank.Row(line, number.strip(), rateCenter, state));
            }
        }
        return new Rows(List.copyOf(rows), List.copyOf(errors));
    }

    private static @Nullable String field(CsvReader.Row row, int column) {
        String text = column < 0 ? "" : row.fields().get(column).strip();
        return text.isEmpty() ? null : text;
    }
}

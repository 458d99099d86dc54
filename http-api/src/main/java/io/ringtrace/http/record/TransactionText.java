package io.ringtrace.http.record;

import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.http.text.CsvText;
import io.ringtrace.http.text.Json;
import io.ringtrace.http.text.XmlText;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Transactions as a JSON array, an XML document of Transaction elements, or separated values, as Invoca's Transactions API writes them. */
public final class TransactionText {
    private static final Pattern XML_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");

    private TransactionText() {}

    /**
     * How separated values are written.
     *
     * @param header whether the columns' names stand before the rows
     */
    record Csv(String separator, String lineEnd, boolean header, boolean quoteAll) {}

    /** One transaction with all that is known of it. */
    public static byte[] json(Transaction transaction) {
        return Json.bytes(TransactionColumns.json(transaction, TransactionColumns.ALL.names(List.of(transaction))));
    }

    static byte[] json(List<Transaction> rows, TransactionColumns columns) {
        List<String> names = columns.names(rows);
        ArrayNode array = Json.array();
        rows.forEach(row -> array.add(TransactionColumns.json(row, names)));
        return Json.bytes(array);
    }

    static String csv(List<Transaction> rows, TransactionColumns columns, Csv form) {
        List<String> names = columns.names(rows).stream()
                .filter(name -> !name.equals(TransactionColumns.CUSTOM_DATA))
                .toList();
        CsvText csv = new CsvText(form.separator(), form.lineEnd(), form.quoteAll());
        if (form.header()) {
            names.forEach(csv::foreign);
            csv.endLine();
        }
        for (Transaction row : rows) {
            ObjectNode json = TransactionColumns.json(row, names);
            for (String name : names) {
                String text = text(json.path(name));
                if (TransactionColumns.ofOthers(name)) {
                    csv.foreign(text);
                } else {
                    csv.value(text);
                }
            }
            csv.endLine();
        }
        return csv.toString();
    }

    static String xml(List<Transaction> rows, TransactionColumns columns) {
        List<String> names = columns.names(rows);
        XmlText xml = XmlText.document("Transactions");
        for (Transaction row : rows) {
            ObjectNode json = TransactionColumns.json(row, names);
            xml.open("Transaction");
            for (String name : names) {
                if (name.equals(TransactionColumns.CUSTOM_DATA)) {
                    xml.open(name);
                    json.path(name).forEach(field -> {
                        xml.open("CustomData");
                        field.properties().forEach(part -> xml.element(part.getKey(), text(part.getValue())));
                        xml.close("CustomData");
                    });
                    xml.close(name);
                } else if (XML_NAME.matcher(name).matches()) {
                    xml.element(name, text(json.path(name)));
                }
            }
            xml.close("Transaction");
        }
        return xml.end();
    }

    private static String text(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "" : value.isContainer() ? Json.text(value) : value.asString();
    }
}

package io.ringtrace.store.directory;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Of a lease's marketing data what some trunk forwards: all that the directory holds of it.
 *
 * @param leaseVersion with the number it names the lease
 * @param values by field's name
 */
record ForwardedFields(long number, long leaseVersion, Map<String, String> values) {
    /** More than any header takes. */
    private static final int LONGEST_VALUE = 2_048;

    private static final int ROWS_AT_ONCE = 10_000;
    private static final JsonMapper JSON = new JsonMapper();

    ForwardedFields {
        values = Map.copyOf(values);
    }

    /** Those of these names that the JSON object has as text; none when it is no object. */
    static ForwardedFields of(long number, long leaseVersion, String json, Set<String> names) {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            JsonNode data = JSON.readTree(json);
            for (String name : names) {
                JsonNode value = data.path(name);
                if (value.isString() && value.asString().length() <= LONGEST_VALUE) {
                    values.put(name, value.asString());
                }
            }
        } catch (JacksonException _) {
            values.clear();
        }
        return new ForwardedFields(number, leaseVersion, values);
    }

    /** Gives the directory those of all present leases, in parts; within the transaction that reads the numbers. */
    static void read(Connection connection, Set<String> names, NumberDirectory to) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT p.number, l.version, l.marketing_data"
                + " FROM promo_number p JOIN lease l ON l.number = p.number AND l.version = p.lease_version"
                + " WHERE p.number > ? AND p.visitor_id IS NOT NULL ORDER BY p.number LIMIT " + ROWS_AT_ONCE)) {
            long after = 0;
            int count;
            do {
                List<ForwardedFields> part = new ArrayList<>();
                count = 0;
                select.setLong(1, after);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        count++;
                        after = rows.getLong(1);
                        part.add(of(after, rows.getLong(2), rows.getString(3), names));
                    }
                }
                to.fieldsChanged(part);
            } while (count == ROWS_AT_ONCE);
        }
    }
}

package io.ringtrace.store.bank;

import io.ringtrace.attribution.NumberMatching.ZipCodeRow;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.store.db.StoreDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The imported table of zip codes: one row's check, and the writing of good ones. Stateless. */
public final class ZipCodeRows {
    private static final Pattern ZIP = Pattern.compile("[0-9]{5}");
    private static final Pattern DEGREES = Pattern.compile("[+-]?[0-9]{1,3}(\\.[0-9]{1,12})?");
    private static final int ROWS_IN_TRANSACTION = 1_000;
    private static final int LONGEST_TOLD = 20;

    private ZipCodeRows() {}

    /** Whether the table has it. */
    public static boolean known(Connection connection, String zip) throws SQLException {
        return new RateCenters(connection).ofZipCode(zip) != null;
    }

    /** Null when nothing is. */
    static @Nullable String wrong(ZipCodeRow row) {
        if (!ZIP.matcher(row.zip().strip()).matches()) {
            return "is no zip code of five digits";
        }
        return degrees(row.latitude(), 90) && degrees(row.longitude(), 180)
                ? null
                : "is at '" + told(row.latitude()) + "', '" + told(row.longitude())
                        + "', but degrees are expected, such as 34.0901 and -118.4065";
    }

    private static boolean degrees(String text, double most) {
        return DEGREES.matcher(text.strip()).matches() && Math.abs(Double.parseDouble(text.strip())) <= most;
    }

    static String told(String text) {
        String stripped = text.strip();
        return stripped.length() > LONGEST_TOLD ? stripped.substring(0, LONGEST_TOLD) + "…" : stripped;
    }

    static void write(StoreDatabase database, List<ZipCodeRow> rows) throws StoreUnavailableException {
        for (int from = 0; from < rows.size(); from += ROWS_IN_TRANSACTION) {
            List<ZipCodeRow> part = rows.subList(from, Math.min(rows.size(), from + ROWS_IN_TRANSACTION));
            database.transact(connection -> {
                try (PreparedStatement replace = connection.prepareStatement(
                        "REPLACE INTO zip_code (zip, latitude, longitude) VALUES (?,?,?)")) {
                    for (ZipCodeRow row : part) {
                        replace.setString(1, row.zip().strip());
                        replace.setDouble(2, Double.parseDouble(row.latitude().strip()));
                        replace.setDouble(3, Double.parseDouble(row.longitude().strip()));
                        replace.addBatch();
                    }
                    return replace.executeBatch().length;
                }
            });
        }
    }
}
